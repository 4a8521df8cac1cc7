#pragma once
/// Why a value from outside is not acceptable.

#include <gangway/base/error.hpp>

#include <string>
#include <string_view>
#include <system_error>

namespace gangway::model {

enum class errc {
    invalid_value = 1,  ///< breaks the rules of its type; the fact "field" says which one
};

[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc value) noexcept;

/// An `invalid_value` of phase request, with the fact "field".
[[nodiscard]] std::unexpected<base::error> invalid(std::string_view field, std::string message);

}  // namespace gangway::model

template <>
struct std::is_error_code_enum<gangway::model::errc> : std::true_type {};
