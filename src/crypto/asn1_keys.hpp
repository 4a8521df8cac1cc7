#pragma once
/// The DER encodings of private keys, not encrypted. `der` is one whole element, without anything behind it.

#include <gangway/base/error.hpp>
#include <gangway/crypto/private_key.hpp>

#include <string_view>

namespace gangway::crypto {

/// RSAPrivateKey, RFC 8017 appendix A.1.2.
[[nodiscard]] base::result<private_key> decode_pkcs1(std::string_view der);
/// ECPrivateKey, RFC 5915, on a named curve.
[[nodiscard]] base::result<private_key> decode_sec1(std::string_view der);
/// PrivateKeyInfo or OneAsymmetricKey, RFC 5958, with one of the above or an Ed25519 key (RFC 8410) in it.
[[nodiscard]] base::result<private_key> decode_pkcs8(std::string_view der);

}  // namespace gangway::crypto
