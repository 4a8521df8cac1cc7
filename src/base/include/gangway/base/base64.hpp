#pragma once
/// Base64, RFC 4648 sections 4 and 5.

#include <optional>
#include <string>
#include <string_view>

namespace gangway::base {

enum class base64_padding : bool { without, with };

[[nodiscard]] std::string to_base64(std::string_view octets, base64_padding padding = base64_padding::with);
/// In the alphabet of section 5, which needs no escaping in a URL or a file name, and without padding.
[[nodiscard]] std::string to_base64url(std::string_view octets);

/// Decodes the alphabet of section 4 strictly, and is lenient about the rest: white space anywhere (space, tab, CR, LF)
/// and padding that is missing or incomplete are accepted. Nothing for any other character, for data after padding, for
/// more padding than belongs there, or for a length that no octets have. Unused bits of the last character are ignored.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace gangway::base
