#pragma once
/// New key pairs.

#include <gangway/base/error.hpp>
#include <gangway/crypto/private_key.hpp>

namespace gangway::crypto {

/// The size of RSA keys that are made here, in bits.
inline constexpr unsigned generated_rsa_bits = 4096;

/// A new key pair. RSA takes up to some seconds: call it on a worker thread. Fails with `crypto_failure` only.
[[nodiscard]] base::result<private_key> generate_key(key_type type);

}  // namespace gangway::crypto
