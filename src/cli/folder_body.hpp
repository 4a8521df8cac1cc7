#pragma once
/// The settings of a folder from options, in the JSON of the API.

#include "admin_line.hpp"

#include <gangway/base/error.hpp>

#include <boost/json/object.hpp>

namespace gangway::cli {

/// The options that `put_folder_settings` understands.
[[nodiscard]] std::span<const option> folder_setting_options() noexcept;

/// Puts what the options say into `body`. Of `now`, the folder as it is, whatever stands beside a change within the
/// same part (rules, destination) is taken along, because the API replaces parts as a whole.
/// Errors: `invalid_value` for options that exclude or need each other.
[[nodiscard]] base::result<void> put_folder_settings(boost::json::object& body, const admin_line& line,
                                                     const boost::json::object& now);

}  // namespace gangway::cli
