#include <gangway/api/rate_rules.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/model/errors.hpp>

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace gangway::api {
namespace {

constexpr std::uint32_t largest_count = 1'000'000;
constexpr auto units = std::to_array<std::pair<std::string_view, std::chrono::seconds>>(
    {{"/s", std::chrono::seconds{1}}, {"/m", std::chrono::minutes{1}}, {"/h", std::chrono::hours{1}}});

}  // namespace

base::result<std::optional<rate>> parse_rate(std::string_view text, std::string_view field) {
    if (text == "off") return std::nullopt;
    for (const auto& [unit, period] : units) {
        if (!text.ends_with(unit)) continue;
        const auto* const end = text.data() + text.size() - unit.size();
        std::uint32_t count = 0;
        const auto [stopped, failure] = std::from_chars(text.data(), end, count);
        if (failure == std::errc{} && stopped == end && count >= 1 && count <= largest_count)
            return rate{count, period};
    }
    return model::invalid(field, fmt::format("\"{}\" is not a rate: 1 to {}, and /s, /m or /h, such as 600/m; or off",
                                             base::escape(text, 64), largest_count));
}

}  // namespace gangway::api
