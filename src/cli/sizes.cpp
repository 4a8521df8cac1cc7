#include "sizes.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <string_view>

namespace gangway::cli {

std::string size_text(std::uint64_t octets) {
    constexpr std::array<std::string_view, 6> units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (octets < 1024) return fmt::format("{} B", octets);
    auto value = static_cast<double>(octets) / 1024;
    std::size_t unit = 0;
    while (value >= 1023.95 && unit + 1 < units.size()) {  // 1023.95 would be shown as 1024.0
        value /= 1024;
        ++unit;
    }
    return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string clock_text(std::chrono::seconds duration) {
    const auto all = duration.count();
    if (all < 3600) return fmt::format("{}:{:02}", all / 60, all % 60);
    return fmt::format("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60);
}

std::string milliseconds_text(std::chrono::microseconds duration) {
    const auto micro = duration.count();
    return micro < 10'000 ? fmt::format("{:.1f} ms", static_cast<double>(micro) / 1000)
                          : fmt::format("{} ms", (micro + 500) / 1000);
}

std::string local_minute(std::uint32_t seconds) {
    const std::time_t time = seconds;
    std::tm parts{};
    ::localtime_r(&time, &parts);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                       parts.tm_hour, parts.tm_min);
}

std::string utc_text(std::uint32_t seconds) {
    const std::time_t time = seconds;
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000Z", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace gangway::cli
