#pragma once
/// OpenSSH's own private-key format, "openssh-key-v1" (OpenSSH's PROTOCOL.key).

#include <gangway/base/error.hpp>
#include <gangway/crypto/private_key.hpp>

#include <string_view>

namespace gangway::crypto {

/// `file` is what the armor holds, `passphrase` is ignored if the key is not encrypted.
[[nodiscard]] base::result<private_key> decode_openssh(std::string_view file, std::string_view passphrase,
                                                       const key_limits& limits);

}  // namespace gangway::crypto
