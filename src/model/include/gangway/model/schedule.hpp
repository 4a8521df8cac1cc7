#pragma once
/// When a connection's folders are looked at.

#include <gangway/base/error.hpp>
#include <gangway/model/cron.hpp>
#include <gangway/model/time_zone.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gangway::model {

/// Every so many minutes, on a grid that starts at the epoch: a restart or a changed clock moves no run, and "every 15
/// minutes" is at the full quarters of an hour of UTC.
struct interval {
    static constexpr std::chrono::minutes shortest{1}, longest{7 * 24 * 60};

    std::chrono::minutes every;

    /// "15m", "6h": 1m to 168h.
    [[nodiscard]] static base::result<interval> parse(std::string_view text, std::string_view field = "every");
    [[nodiscard]] std::chrono::sys_seconds next_after(std::chrono::sys_seconds now) const;
    friend bool operator==(const interval&, const interval&) = default;
};

/// An interval, or cron in a named zone. The zone's rules are given where a moment is asked for, because they belong to
/// the machine and not to the value.
struct schedule {
    std::variant<interval, cron> rule;
    std::string zone = "UTC";  ///< an IANA name; an interval does not need it

    /// The first moment after `now`. Nothing where none comes in 41 years.
    [[nodiscard]] std::optional<std::chrono::sys_seconds> next_after(std::chrono::sys_seconds now,
                                                                     const time_zone& rules) const;
    friend bool operator==(const schedule&, const schedule&) = default;
};

}  // namespace gangway::model
