#pragma once
/// The query of a request target, strictly: `name=value` pairs with `&` between them (WHATWG URL, section 5.1, without
/// its leniency).

#include <gangway/base/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gangway::api {

inline constexpr std::size_t query_pairs = 32;

/// Names and values after percent-decoding; `+` is a space. Errors, all `bad_request`: a pair without `=`, an empty
/// name, a percent sign without two hexadecimal digits, text that is not UTF-8 or has NUL in it, a name given twice,
/// more than `query_pairs` pairs.
[[nodiscard]] base::result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

}  // namespace gangway::api
