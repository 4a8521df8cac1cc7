#pragma once
/// "A file like this by 06:00": which of these moments have passed without one.

#include <gangway/model/schedule.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <vector>

namespace gangway::transfer {

struct expectation_report {
    std::vector<std::chrono::sys_seconds> missed{};  ///< deadlines without a file, oldest first
    std::chrono::sys_seconds judged_until{};         ///< the last deadline that has passed: what to go on from
    std::optional<std::chrono::sys_seconds> next{};  ///< when to ask again; nothing: never
};

/// Judges the deadlines after `since` up to `now`, at most 1000 of them: `next` is not after `now` where more are left.
/// A deadline is met by a file that came after the deadline before it (after `since`, for the first) and no later than
/// itself; an early file of the next period does not count for this one, and a late one counts for the next.
/// `since`: `judged_until` of the report before, or the moment at which the expectation was set up.
/// `arrivals`: when matching files were recorded, in any order.
[[nodiscard]] expectation_report judge_expectation(const model::schedule& by, const model::time_zone& zone,
                                                   std::chrono::sys_seconds since, std::chrono::sys_seconds now,
                                                   std::span<const std::chrono::sys_seconds> arrivals);

}  // namespace gangway::transfer
