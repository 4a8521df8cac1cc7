#include "jumping_zone.hpp"

#include <gangway/model/cron.hpp>
#include <gangway/model/errors.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace gangway::model {
namespace {

using moments = std::vector<std::chrono::sys_seconds>;

/// The next `count` runs after `now`.
moments runs(std::string_view text, std::chrono::sys_seconds now, std::size_t count, const time_zone& zone) {
    const auto schedule = cron::parse(text).value();
    moments found;
    while (found.size() < count)
        found.push_back(now = schedule.next_after(now, zone).value());
    return found;
}

std::chrono::sys_seconds next(std::string_view text, std::chrono::sys_seconds now) {
    return cron::parse(text).value().next_after(now, fixed_zone{}).value();
}

TEST(cron, next_is_strictly_after_now) {
    EXPECT_EQ(next("30 6 * * *", utc(2026, 1, 1, 6, 29, 59)), utc(2026, 1, 1, 6, 30));
    EXPECT_EQ(next("30 6 * * *", utc(2026, 1, 1, 6, 30)), utc(2026, 1, 2, 6, 30));
    EXPECT_EQ(next("* * * * *", utc(2026, 1, 1, 6, 30)), utc(2026, 1, 1, 6, 31));
    EXPECT_EQ(next("* * * * *", utc(2026, 1, 1, 6, 30, 1)), utc(2026, 1, 1, 6, 31));
}

TEST(cron, ranges_steps_and_lists_are_read) {
    EXPECT_EQ(runs("*/20 8-9 * * *", utc(2026, 1, 1), 7, fixed_zone{}),
              (moments{utc(2026, 1, 1, 8), utc(2026, 1, 1, 8, 20), utc(2026, 1, 1, 8, 40), utc(2026, 1, 1, 9),
                       utc(2026, 1, 1, 9, 20), utc(2026, 1, 1, 9, 40), utc(2026, 1, 2, 8)}));
    EXPECT_EQ(runs("5,7,50-59/4 0 * * *", utc(2026, 1, 1), 5, fixed_zone{}),
              (moments{utc(2026, 1, 1, 0, 5), utc(2026, 1, 1, 0, 7), utc(2026, 1, 1, 0, 50), utc(2026, 1, 1, 0, 54),
                       utc(2026, 1, 1, 0, 58)}));
}

TEST(cron, names_are_read_in_any_case) {
    // 2026-01-05 is a Monday.
    EXPECT_EQ(next("0 7 * * Mon-FRI", utc(2026, 1, 3)), utc(2026, 1, 5, 7));
    EXPECT_EQ(next("0 7 1 feb,NOV *", utc(2026, 3, 1)), utc(2026, 11, 1, 7));
}

TEST(cron, sunday_is_0_and_7_and_sun) {
    for (const auto* text : {"0 0 * * 0", "0 0 * * 7", "0 0 * * sun", "0 0 * * 6-7"})
        EXPECT_EQ(next(text, utc(2026, 1, 3, 12)), utc(2026, 1, 4)) << text;
}

TEST(cron, one_of_two_given_day_fields_is_enough) {
    // The 13th, and Fridays: 2026-02-06 and -13 are Fridays, 2026-03-13 too.
    EXPECT_EQ(runs("0 0 13 * fri", utc(2026, 1, 31), 3, fixed_zone{}),
              (moments{utc(2026, 2, 6), utc(2026, 2, 13), utc(2026, 2, 20)}));
    // A star, even with a step, makes both needed: odd days that are Fridays.
    EXPECT_EQ(runs("0 0 */2 * fri", utc(2026, 1, 31), 2, fixed_zone{}), (moments{utc(2026, 2, 13), utc(2026, 2, 27)}));
}

TEST(cron, shorthands_mean_their_fields) {
    const auto now = utc(2026, 5, 6, 7, 8);
    EXPECT_EQ(next("@hourly", now), utc(2026, 5, 6, 8));
    EXPECT_EQ(next("@daily", now), utc(2026, 5, 7));
    EXPECT_EQ(next("@midnight", now), utc(2026, 5, 7));
    EXPECT_EQ(next("@weekly", now), utc(2026, 5, 10));
    EXPECT_EQ(next("@monthly", now), utc(2026, 6, 1));
    EXPECT_EQ(next("@yearly", now), utc(2027, 1, 1));
    EXPECT_EQ(next("@annually", now), utc(2027, 1, 1));
    EXPECT_EQ(cron::parse("@daily")->text(), "@daily");
}

TEST(cron, leap_day_is_found_even_across_2100) {
    EXPECT_EQ(next("0 0 29 2 *", utc(2024, 2, 29)), utc(2028, 2, 29));
    EXPECT_EQ(next("0 0 29 2 *", utc(2096, 2, 29)), utc(2104, 2, 29));
    EXPECT_EQ(next("0 * 29 2 *", utc(2097, 2, 28)), utc(2104, 2, 29));
    // 29 February on a Sunday, Tuesday, Thursday or Saturday; 2028's is a Tuesday, 2032's a Sunday.
    EXPECT_EQ(next("0 0 29 2 */2", utc(2028, 3, 1)), utc(2032, 2, 29));
}

TEST(cron, day_that_never_comes_is_refused) {
    EXPECT_FALSE(cron::parse("0 0 30 2 *"));
    EXPECT_FALSE(cron::parse("0 0 31 2,4,6,9,11 *"));
    EXPECT_TRUE(cron::parse("0 0 31 2,3 *"));
    EXPECT_TRUE(cron::parse("0 0 30 2 mon"));
}

TEST(cron, skipped_time_runs_once_at_the_jump) {
    const auto zone = berlin_2026();
    EXPECT_EQ(runs("30 2 * * *", utc(2026, 3, 28), 3, zone),
              (moments{utc(2026, 3, 28, 1, 30), utc(2026, 3, 29, 1), utc(2026, 3, 30, 0, 30)}));
    // Four skipped times and 03:00 itself make one run.
    EXPECT_EQ(runs("*/15 2,3 * * *", utc(2026, 3, 28, 23), 3, zone),
              (moments{utc(2026, 3, 29, 1), utc(2026, 3, 29, 1, 15), utc(2026, 3, 29, 1, 30)}));
}

TEST(cron, repeated_time_runs_once_the_first_time) {
    const auto zone = berlin_2026();
    EXPECT_EQ(runs("30 2 * * *", utc(2026, 10, 24, 12), 2, zone),
              (moments{utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)}));
    // Asked in the repeated hour, the time is over.
    EXPECT_EQ(runs("30 2 * * *", utc(2026, 10, 25, 1, 10), 1, zone), moments{utc(2026, 10, 26, 1, 30)});
    EXPECT_EQ(
        runs("0,30 2-3 * * *", utc(2026, 10, 24, 23, 59), 4, zone),
        (moments{utc(2026, 10, 25, 0), utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 2), utc(2026, 10, 25, 2, 30)}));
}

