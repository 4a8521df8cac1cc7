#include "jumping_zone.hpp"

#include <gangway/model/errors.hpp>
#include <gangway/model/schedule.hpp>

#include <gtest/gtest.h>

namespace gangway::model {
namespace {

using std::chrono::minutes;

TEST(interval, minutes_and_hours_are_read) {
    EXPECT_EQ(interval::parse("1m")->every, minutes{1});
    EXPECT_EQ(interval::parse("90m")->every, minutes{90});
    EXPECT_EQ(interval::parse("6h")->every, minutes{360});
    EXPECT_EQ(interval::parse("168h")->every, interval::longest);
    EXPECT_EQ(interval::parse("10080m")->every, interval::longest);
}

TEST(interval, anything_else_is_refused_and_names_the_field) {
    for (const char* text :
         {"", "5", "m", "0m", "-5m", "1.5h", "30s", "169h", "10081m", "1d", "5 m", "5m ", "9999999999999999999m"}) {
        const auto parsed = interval::parse(text, "every");
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().fact_named("field"), "every");
    }
}

TEST(interval, runs_lie_on_a_grid_from_the_epoch) {
    const interval quarter{minutes{15}};
    EXPECT_EQ(quarter.next_after(utc(2026, 1, 1, 6, 14, 59)), utc(2026, 1, 1, 6, 15));
    EXPECT_EQ(quarter.next_after(utc(2026, 1, 1, 6, 15)), utc(2026, 1, 1, 6, 30));
    EXPECT_EQ(quarter.next_after(utc(1969, 12, 31, 23, 59)), utc(1970, 1, 1));
    EXPECT_EQ(quarter.next_after(utc(1969, 12, 31, 23, 45)), utc(1970, 1, 1));
}

TEST(interval, clock_set_back_doubles_no_moment_of_the_grid) {
    const interval hourly{minutes{60}};
    const auto first = hourly.next_after(utc(2026, 1, 1, 6, 59));
    EXPECT_EQ(hourly.next_after(first - minutes{10}), first);
}

TEST(schedule, asks_its_rule) {
    const auto zone = berlin_2026();
    const schedule regular{interval{minutes{30}}}, daily{cron::parse("0 6 * * *").value(), "Europe/Berlin"};
    EXPECT_EQ(regular.next_after(utc(2026, 7, 1, 1, 1), zone), utc(2026, 7, 1, 1, 30));
    EXPECT_EQ(daily.next_after(utc(2026, 7, 1), zone), utc(2026, 7, 1, 4));
    EXPECT_EQ(daily.next_after(utc(2026, 1, 1), zone), utc(2026, 1, 1, 5));
}

}  // namespace
}  // namespace gangway::model
