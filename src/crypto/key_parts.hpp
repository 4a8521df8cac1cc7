#pragma once
/// Makes private keys from their numbers, whatever file those came from. The public half is always computed, never
/// believed. Numbers are big-endian octets; leading zeros do not matter.

#include "curves.hpp"

#include <gangway/base/error.hpp>
#include <gangway/crypto/private_key.hpp>

#include <string_view>

namespace gangway::crypto {

/// RFC 8032 section 5.1.5; `seed` is what that calls the private key: 32 octets.
[[nodiscard]] base::result<private_key> make_ed25519(std::string_view seed);

/// `point` is the public half as the file has it (SEC 1 section 2.3.3, compressed or not), and has to match; or empty.
[[nodiscard]] base::result<private_key> make_ecdsa(const curve& curve, std::string_view scalar, std::string_view point);

/// RFC 8017 section 3.2, second representation, with two primes; the CRT exponents are computed.
struct rsa_parts {
    std::string_view modulus, public_exponent, private_exponent;
    std::string_view prime_1, prime_2;
    std::string_view coefficient;  ///< the inverse of `prime_2` modulo `prime_1`
};

/// Checks that the numbers belong together; whether the primes are prime would take too long to find out, and a key
/// whose primes are not is of no use to anyone.
[[nodiscard]] base::result<private_key> make_rsa(const rsa_parts& parts);

}  // namespace gangway::crypto
