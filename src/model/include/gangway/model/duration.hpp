#pragma once
/// How long, as people write it in settings and on the command line.

#include <gangway/base/error.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace gangway::model {

inline constexpr std::chrono::milliseconds longest_duration = std::chrono::hours{24};

/// A whole number and its unit, nothing between them: "500ms", "10s", "5m", "1h"; more than nothing, at most a day.
[[nodiscard]] base::result<std::chrono::milliseconds> parse_duration(std::string_view text, std::string_view field);

/// The same spelling, with the largest unit that is exact.
[[nodiscard]] std::string duration_text(std::chrono::milliseconds value);

}  // namespace gangway::model
