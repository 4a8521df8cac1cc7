#pragma once
/// Diffie-Hellman in the multiplicative group of a prime (RFC 4253 section 8, RFC 4419, RFC 8268).

#include "openssl.hpp"

#include <gangway/base/secret.hpp>
#include <gangway/ssh/options.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gangway::ssh {

struct dh_group {
    number prime;
    number generator;
};

/// RFC 3526, by the name of the key exchange method.
[[nodiscard]] dh_group fixed_group(std::string_view key_exchange);
/// Big-endian numbers from a server. Nothing if the prime is even or not of 2048 to 8192 bits, or the generator is not
/// within 2 … p - 2. That the prime is one is not checked: a server that cheats there reads only what is sent to it.
[[nodiscard]] std::optional<dh_group> offered_group(std::string_view prime, std::string_view generator);

/// One ephemeral exponent of 512 bits: twice the strength of the longest key that comes of it.
class diffie_hellman {
  public:
    diffie_hellman(dh_group group, const random_source& random);

    /// Big-endian, without leading zeros.
    [[nodiscard]] const std::string& public_value() const noexcept { return public_value_; }
    /// The shared secret, big-endian with leading zeros. Nothing unless `peer` is within 2 … p - 2.
    [[nodiscard]] std::optional<base::secret> agree(std::string_view peer) const;

  private:
    dh_group group_;
    number exponent_;
    std::string public_value_;
};

/// The octets of a number without leading zeros.
[[nodiscard]] std::string magnitude_of(const number& value);

}  // namespace gangway::ssh
