#pragma once
/// SSH signatures by a private key.

#include <gangway/base/error.hpp>
#include <gangway/crypto/private_key.hpp>

#include <string>
#include <string_view>

namespace gangway::crypto {

/// Signs `octets`. `algorithm` is the key's `algorithm()`, or "rsa-sha2-256" or "rsa-sha2-512" for an RSA key.
/// Returns `string algorithm, string signature` (RFC 4253 section 6.6, RFC 5656 section 3.1.2, RFC 8332, RFC 8709).
/// The signature is verified before it is returned: one made by a faulty computation can give the key away.
/// Errors: `unsupported_key` if the algorithm does not fit the key or is RSA with SHA-1; `crypto_failure`.
[[nodiscard]] base::result<std::string> sign(const private_key& key, std::string_view algorithm,
                                             std::string_view octets);

}  // namespace gangway::crypto
