#pragma once
/// The SSH library's session as a value: options, errors, and the hand-over of a socket.

#include <gangway/net/asio.hpp>
#include <gangway/net/host_key.hpp>
#include <gangway/net/ssh_link.hpp>

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <memory>
#include <string>
#include <vector>

namespace gangway::net {

/// Owns an `ssh_session` in non-blocking mode and the descriptor that it was given.
///
/// libssh never opens a socket, reads a file or looks a name up here: configuration, known_hosts and identities are
/// switched off. Not thread safe: used on one strand.
class libssh_session {
  public:
    /// Key types to ask for first, as `host_key::type` names them.
    explicit libssh_session(const std::vector<std::string>& preferred_host_keys);
    ~libssh_session();
    libssh_session(const libssh_session&) = delete;
    libssh_session& operator=(const libssh_session&) = delete;

    [[nodiscard]] ::ssh_session get() const noexcept { return session_; }

    /// Lets libssh start, and puts `connected` under it. Returns our identification line, which the caller sends.
    ///
    /// libssh 0.10 frees memory it still uses when its very first send() fails, and switches the socket to blocking
    /// mode. So its first send goes to one end of a socket pair, which cannot fail; then the real socket takes that
    /// descriptor's place.
    [[nodiscard]] base::result<std::string> attach(int connected);

    /// Octets that crossed the socket so far, in both directions.
    [[nodiscard]] std::uint64_t moved() const noexcept { return counter_.in_bytes + counter_.out_bytes; }
    /// Whether octets wait in libssh for the socket to take them.
    [[nodiscard]] bool has_unsent() const noexcept;
    /// Whether the session can no longer be used.
    [[nodiscard]] bool failed() const noexcept;
    /// What libssh says went wrong: `connection_lost` where the stream ended, otherwise `handshake_failed`.
    [[nodiscard]] base::error error(base::phase where) const;

    /// The server's key once the key exchange is over.
    [[nodiscard]] base::result<host_key> server_key() const;
    [[nodiscard]] ssh_algorithms algorithms() const;

  private:
    ::ssh_session session_;
    ::ssh_counter_struct counter_{};
};

}  // namespace gangway::net
