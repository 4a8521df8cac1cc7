#pragma once
/// Names from a server, made into names that every destination takes.
///
/// The server's names are hostile input. Each octet sequence becomes exactly one name, and no two become the same (but
/// for a collision of SHA-256 where names are too long). `%` and `~` never come from a name as they are, so that `%XX`
/// is always an octet of the name and `~` always a mark of our own.

#include <string>
#include <string_view>

namespace gangway::transfer {

/// The most octets of one component that are kept as they are; a mark and an extension of ours fit behind it.
inline constexpr std::size_t longest_safe_component = 200;

/// Each octet that is not safe as `%XX`: control characters, `% ~ / \ : * ? " < > |`, and of what is not ASCII all that
/// is not UTF-8 or not visible (C1, bidirectional marks, line separators, …).
[[nodiscard]] std::string escape_octets(std::string_view octets);

/// One component, whose octets are escaped already, as a name of its own: a dot, minus or space in front, a dot or
/// space at the end and the first letter of a device of DOS (CON, NUL, COM1, … with any extension) are escaped, too.
/// Nothing becomes "~". What is too long ends as "~" and 32 hexadecimal digits of the SHA-256 of all of it, and its
/// extension.
[[nodiscard]] std::string finish_component(std::string_view escaped);

}  // namespace gangway::transfer
