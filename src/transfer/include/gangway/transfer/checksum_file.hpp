#pragma once
/// The file that a sender puts beside another one to tell its SHA-256.

#include <gangway/base/error.hpp>

#include <string>
#include <string_view>

namespace gangway::transfer {

inline constexpr std::size_t largest_checksum_file = std::size_t{1024} * 1024;

/// The SHA-256 of the file called `name`, 32 octets, as `content` tells it:
/// - a hash alone;
/// - lines of sha256sum(1): the hash, a blank, a blank or `*`, and the name, which may have folders in front; a line
///   that starts with `\` has `\n`, `\r` and `\\` in its name;
/// - lines of BSD: `SHA256 (name) = hash`.
/// Where there are several lines, the one with that name counts; where there is one, with another name, it does not.
/// Empty lines and those that start with `#` are skipped.
/// Errors: model::errc::invalid_value where no line tells it, two tell it differently, or the file is too large.
[[nodiscard]] base::result<std::string> read_checksum(std::string_view content, std::string_view name);

}  // namespace gangway::transfer