TEST(cron, every_hour_keeps_its_rhythm_where_clocks_jump) {
    const auto zone = berlin_2026();
    EXPECT_EQ(
        runs("*/30 * * * *", utc(2026, 10, 25, 0, 15), 4, zone),
        (moments{utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1), utc(2026, 10, 25, 1, 30), utc(2026, 10, 25, 2)}));
    EXPECT_EQ(runs("30 * * * *", utc(2026, 3, 29, 0), 3, zone),
              (moments{utc(2026, 3, 29, 0, 30), utc(2026, 3, 29, 1, 30), utc(2026, 3, 29, 2, 30)}));
}

TEST(cron, every_hour_of_given_days_starts_and_ends_at_midnight_of_the_zone) {
    const auto zone = berlin_2026();
    EXPECT_EQ(runs("0 * * * mon", utc(2026, 1, 4, 12), 1, zone), moments{utc(2026, 1, 4, 23)});
    EXPECT_EQ(runs("0 * * * mon", utc(2026, 1, 5, 22), 1, zone), moments{utc(2026, 1, 11, 23)});
    EXPECT_EQ(runs("7 * 1 * *", utc(2026, 1, 31, 22), 1, zone), moments{utc(2026, 1, 31, 23, 7)});
}

TEST(cron, minutes_are_those_of_the_zone) {
    EXPECT_EQ(cron::parse("0 * * * *")->next_after(utc(2026, 1, 1), fixed_zone{std::chrono::minutes{345}}),
              utc(2026, 1, 1, 0, 15));
}

TEST(cron, anything_else_is_refused_and_names_the_field) {
    for (const char* text : {"",
                             "* * * *",
                             "* * * * * *",
                             "60 * * * *",
                             "* 24 * * *",
                             "* * 0 * *",
                             "* * 32 * *",
                             "* * * 0 *",
                             "* * * 13 *",
                             "* * * * 8",
                             "5-1 * * * *",
                             "*/0 * * * *",
                             "5/10 * * * *",
                             "1, * * * *",
                             ",1 * * * *",
                             "1-2-3 * * * *",
                             "-1 * * * *",
                             "+1 * * * *",
                             "1.5 * * * *",
                             "a * * * *",
                             "* * * foo *",
                             "* * * * monday",
                             "@reboot",
                             "@Daily",
                             "** * * * *",
                             "*-5 * * * *",
                             "* * L * *",
                             "* * ? * *",
                             "1/ * * * *",
                             "1-/2 * * * *",
                             "99999999999 * * * *"}) {
        const auto parsed = cron::parse(text, "schedule");
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, errc::invalid_value);
        EXPECT_EQ(parsed.error().fact_named("field"), "schedule");
    }
    EXPECT_FALSE(cron::parse("* * * * *" + std::string(250, ' ')));
    EXPECT_TRUE(cron::parse("  *\t* * * * "));
}

}  // namespace
}  // namespace gangway::model
