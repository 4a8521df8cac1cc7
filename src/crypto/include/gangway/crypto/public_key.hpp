#pragma once
/// What people see of a public key.

#include <string>
#include <string_view>

namespace gangway::crypto {

/// The SHA-256 fingerprint of a public key's wire encoding, as OpenSSH shows it: "SHA256:" and 43 base64 characters
/// without padding.
[[nodiscard]] std::string fingerprint_sha256(std::string_view blob);

/// A public key's wire encoding as a line for authorized_keys, without its end: "ssh-ed25519 AAAA… comment" (sshd(8),
/// AUTHORIZED_KEYS FILE FORMAT). The comment is escaped, so that it stays on its line; it may be empty.
[[nodiscard]] std::string authorized_key(std::string_view blob, std::string_view comment);

}  // namespace gangway::crypto
