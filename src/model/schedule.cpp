#include <gangway/model/errors.hpp>
#include <gangway/model/schedule.hpp>

#include <charconv>

namespace gangway::model {

base::result<interval> interval::parse(std::string_view text, std::string_view field) {
    std::int64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, count);
    const std::string_view unit{stop, static_cast<std::size_t>(end - stop)};
    const std::int64_t minutes = unit == "m" ? 1 : unit == "h" ? 60 : 0;
    if (failure != std::errc{} || minutes == 0 || count < 1 || count > longest.count() / minutes)
        return invalid(field, "an interval is a whole number of minutes or hours, such as 15m or 6h, at most 168h");
    return interval{std::chrono::minutes{count * minutes}};
}

std::chrono::sys_seconds interval::next_after(std::chrono::sys_seconds now) const {
    const std::chrono::seconds step = every;
    auto into = now.time_since_epoch() % step;
    if (into < std::chrono::seconds{0}) into += step;
    return now - into + step;
}

std::optional<std::chrono::sys_seconds> schedule::next_after(std::chrono::sys_seconds now,
                                                             const time_zone& rules) const {
    if (const auto* regular = std::get_if<interval>(&rule)) return regular->next_after(now);
    return std::get<cron>(rule).next_after(now, rules);
}

}  // namespace gangway::model
