#pragma once
/// Dates in the names of files and folders.

#include <gangway/model/time_zone.hpp>

#include <string>
#include <string_view>

namespace gangway::transfer {

/// Whether each `%` of `format` is one of %Y %m %d %H %M %S %j.
[[nodiscard]] bool is_date_format(std::string_view format) noexcept;
/// `format` filled in. It is a date format.
[[nodiscard]] std::string date_text(std::string_view format, model::local_time time);

}  // namespace gangway::transfer
