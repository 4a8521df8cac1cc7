#pragma once
/// Makes text that a peer wrote safe to show: in an answer, a log line, a terminal.

#include <cstddef>
#include <string>
#include <string_view>

namespace gangway::base {

/// The most characters of a peer's text that are ever shown (design: server text).
inline constexpr std::size_t shown_text_limit = 256;

/// `octets` as printable UTF-8 on one line: control characters (C0, DEL, C1), line and paragraph separators,
/// bidirectional marks and overrides, byte order marks, invisible tags, and octets that are not UTF-8 become `\n`,
/// `\t`, `\r`, `\xNN` or `\u{NNNN}`; a backslash is doubled. At most `limit` characters of the input are shown; what is
/// left out ends it as "…".
[[nodiscard]] std::string escape(std::string_view octets, std::size_t limit = shown_text_limit);

}  // namespace gangway::base
