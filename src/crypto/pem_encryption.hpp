#pragma once
/// The encryption of traditional PEM keys: headers `Proc-Type: 4,ENCRYPTED` and `DEK-Info` (RFC 1421 section 4.6), with
/// libcrypto's own derivation of the key, which costs one MD5 and protects accordingly.

#include "secret_octets.hpp"

#include <gangway/base/error.hpp>

#include <string_view>

namespace gangway::crypto {

/// Whether these headers say that the block is encrypted.
[[nodiscard]] bool is_pem_encrypted(std::string_view headers);

/// The DER inside. Wrong passphrases are told with a chance of 255 in 256; the caller finds the rest by the DER.
[[nodiscard]] base::result<secret_octets> decrypt_pem(std::string_view headers, std::string_view cipher_text,
                                                      std::string_view passphrase);

}  // namespace gangway::crypto
