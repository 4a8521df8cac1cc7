#pragma once
/// A server's public key, and the decision whether to trust it.

#include <gangway/model/endpoint.hpp>
#include <gangway/model/fingerprint.hpp>
#include <gangway/net/asio.hpp>

#include <memory>
#include <string>
#include <vector>

namespace gangway::net {

/// A public key in the encoding of RFC 4253 section 6.6.
struct host_key {
    std::string type;  ///< the key's type as its blob names it, e.g. "ssh-ed25519", "ssh-rsa"
    std::string blob;

    [[nodiscard]] model::fingerprint fingerprint() const;
    friend bool operator==(const host_key&, const host_key&) = default;
};

/// A trusted key for the time of one login. Destroying it unconfirmed leaves everything as it was before.
class host_key_ticket {
  public:
    virtual ~host_key_ticket() = default;
    /// The login succeeded: a first contact becomes a pin. A failure ends the connection.
    [[nodiscard]] virtual async_result<void> confirm() = 0;
};

/// Who decides about host keys. The check runs after the server has proved that it holds the key, and before any
/// credential is sent; an error there hangs up.
class host_key_policy {
  public:
    virtual ~host_key_policy() = default;
    /// The key types known for this server, best first: they are asked for in the key exchange, so that a server with
    /// several keys shows the known one. Empty if it is unknown.
    [[nodiscard]] virtual std::vector<std::string> known_types(const model::endpoint& server) = 0;
    /// May wait for other first contacts with the same server, each as long as a login: the caller bounds it.
    /// Errors: `host_key_mismatch`, `host_key_unknown`, `host_key_store_failed`.
    /// Cancelling it gives up; nothing is pinned.
    [[nodiscard]] virtual async_result<std::unique_ptr<host_key_ticket>> check(model::endpoint server,
                                                                               host_key presented) = 0;
};

/// 409 and exit code 4: both fingerprints, and that nothing was sent.
[[nodiscard]] base::error host_key_mismatch(const model::endpoint& server, const model::fingerprint& expected,
                                            const model::fingerprint& presented);

}  // namespace gangway::net
