#pragma once
/// UTF-8 as defined by the Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.

#include <cstddef>
#include <string>
#include <string_view>

namespace gangway::base {

/// The length of the well-formed sequence at the front of `octets`: 1 to 4, or 0 if there is none.
[[nodiscard]] std::size_t utf8_sequence(std::string_view octets) noexcept;

/// Whether all of `octets` is well-formed.
[[nodiscard]] bool is_utf8(std::string_view octets) noexcept;

/// `octets` with every octet that is part of no well-formed sequence replaced by one U+FFFD.
[[nodiscard]] std::string to_utf8(std::string_view octets);

/// How many octets at the end of `octets` start a character that is cut off there: 0 to 3. Zero if the end is whole or
/// malformed in a way that no continuation could mend.
[[nodiscard]] std::size_t utf8_cut_tail(std::string_view octets) noexcept;

}  // namespace gangway::base
