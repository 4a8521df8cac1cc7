#include <gangway/model/cron.hpp>
#include <gangway/model/errors.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace gangway::model {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::sys_seconds;

/// A 29 February can be eight years away, one on a given day of the week forty.
constexpr days horizon{366 * 41};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> shorthands{{
    {"@hourly", "0 * * * *"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"},
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
}};
constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> day_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct field_rules {
    unsigned least;
    unsigned most;
    std::span<const std::string_view> names{};  ///< of the values from `least` on
};

std::string_view take_until(std::string_view& rest, std::string_view stops) {
    const auto end = std::min(rest.find_first_of(stops), rest.size());
    const auto taken = rest.substr(0, end);
    rest.remove_prefix(end);
    return taken;
}

std::optional<unsigned> number(std::string_view digits) {
    unsigned value = 0;
    const char* const end = digits.data() + digits.size();
    if (digits.empty() || digits.size() > 4) return {};
    const auto [stop, failure] = std::from_chars(digits.data(), end, value);
    if (failure != std::errc{} || stop != end) return {};
    return value;
}

std::optional<unsigned> value_of(std::string_view word, const field_rules& rules) {
    const auto same = [&](std::string_view name) {
        return std::ranges::equal(word, name, [](char left, char right) { return (left | 0x20) == right; });
    };
    if (const auto found = std::ranges::find_if(rules.names, same); found != rules.names.end())
        return rules.least + static_cast<unsigned>(found - rules.names.begin());
    const auto value = number(word);
    if (!value || *value < rules.least || *value > rules.most) return {};
    return value;
}

/// One range of a list, with its step.
template <std::size_t Size>
bool read_range(std::string_view range, const field_rules& rules, std::bitset<Size>& values) {
    const auto ends = take_until(range, "/");
    unsigned step = 1;
    if (!range.empty()) {
        const auto given = number(range.substr(1));
        if (!given || *given == 0) return false;
        step = *given;
    }
    std::optional<unsigned> first = rules.least, last = rules.most;
    if (ends != "*") {
        auto rest = ends;
        first = value_of(take_until(rest, "-"), rules);
        last = rest.empty() ? first : value_of(rest.substr(1), rules);
        // A step needs a range to step through: "5/15" means different things in different programs.
        if (rest.empty() && !range.empty()) return false;
    }
    if (!first || !last || *first > *last) return false;
    for (unsigned value = *first; value <= *last; value += step)
        values.set(value);
    return true;
}

template <std::size_t Size>
bool read_field(std::string_view list, const field_rules& rules, std::bitset<Size>& values) {
    while (true) {
        if (!read_range(take_until(list, ","), rules, values)) return false;
        if (list.empty()) return true;
        list.remove_prefix(1);
    }
}

/// Exactly five words between blanks.
std::optional<std::array<std::string_view, 5>> five_words(std::string_view text) {
    std::array<std::string_view, 5> words;
    for (auto& word : words) {
        text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
        word = take_until(text, " \t");
        if (word.empty()) return {};
    }
    if (text.find_first_not_of(" \t") != std::string_view::npos) return {};
    return words;
}

}  // namespace

base::result<cron> cron::parse(std::string_view text, std::string_view field) {
    const auto refuse = [&](std::string_view why) {
        return invalid(field, std::string{why}.append(
                                  "; a cron schedule is \"minute hour day-of-month month day-of-week\", such as "
                                  "\"*/15 8-18 * * mon-fri\", or @hourly, @daily, @weekly, @monthly"));
    };
    if (text.size() > longest) return refuse("the schedule is too long");
    cron made{text};
    auto spelled = text;
    for (const auto& [name, meaning] : shorthands)
        if (text == name) spelled = meaning;
    const auto words = five_words(spelled);
    if (!words) return refuse("there are not five fields");
    const auto [minute, hour, month_day, month, week_day] = *words;
    std::bitset<8> week;
    if (!read_field(minute, {0, 59}, made.minutes_)) return refuse("the minute cannot be read");
    if (!read_field(hour, {0, 23}, made.hours_)) return refuse("the hour cannot be read");
    if (!read_field(month_day, {1, 31}, made.month_days_)) return refuse("the day of the month cannot be read");
    if (!read_field(month, {1, 12, month_names}, made.months_)) return refuse("the month cannot be read");
    if (!read_field(week_day, {0, 7, day_names}, week)) return refuse("the day of the week cannot be read");
    for (std::size_t day = 0; day < week.size(); ++day)
        if (week.test(day)) made.week_days_.set(day % 7);
    made.either_day_ = !month_day.starts_with('*') && !week_day.starts_with('*');
    if (!made.comes_ever()) return refuse("that day never comes");
    return made;
}

bool cron::comes_on(local_days day) const {
    const std::chrono::year_month_day date{day};
    if (!months_.test(static_cast<unsigned>(date.month()))) return false;
    const bool of_month = month_days_.test(static_cast<unsigned>(date.day()));
    const bool of_week = week_days_.test(std::chrono::weekday{day}.c_encoding());
    return either_day_ ? of_month || of_week : of_month && of_week;
}

/// With a day of the week as an alternative, or with every day of the week, only the length of the months counts. With
/// both needed together (`*/2` in one of them) the days of the week of any date go round in 28 years.
bool cron::comes_ever() const {
    if (either_day_) return true;
    constexpr std::array<unsigned, 13> longest_month{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (unsigned month = 1; month <= 12; ++month)
        for (unsigned day = 1; months_.test(month) && day <= longest_month[month]; ++day)
            if (month_days_.test(day)) return true;
    return false;
}

std::optional<sys_seconds> cron::next_after(sys_seconds now, const time_zone& zone) const {
    return hours_.all() ? next_of_rhythm(now, zone) : next_of_times(now, zone);
}

std::optional<sys_seconds> cron::next_of_times(sys_seconds now, const time_zone& zone) const {
    // What clocks showed before this came to pass for the first time before now.
    const auto start = to_local(zone, now);
    for (auto day = floor<days>(start); day <= start + horizon; day += days{1}) {
        if (!comes_on(day)) continue;
        for (unsigned hour = 0; hour < 24; ++hour) {
            for (unsigned minute = 0; hours_.test(hour) && minute < 60; ++minute) {
                const local_time time = day + hours{hour} + minutes{minute};
                if (!minutes_.test(minute) || time < start) continue;
                if (const auto moment = first_moment(zone, time); moment > now) return moment;
            }
        }
    }
    return {};
}

std::optional<sys_seconds> cron::next_of_rhythm(sys_seconds now, const time_zone& zone) const {
    auto moment = now;
    while (moment <= now + horizon) {
        const auto shown = to_local(zone, moment);
        moment += floor<minutes>(shown) + minutes{1} - shown;
        auto time = to_local(zone, moment);
        auto day = floor<days>(time);
        while (!comes_on(day) && day <= time + horizon)
            day += days{1};
        if (day > time) {
            moment = first_moment(zone, day);
            time = to_local(zone, moment);
        }
        const auto minute = floor<minutes>(time) - floor<hours>(time);
        if (minutes_.test(static_cast<std::size_t>(minute.count())) && comes_on(floor<days>(time))) return moment;
    }
    return {};
}

}  // namespace gangway::model
