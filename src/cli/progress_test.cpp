#include "progress.hpp"

#include <gtest/gtest.h>

namespace gangway::cli {
namespace {

using namespace std::chrono_literals;

constexpr progress::instant start{};
constexpr std::uint64_t mib = 1024 * 1024;

TEST(progress, line_shows_percent_sizes_rate_and_time_left) {
    progress meter{10 * mib, start};
    meter.advance(4 * mib, start + 2s);
    EXPECT_EQ(meter.line(120),
              "[############                  ]   40 %    4.0 MiB of 10.0 MiB    2.0 MiB/s    0:03 left");
}

TEST(progress, bar_shrinks_and_then_goes_on_a_narrow_terminal) {
    progress meter{10 * mib, start};
    meter.advance(5 * mib, start + 5s);
    const auto text = meter.line(70);
    EXPECT_EQ(text, "[######      ]   50 %    5.0 MiB of 10.0 MiB    1.0 MiB/s    0:05 left");
    EXPECT_EQ(meter.line(50), " 50 %    5.0 MiB of 10.0 MiB    1.0 MiB/s    0:05 ");
    EXPECT_EQ(meter.line(20), " 50 %    5.0 MiB of ");
}

TEST(progress, unknown_size_shows_only_what_was_moved) {
    progress meter{std::nullopt, start};
    meter.advance(3 * mib, start + 1s);
    EXPECT_EQ(meter.line(80), "3.0 MiB  3.0 MiB/s");
    EXPECT_FALSE(meter.time_left());
}

TEST(progress, total_that_is_learnt_later_tells_the_time_left_from_then_on) {
    progress meter{std::nullopt, start};
    meter.advance(2 * mib, start + 1s);
    EXPECT_FALSE(meter.time_left());
    meter.expect(10 * mib);
    EXPECT_EQ(meter.line(50), " 20 %    2.0 MiB of 10.0 MiB    2.0 MiB/s    0:04 ");
}

TEST(progress, what_was_there_before_is_done_but_not_fast) {
    progress meter{10 * mib, start};
    meter.skip(6 * mib);
    meter.advance(8 * mib, start + 2s);
    EXPECT_EQ(meter.line(50), " 80 %    8.0 MiB of 10.0 MiB    1.0 MiB/s    0:02 ");
    EXPECT_EQ(meter.summary(), "8.0 MiB in 0:02, 1.0 MiB/s");
}

TEST(progress, nothing_moved_promises_no_time) {
    progress meter{10 * mib, start};
    EXPECT_FALSE(meter.time_left());
    EXPECT_TRUE(meter.line(80).ends_with("-:-- left"));
    meter.advance(0, start + 3s);
    EXPECT_FALSE(meter.time_left());
}

TEST(progress, rate_forgets_what_is_older_than_five_seconds) {
    progress meter{100 * mib, start};
    std::uint64_t done = 0;
    for (int tick = 1; tick <= 50; ++tick)  // five seconds at 10 MiB/s
        meter.advance(done += mib, start + tick * 100ms);
    EXPECT_NEAR(meter.rate(), 10.0 * mib, 0.1 * mib);
    for (int tick = 51; tick <= 110; ++tick)  // six seconds at 1 MiB/s
        meter.advance(done += mib / 10, start + tick * 100ms);
    EXPECT_NEAR(meter.rate(), 1.0 * mib, 0.1 * mib);
    EXPECT_NEAR(static_cast<double>(meter.time_left()->count()), 44, 1);
}

TEST(progress, samples_are_thinned_out_without_losing_the_newest) {
    progress meter{std::nullopt, start};
    for (int tick = 1; tick <= 1000; ++tick)
        meter.advance(static_cast<std::uint64_t>(tick) * 1000, start + tick * 1ms);
    EXPECT_EQ(meter.line(80), "976.6 KiB  976.6 KiB/s");
}

TEST(progress, empty_file_is_complete_at_once) {
    progress meter{0, start};
    meter.advance(0, start);
    EXPECT_TRUE(meter.line(80).contains("100 %"));
}

TEST(progress, file_that_grew_shows_no_more_than_all) {
    progress meter{mib, start};
    meter.advance(2 * mib, start + 1s);
    EXPECT_TRUE(meter.line(80).contains("100 %    2.0 MiB of 1.0 MiB"));
    EXPECT_EQ(meter.time_left(), 0s);
}

TEST(progress, summary_tells_the_whole) {
    progress meter{27 * mib, start};
    meter.advance(27 * mib, start + 3s);
    EXPECT_EQ(meter.summary(), "27.0 MiB in 0:03, 9.0 MiB/s");
}

}  // namespace
}  // namespace gangway::cli
