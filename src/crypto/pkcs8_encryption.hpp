#pragma once
/// EncryptedPrivateKeyInfo, RFC 5958 section 3.

#include "secret_octets.hpp"

#include <gangway/base/error.hpp>
#include <gangway/crypto/private_key.hpp>

#include <string_view>

namespace gangway::crypto {

/// The PrivateKeyInfo inside. What its key derivation costs is checked against `limits` first, whatever the passphrase.
[[nodiscard]] base::result<secret_octets> decrypt_pkcs8(std::string_view der, std::string_view passphrase,
                                                        const key_limits& limits);

}  // namespace gangway::crypto
