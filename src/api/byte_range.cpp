#include "byte_range.hpp"

#include <gangway/api/request_head.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace gangway::api {
namespace {

/// A number that fits no file is as good as the largest.
std::optional<std::uint64_t> number(std::string_view digits) {
    if (digits.empty() || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return parsed.ec == std::errc{} ? value : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace

std::variant<whole_file, byte_range, unsatisfiable> parse_range(std::string_view field, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    if (!equal_ignoring_case(field.substr(0, unit.size()), unit)) return whole_file{};
    const auto range = trimmed(field.substr(unit.size()));
    const auto dash = range.find('-');
    if (dash == std::string_view::npos || size == 0) return unsatisfiable{};
    const auto left = range.substr(0, dash), right = range.substr(dash + 1);
    const auto first = number(left), last = number(right);
    if ((!left.empty() && !first) || (!right.empty() && !last) || (!first && !last)) return unsatisfiable{};
    if (!first) {
        if (*last == 0) return unsatisfiable{};
        return byte_range{size - std::min(*last, size), size - 1};
    }
    if (*first >= size || (last && *last < *first)) return unsatisfiable{};
    return byte_range{*first, std::min(last.value_or(size - 1), size - 1)};
}

}  // namespace gangway::api
