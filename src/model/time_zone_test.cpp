#include "jumping_zone.hpp"

#include <gtest/gtest.h>

namespace gangway::model {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

local_time local(int year, unsigned month, unsigned day, int hour, int minute = 0) {
    return local_time{utc(year, month, day, hour, minute).time_since_epoch()};
}

TEST(time_zone, fixed_offset_shifts_both_ways) {
    const fixed_zone zone{minutes{-210}};
    EXPECT_EQ(to_local(zone, utc(2026, 1, 1, 12)), local(2026, 1, 1, 8, 30));
    EXPECT_EQ(first_moment(zone, local(2026, 1, 1, 8, 30)), utc(2026, 1, 1, 12));
}

TEST(time_zone, ordinary_times_beside_a_jump_have_one_moment) {
    const auto zone = berlin_2026();
    EXPECT_EQ(first_moment(zone, local(2026, 3, 29, 1, 59)), utc(2026, 3, 29, 0, 59));
    EXPECT_EQ(first_moment(zone, local(2026, 3, 29, 3)), utc(2026, 3, 29, 1));
    EXPECT_EQ(first_moment(zone, local(2026, 3, 29, 3, 1)), utc(2026, 3, 29, 1, 1));
    EXPECT_EQ(first_moment(zone, local(2026, 10, 25, 1, 59)), utc(2026, 10, 24, 23, 59));
    EXPECT_EQ(first_moment(zone, local(2026, 10, 25, 3)), utc(2026, 10, 25, 2));
}

TEST(time_zone, skipped_times_are_the_moment_of_the_jump) {
    const auto zone = berlin_2026();
    for (const int minute : {0, 1, 30, 59})
        EXPECT_EQ(first_moment(zone, local(2026, 3, 29, 2, minute)), utc(2026, 3, 29, 1)) << minute;
}

TEST(time_zone, repeated_times_are_their_first_moment) {
    const auto zone = berlin_2026();
    EXPECT_EQ(first_moment(zone, local(2026, 10, 25, 2)), utc(2026, 10, 25, 0));
    EXPECT_EQ(first_moment(zone, local(2026, 10, 25, 2, 59)), utc(2026, 10, 25, 0, 59));
}

TEST(time_zone, whole_skipped_day_is_the_moment_of_the_jump) {
    // Apia had no 30 December 2011.
    const jumping_zone apia{hours{-10}, {{utc(2011, 12, 30, 10), hours{14}}}};
    EXPECT_EQ(first_moment(apia, local(2011, 12, 29, 23, 59)), utc(2011, 12, 30, 9, 59));
    EXPECT_EQ(first_moment(apia, local(2011, 12, 30, 12)), utc(2011, 12, 30, 10));
    EXPECT_EQ(first_moment(apia, local(2011, 12, 31, 0)), utc(2011, 12, 30, 10));
    EXPECT_EQ(first_moment(apia, local(2011, 12, 31, 1)), utc(2011, 12, 30, 11));
}

TEST(time_zone, half_an_hour_is_a_jump_too) {
    // Lord Howe Island, 4 October 2026: 02:00 becomes 02:30.
    const jumping_zone lord_howe{minutes{630}, {{utc(2026, 10, 3, 15, 30), minutes{660}}}};
    EXPECT_EQ(first_moment(lord_howe, local(2026, 10, 4, 2, 15)), utc(2026, 10, 3, 15, 30));
    EXPECT_EQ(first_moment(lord_howe, local(2026, 10, 4, 2, 30)), utc(2026, 10, 3, 15, 30));
    EXPECT_EQ(first_moment(lord_howe, local(2026, 10, 4, 2, 31)), utc(2026, 10, 3, 15, 31));
}

}  // namespace
}  // namespace gangway::model
