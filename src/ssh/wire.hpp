#pragma once
/// The field types of RFC 4251 section 5 that `base` leaves out: mpint and name-list.

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/base/secret.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::ssh {

/// Bounds of a name-list: real servers stay below 60 names of 50 octets.
inline constexpr std::size_t name_list_limit = 256;
inline constexpr std::size_t name_limit = 64;  ///< RFC 4251 section 6

/// The octets of a non-negative mpint without leading zeros, empty for zero; the reader fails on a negative one.
[[nodiscard]] std::string_view read_magnitude(base::byte_reader& in) noexcept;
/// Writes big-endian octets, which may have leading zeros, as a non-negative mpint.
void write_magnitude(base::byte_writer& out, std::string_view magnitude);
/// The same as a secret, with the length field.
[[nodiscard]] base::secret magnitude_secret(std::string_view magnitude);

/// The names of a name-list; the reader fails if one is empty, longer than 64 octets or not printable US-ASCII, or if
/// there are too many. The views live as long as what is read from.
[[nodiscard]] std::vector<std::string_view> read_names(base::byte_reader& in);
/// Joins with commas.
[[nodiscard]] std::string join_names(const std::vector<std::string>& names);
[[nodiscard]] bool contains(const std::vector<std::string>& names, std::string_view name) noexcept;
[[nodiscard]] bool contains(const std::vector<std::string_view>& names, std::string_view name) noexcept;

}  // namespace gangway::ssh
