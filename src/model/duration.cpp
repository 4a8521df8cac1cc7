#include <gangway/model/duration.hpp>
#include <gangway/model/errors.hpp>

#include <array>
#include <charconv>
#include <cstdint>

namespace gangway::model {
namespace {

struct unit {
    std::string_view name;
    std::int64_t milliseconds;
};
/// From the largest to the smallest.
constexpr std::array<unit, 4> units{{{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

}  // namespace

base::result<std::chrono::milliseconds> parse_duration(std::string_view text, std::string_view field) {
    std::int64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto number = std::from_chars(text.data(), end, count);
    const std::string_view name{number.ptr, static_cast<std::size_t>(end - number.ptr)};
    for (const auto& unit : units) {
        if (number.ec != std::errc{} || name != unit.name) continue;
        if (count < 1 || count > longest_duration.count() / unit.milliseconds) break;
        return std::chrono::milliseconds{count * unit.milliseconds};
    }
    return invalid(field, "a duration is a whole number with a unit (ms, s, m, h), such as 500ms or 10s, at most 24h");
}

std::string duration_text(std::chrono::milliseconds value) {
    for (const auto& unit : units)
        if (value.count() % unit.milliseconds == 0)
            return std::to_string(value.count() / unit.milliseconds).append(unit.name);
    return {};
}

}  // namespace gangway::model
