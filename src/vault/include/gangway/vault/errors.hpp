#pragma once
/// What can go wrong in this room. The message of the `base::error` beside a code says what to do; the phase is
/// `storage`. No message holds anything of a key or a secret.

#include <gangway/base/error.hpp>

#include <string>
#include <system_error>
#include <type_traits>

namespace gangway::vault {

enum class errc {
    master_key_missing = 1,  ///< secrets are sealed with a master key that is not there
    wrong_master_key,        ///< the master key is not the one that the secrets are sealed with
    bad_key_file,            ///< the file of master keys cannot be read, is open to others, or is not such a file
    bad_secret,              ///< what is stored does not open: damaged, moved from another row, or tampered with
    busy,                    ///< another rotation is under way
};

[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc value) noexcept;

/// An error of phase storage.
[[nodiscard]] std::unexpected<base::error> refuse(errc code, std::string message);

}  // namespace gangway::vault

template <>
struct std::is_error_code_enum<gangway::vault::errc> : std::true_type {};
