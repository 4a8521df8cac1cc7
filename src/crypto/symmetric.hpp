#pragma once
/// Decryption of key files.

#include "secret_octets.hpp"

#include <openssl/types.h>

#include <optional>
#include <string_view>

namespace gangway::crypto {

enum class padding : bool { none, pkcs7 };

/// The plain text, or nothing if the padding or the tag is wrong, which means: another key, or damage. `key` and `iv`
/// are as long as `cipher` wants them. `tag` is for ciphers that authenticate, and empty for the others.
[[nodiscard]] std::optional<secret_octets> decrypt(const EVP_CIPHER* cipher, std::string_view key, std::string_view iv,
                                                   std::string_view cipher_text, padding padding,
                                                   std::string_view tag = {});

/// chacha20-poly1305@openssh.com (OpenSSH's PROTOCOL.chacha20poly1305) as key files use it: packet number 0, no length
/// field. `key` has 64 octets, of which the second half goes unused; `tag` has 16.
[[nodiscard]] std::optional<secret_octets> decrypt_chacha20_poly1305(std::string_view key, std::string_view cipher_text,
                                                                     std::string_view tag);

}  // namespace gangway::crypto
