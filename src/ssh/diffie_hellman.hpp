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
/// within 2 … p - 2. Cheap; that the prime is one is for `is_safe_prime` to say.
[[nodiscard]] std::optional<dh_group> offered_group(std::string_view prime, std::string_view generator);

/// Whether `modulus`, of at least 2048 bits, and (modulus - 1) / 2 are primes: by four rounds of Miller and Rabin with
/// bases nobody can foresee, so that the worst of composites passes once in 256 times. Costs five exponentiations,
/// which is 20 ms at 3072 bits and 0.4 s at 8192.
[[nodiscard]] bool is_safe_prime(const number& modulus, const random_source& random);

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
