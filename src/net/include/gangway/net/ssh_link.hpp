#pragma once
/// One SSH connection. Hides the SSH library behind: connected socket → host key → login → channels.

#include <gangway/crypto/private_key.hpp>
#include <gangway/model/credentials.hpp>
#include <gangway/net/byte_channel.hpp>
#include <gangway/net/host_key.hpp>
#include <gangway/net/identification.hpp>
#include <gangway/net/timers.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace gangway::net {

/// What the two sides agreed on, for the doctor and the logs.
struct ssh_algorithms {
    std::string key_exchange, host_key, cipher_in, cipher_out, mac_in, mac_out;
};

/// The server's answer to one step of a login.
struct login_progress {
    bool complete = false;
    std::vector<std::string> methods{};  ///< what the server would accept next: "publickey", "password", …
};

/// An SSH connection. Everything runs on its strand, `executor()`: coroutines that call it must run there.
///
/// Destroying it closes the socket at once; channels still open hear `closed` no more. Every wait is bounded by the
/// timers given to `open`. Cancelling any operation leaves the link unusable: destroy it.
class ssh_link {
  public:
    virtual ~ssh_link() = default;

    /// Does the key exchange on a socket of which nothing was read but lines before the server's identification. Our
    /// own goes out at once and saves a round trip. No credential is involved. `preferred_host_keys` are key types to
    /// ask for first.
    /// Errors: those of `await_identification`; `handshake_failed`, `connection_lost`, `timed_out`, phase ssh.
    [[nodiscard]] static async_result<std::unique_ptr<ssh_link>> open(tcp::socket socket,
                                                                      std::vector<std::string> preferred_host_keys,
                                                                      timers limits);

    [[nodiscard]] virtual asio::any_io_executor executor() const = 0;
    [[nodiscard]] virtual const identification& server() const noexcept = 0;
    [[nodiscard]] virtual const host_key& server_key() const noexcept = 0;
    [[nodiscard]] virtual const ssh_algorithms& algorithms() const noexcept = 0;

    /// Logs in with what `who` holds; both live until the end. `key` is `who.key` decoded, or null.
    ///
    /// Returns the `id` of the signer that the server accepted, or "" where another proof was used.
    ///
    /// A key (or the agent, or the signers) is used alone; a password only where there is no key, or as the next step
    /// after the key was accepted (`publickey,password`). It is sent to the method "password", or to
    /// "keyboard-interactive" if that asks exactly one question whose answer is hidden; never to anything else. Errors:
    /// `auth_failed` (fact "methods"), `connection_lost`, `timed_out`, phase auth.
    [[nodiscard]] virtual async_result<std::string> login(const model::credentials& who,
                                                          const crypto::private_key* key) = 0;

    /// What the server would accept, asked with the method "none" (RFC 4252 section 5.2).
    [[nodiscard]] virtual async_result<login_progress> login_methods(std::string username) = 0;

    /// Opens a channel and asks for the sftp subsystem on it. Several may be open; each must go before the link does.
    /// Errors: `subsystem_unavailable`, `connection_lost`, `timed_out`, phase subsystem. A server that has no such
    /// subsystem ends the channel, with the same error.
    [[nodiscard]] virtual async_result<std::unique_ptr<byte_channel>> open_sftp() = 0;
    /// Asks for so many channels that `open_sftp` will soon be called for: they take two round trips less then.
    virtual void ask_for_channels(std::size_t count) = 0;
    /// The shortest time that an answer has taken so far, the server's computation included.
    [[nodiscard]] virtual std::chrono::steady_clock::duration round_trip() const noexcept = 0;
};

}  // namespace gangway::net
