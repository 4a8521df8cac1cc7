#include "sizes.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <limits>

namespace gangway::cli {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

TEST(sizes, octets_are_shown_in_the_largest_unit_below_1024) {
    EXPECT_EQ(size_text(0), "0 B");
    EXPECT_EQ(size_text(1023), "1023 B");
    EXPECT_EQ(size_text(1024), "1.0 KiB");
    EXPECT_EQ(size_text(1536), "1.5 KiB");
    EXPECT_EQ(size_text(12'897'485), "12.3 MiB");
    EXPECT_EQ(size_text(std::uint64_t{1} << 32), "4.0 GiB");
    EXPECT_EQ(size_text(std::numeric_limits<std::uint64_t>::max()), "16.0 EiB");
}

TEST(sizes, rounding_never_shows_1024_of_a_unit) {
    EXPECT_EQ(size_text((1024 * 1024) - 1), "1.0 MiB");
}

TEST(sizes, durations_have_minutes_and_only_then_hours) {
    EXPECT_EQ(clock_text(seconds{0}), "0:00");
    EXPECT_EQ(clock_text(seconds{7}), "0:07");
    EXPECT_EQ(clock_text(seconds{754}), "12:34");
    EXPECT_EQ(clock_text(seconds{3723}), "1:02:03");
}

TEST(sizes, milliseconds_have_a_digit_only_when_small) {
    EXPECT_EQ(milliseconds_text(microseconds{0}), "0.0 ms");
    EXPECT_EQ(milliseconds_text(microseconds{420}), "0.4 ms");
    EXPECT_EQ(milliseconds_text(microseconds{11'600}), "12 ms");
    EXPECT_EQ(milliseconds_text(microseconds{1'203'000}), "1203 ms");
}

TEST(sizes, utc_times_are_exact_to_the_last_second_of_the_protocol) {
    EXPECT_EQ(utc_text(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(utc_text(1'768'478'400), "2026-01-15T12:00:00.000Z");
    EXPECT_EQ(utc_text(4'294'967'295U), "2106-02-07T06:28:15.000Z");
}

TEST(sizes, local_times_follow_the_time_zone) {
    ::setenv("TZ", "CET-1", 1);
    ::tzset();
    EXPECT_EQ(local_minute(1'768'478'400), "2026-01-15 13:00");
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    EXPECT_EQ(local_minute(1'768'478'400), "2026-01-15 12:00");
}

}  // namespace
}  // namespace gangway::cli
