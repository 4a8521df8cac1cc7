#pragma once
/// The key derivation of encrypted OpenSSH private keys.

#include "secret_octets.hpp"

#include <gangway/base/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gangway::crypto {

/// OpenBSD's bcrypt_pbkdf(3): `length` octets from a passphrase that is not empty. Costs about 4 ms for each round and
/// each 32 octets begun, and looks at the clock after each of these: `errc::kdf_too_costly` once the thread has
/// computed for `time`. `rounds` is at least 1, `length` at least 1 and at most 1024.
[[nodiscard]] base::result<secret_octets> bcrypt_pbkdf(std::string_view passphrase, std::string_view salt,
                                                       std::uint32_t rounds, std::size_t length,
                                                       std::chrono::milliseconds time);

}  // namespace gangway::crypto
