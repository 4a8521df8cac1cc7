#pragma once
/// What can go wrong in this room. The message of the `base::error` beside a code says what to change.

#include <system_error>
#include <type_traits>

namespace gangway::crypto {

enum class errc {
    bad_private_key = 1,  ///< not a private key, damaged, or its halves do not belong together
    passphrase_missing,   ///< the key is encrypted and came without a passphrase
    passphrase_wrong,     ///< it does not decrypt (a damaged key can look the same)
    unsupported_key,      ///< a well-known kind of key, file or encryption that Gangway does not take
    kdf_too_costly,       ///< deriving the decryption key would take more time or memory than allowed
    crypto_failure,       ///< libcrypto or libsodium failed at something that always works: a lost resource
};

[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc value) noexcept;

}  // namespace gangway::crypto

template <>
struct std::is_error_code_enum<gangway::crypto::errc> : std::true_type {};
