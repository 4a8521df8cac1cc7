#pragma once
/// Names of a server, which may be any octets, as names that are safe to unpack anywhere.

#include <string>
#include <string_view>

namespace gangway::archive {

/// `path`, relative and with "/" between its components, as UTF-8 that leads nowhere else on any system and shows what
/// it is: in each component these octets become "%" and two hexadecimal digits:
/// - control characters, line and paragraph separators, bidirectional marks, and what is not UTF-8;
/// - `\` and `:`, which mean something else on Windows, and a dot or space at the end, which Windows drops;
/// - all octets of "." and "..", and the first of a name that is a device on Windows (CON, NUL, COM1, …);
/// - "%" where two hexadecimal digits follow.
///
/// So two different names stay different, and percent-decoding gives the server's octets back.
[[nodiscard]] std::string safe_entry_name(std::string_view path);

}  // namespace gangway::archive
