#pragma once
/// Percent-encoding (RFC 3986 section 2.1).

#include <optional>
#include <string>
#include <string_view>

namespace gangway::api {

/// The octets that `text` stands for; nothing if a percent sign lacks its two hexadecimal digits. A plus sign is one.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace gangway::api
