#pragma once
/// The codes with which a gateway names its errors, as error codes.

#include <gangway/cli/exit_code.hpp>

#include <optional>
#include <string_view>
#include <system_error>

namespace gangway::cli {

/// The error code for one of the API's codes; that of "failure" for one that this program does not know.
[[nodiscard]] std::error_code told_code(std::string_view name) noexcept;

/// What such a code means; nothing for codes of other origin.
[[nodiscard]] std::optional<failure_class> told_class(const std::error_code& code) noexcept;

}  // namespace gangway::cli
