#include <gangway/transfer/expected_files.hpp>
#include <gangway/transfer/zones.hpp>

#include <gtest/gtest.h>

namespace gangway::transfer {
namespace {

using namespace std::chrono_literals;
using moments = std::vector<std::chrono::sys_seconds>;

const std::chrono::sys_seconds monday = std::chrono::sys_days{2026y / 1 / 5};
const model::schedule by_six{model::cron::parse("0 6 * * mon-fri").value()};

expectation_report judge(std::chrono::sys_seconds since, std::chrono::sys_seconds now, const moments& arrivals) {
    return judge_expectation(by_six, model::fixed_zone{}, since, now, arrivals);
}

TEST(expected_files, nothing_is_missed_before_its_time) {
    const auto report = judge(monday, monday + 6h - 1s, {});
    EXPECT_TRUE(report.missed.empty());
    EXPECT_EQ(report.judged_until, monday);
    EXPECT_EQ(report.next, monday + 6h);
}

TEST(expected_files, file_in_time_meets_its_deadline_to_the_second) {
    for (const auto arrival : {monday + 1s, monday + 6h})
        EXPECT_TRUE(judge(monday, monday + 7h, {arrival}).missed.empty());
    for (const auto arrival : {monday, monday + 6h + 1s})
        EXPECT_EQ(judge(monday, monday + 7h, {arrival}).missed, moments{monday + 6h});
    EXPECT_EQ(judge(monday, monday + 6h, {}).missed, moments{monday + 6h});
}

TEST(expected_files, late_file_counts_for_the_next_period) {
    const auto first = judge(monday, monday + 7h, {});
    EXPECT_EQ(first.missed, moments{monday + 6h});
    EXPECT_EQ(first.judged_until, monday + 6h);
    EXPECT_EQ(first.next, monday + 30h);
    EXPECT_TRUE(judge(first.judged_until, monday + 31h, {monday + 8h}).missed.empty());
}

TEST(expected_files, each_deadline_needs_a_file_of_its_own) {
    const auto report = judge(monday, monday + 4 * 24h + 12h, {monday + 73h, monday + 5h, monday + 4h, monday + 54h});
    EXPECT_EQ(report.missed, (moments{monday + 30h, monday + 102h}));
    EXPECT_EQ(report.judged_until, monday + 102h);
    // After Friday comes Monday.
    EXPECT_EQ(report.next, monday + 7 * 24h + 6h);
}

TEST(expected_files, asking_twice_tells_nothing_twice) {
    const auto report = judge(monday, monday + 7h, {});
    EXPECT_TRUE(judge(report.judged_until, monday + 7h, {}).missed.empty());
}

TEST(expected_files, deadline_is_that_of_the_zone_on_both_sides_of_a_jump) {
    const auto berlin = find_zone("Europe/Berlin").value();
    const model::schedule daily{model::cron::parse("0 6 * * *").value(), "Europe/Berlin"};
    const std::chrono::sys_seconds saturday = std::chrono::sys_days{2026y / 3 / 28};
    const auto report = judge_expectation(daily, *berlin, saturday, saturday + 48h, {});
    EXPECT_EQ(report.missed, (moments{saturday + 5h, saturday + 28h}));
}

TEST(expected_files, years_of_silence_are_judged_in_portions) {
    const model::schedule hourly{model::interval{60min}};
    auto report = judge_expectation(hourly, model::fixed_zone{}, monday, monday + 1500h, {});
    EXPECT_EQ(report.missed.size(), 1000U);
    EXPECT_LE(*report.next, monday + 1500h);
    report = judge_expectation(hourly, model::fixed_zone{}, report.judged_until, monday + 1500h, {});
    EXPECT_EQ(report.missed.size(), 500U);
    EXPECT_GT(*report.next, monday + 1500h);
}

}  // namespace
}  // namespace gangway::transfer
