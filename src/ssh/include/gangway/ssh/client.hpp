#pragma once
/// The client side of SSH 2 (RFC 4250 to 4254, with the extensions in the room's README) without any I/O.

#include <gangway/base/error.hpp>
#include <gangway/base/secret.hpp>
#include <gangway/ssh/events.hpp>
#include <gangway/ssh/options.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::ssh {

/// What the two sides agreed on in the latest key exchange. A MAC is empty where the cipher authenticates.
struct agreed_algorithms {
    std::string key_exchange, host_key, cipher_in, cipher_out, mac_in, mac_out;
};

/// A machine for one connection. The owner moves octets: what it reads goes into `receive_space()`, what `output()`
/// shows is written to the socket. After either it calls `next()` until that returns nothing.
///
/// The machine keeps no time, makes no calls back, and holds a bounded amount of memory whatever the server sends. The
/// first failure is final: `next()` returns it for ever, and `output()` may end with a DISCONNECT worth flushing.
/// Nothing about a user leaves before `accept_host_key`. One thread at a time. Calls that come at a wrong moment return
/// `errc::out_of_order` and change nothing. libcrypto losing a resource throws `std::system_error`
/// (`errc::crypto_failure`): destroy the client.
class client {
  public:
    explicit client(options how);
    client(client&&) noexcept;
    client& operator=(client&&) noexcept;
    ~client();

    // Octets.

    /// Where to read the next octets to. Empty while the machine must not take any (a decision of the caller is
    /// pending, or its output has to leave first): then do not read. Allocates on first use and when it has to grow.
    [[nodiscard]] std::span<char> receive_space();
    /// The first `count` octets of the latest `receive_space()` have been filled.
    void received(std::size_t count);
    /// What is to be sent, until the next non-const call.
    [[nodiscard]] std::string_view output() const noexcept;
    /// The first `count` octets of `output()` were sent.
    void consumed(std::size_t count);
    /// What happened next, or nothing until there is more input, output has left, or the caller has decided.
    [[nodiscard]] base::result<std::optional<event>> next();
    /// Gives spare buffers back: worth calling when a connection becomes idle. Not between `receive_space()` and
    /// `received()`.
    void trim();

    // The transport.

    /// "SSH-2.0-OpenSSH_9.2p1 Debian-2"; empty until it came. Printable US-ASCII.
    [[nodiscard]] const std::string& server_identification() const noexcept;
    [[nodiscard]] const agreed_algorithms& algorithms() const noexcept;
    /// The caller trusts the key of `host_key_presented`: finishes the key exchange and asks for user authentication.
    [[nodiscard]] base::result<void> accept_host_key();
    /// Starts a key exchange, unless one is running or nobody is logged in. Call it about hourly (RFC 4253 section 9);
    /// the limits on octets and packets are kept without it.
    void rekey();
    /// Asks the server for a sign of life: `keepalive_answered` follows. Only once logged in.
    [[nodiscard]] base::result<void> keepalive();
    /// Says goodbye; nothing can be sent after it.
    void disconnect();

    // The login (RFC 4252). One request at a time, from `accept_host_key` on: the first one need not wait for
    // `login_ready`. Each is answered by `login_succeeded`, `login_refused`, `key_acceptable` or `prompts_received`.
    // A user name is the same in all requests of a connection; it and a password are at most 1 KiB.

    /// What the server sent in banners so far, the first 8 KiB, unescaped.
    [[nodiscard]] const std::string& banner() const noexcept;
    /// The signature algorithm to use with a key of this type, by the server's server-sig-algs (RFC 8308 section 3.1):
    /// for "ssh-rsa" rsa-sha2-512 or rsa-sha2-256, for others the type itself. Nothing if the server takes none.
    [[nodiscard]] std::optional<std::string> signature_algorithm(std::string_view key_type) const;

    [[nodiscard]] base::result<void> login_without_proof(std::string_view user);
    [[nodiscard]] base::result<void> login_with_password(std::string_view user, const base::secret& password);
    /// Asks whether a signature by this public key would do, without making one.
    [[nodiscard]] base::result<void> query_key(std::string_view user, std::string_view algorithm,
                                               std::string_view blob);
    /// What the key has to sign for `login_with_key`.
    [[nodiscard]] std::string octets_to_sign(std::string_view user, std::string_view algorithm,
                                             std::string_view blob) const;
    /// `signature` is over `octets_to_sign(user, algorithm, blob)`, encoded as `string algorithm, string octets`.
    [[nodiscard]] base::result<void> login_with_key(std::string_view user, std::string_view algorithm,
                                                    std::string_view blob, std::string_view signature);
    [[nodiscard]] base::result<void> login_interactively(std::string_view user);
    /// To the latest `prompts_received`.
    [[nodiscard]] base::result<void> answer(std::span<const base::secret> answers);

    // Channels (RFC 4254), once logged in. Only the first may be asked for before that, right behind a proof that
    // should do (RFC 4252 section 5.1 lets servers keep it for later): it saves a round trip. If the proof does not do,
    // the channel is forgotten, without an event; some servers end the connection for it.

    /// Opens a session channel: `channel_opened` or `channel_refused` follows. `window` is how many octets may be on
    /// their way to us at once; it is kept open to half of it, and to all but 1 MiB of a large one. 32 KiB to 32 MiB.
    [[nodiscard]] base::result<channel_id> open_session(std::uint32_t window = std::uint32_t{2} << 20);
    /// Grows the window of an open channel, to at most 32 MiB. It never shrinks.
    void grow_window(channel_id channel, std::uint32_t window);
    /// `request_answered` follows. Data may be written before it.
    [[nodiscard]] base::result<void> request_subsystem(channel_id channel, std::string_view name);
    /// Takes octets from the front, as many as the server's window and the bound on output allow now, perhaps none,
    /// and says how many. If that is less than all, `channel_writable` follows. None on a channel that is not open.
    [[nodiscard]] std::size_t write(channel_id channel, std::string_view octets);
    /// What the server wrote to the channel's stderr so far, the first 8 KiB. Empty if there is no such channel.
    [[nodiscard]] std::string_view errors(channel_id channel) const;
    /// No more data will be written.
    void finish_writing(channel_id channel);
    /// Closes it. `channel_closed` follows once the server has closed it too; data that still comes is dropped.
    void close(channel_id channel);

  private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace gangway::ssh
