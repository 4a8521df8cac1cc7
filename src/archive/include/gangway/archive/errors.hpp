#pragma once
/// Why an archive cannot be unpacked.

#include <gangway/base/error.hpp>

#include <string>
#include <system_error>

namespace gangway::archive {

enum class errc {
    damaged = 1,  ///< cut short, or its checksums and lengths do not hold
    unsupported,  ///< encrypted, split, or packed in a way that is not read here
    too_large,    ///< more octets or entries than allowed
    unsafe_name,  ///< an entry that would lead somewhere else, or is there twice
};

[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc value) noexcept;

/// Phase storage.
[[nodiscard]] std::unexpected<base::error> refused(errc code, std::string message);

}  // namespace gangway::archive

template <>
struct std::is_error_code_enum<gangway::archive::errc> : std::true_type {};
