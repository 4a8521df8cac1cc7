#include <gangway/transfer/expected_files.hpp>

#include <algorithm>

namespace gangway::transfer {

expectation_report judge_expectation(const model::schedule& by, const model::time_zone& zone,
                                     std::chrono::sys_seconds since, std::chrono::sys_seconds now,
                                     std::span<const std::chrono::sys_seconds> arrivals) {
    constexpr int most = 1000;
    std::vector<std::chrono::sys_seconds> came{arrivals.begin(), arrivals.end()};
    std::ranges::sort(came);
    expectation_report report{.judged_until = since, .next = by.next_after(since, zone)};
    for (int judged = 0; judged < most && report.next && *report.next <= now; ++judged) {
        const auto deadline = *report.next;
        const auto first = std::ranges::upper_bound(came, report.judged_until);
        if (first == came.end() || *first > deadline) report.missed.push_back(deadline);
        report.judged_until = deadline;
        report.next = by.next_after(deadline, zone);
    }
    return report;
}

}  // namespace gangway::transfer
