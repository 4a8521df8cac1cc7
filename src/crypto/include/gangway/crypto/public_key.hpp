#pragma once
/// What people see of a public key.

#include <string>
#include <string_view>

namespace gangway::crypto {

/// The SHA-256 fingerprint of a public key's wire encoding, as OpenSSH shows it: "SHA256:" and 43 base64 characters
/// without padding.
[[nodiscard]] std::string fingerprint_sha256(std::string_view blob);

}  // namespace gangway::crypto
