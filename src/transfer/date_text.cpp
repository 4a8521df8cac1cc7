#include "date_text.hpp"

#include <fmt/format.h>

namespace gangway::transfer {
namespace {

using std::chrono::days;
using std::chrono::floor;

std::string field_text(char letter, model::local_time time) {
    const auto day = floor<days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    switch (letter) {
        case 'Y':
            return fmt::format("{:04}", static_cast<int>(date.year()));
        case 'm':
            return fmt::format("{:02}", static_cast<unsigned>(date.month()));
        case 'd':
            return fmt::format("{:02}", static_cast<unsigned>(date.day()));
        case 'H':
            return fmt::format("{:02}", clock.hours().count());
        case 'M':
            return fmt::format("{:02}", clock.minutes().count());
        case 'S':
            return fmt::format("{:02}", clock.seconds().count());
        default:
            return fmt::format("{:03}", (day - std::chrono::local_days{date.year() / 1 / 1}).count() + 1);
    }
}

}  // namespace

bool is_date_format(std::string_view format) noexcept {
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%') continue;
        if (++i == format.size() || !std::string_view{"YmdHMSj"}.contains(format[i])) return false;
    }
    return !format.empty();
}

std::string date_text(std::string_view format, model::local_time time) {
    std::string out;
    for (std::size_t i = 0; i < format.size(); ++i)
        format[i] == '%' ? out += field_text(format[++i], time) : out += format[i];
    return out;
}

}  // namespace gangway::transfer
