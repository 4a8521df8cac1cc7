#pragma once
/// Elliptic-curve Diffie-Hellman: one ephemeral key and what it makes of the peer's (RFC 5656 section 4, RFC 8731).

#include <gangway/base/secret.hpp>
#include <gangway/ssh/options.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::ssh {

class ecdh {
  public:
    ecdh() = default;
    ecdh(const ecdh&) = delete;
    ecdh& operator=(const ecdh&) = delete;
    virtual ~ecdh() = default;

    /// Our public value as it is sent.
    [[nodiscard]] virtual const std::string& public_value() const noexcept = 0;
    /// The shared secret as a big-endian number, with leading zeros. Nothing if the peer's value is not a point of the
    /// curve that is safe to use.
    [[nodiscard]] virtual std::optional<base::secret> agree(std::string_view peer) = 0;
};

[[nodiscard]] std::unique_ptr<ecdh> make_x25519(const random_source& random);
/// `nid` is libcrypto's number of P-256, P-384 or P-521.
[[nodiscard]] std::unique_ptr<ecdh> make_nist_ecdh(int nid, const random_source& random);
/// By the name of the key exchange method.
[[nodiscard]] std::unique_ptr<ecdh> make_ecdh(std::string_view key_exchange, const random_source& random);

}  // namespace gangway::ssh
