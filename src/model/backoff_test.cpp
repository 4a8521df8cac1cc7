#include <gangway/model/backoff.hpp>

#include <gtest/gtest.h>

#include <set>

namespace gangway::model {
namespace {

using std::chrono::milliseconds;

TEST(scramble, is_splitmix64) {
    // The first two outputs of the published generator, which adds its constant once per step, from state 0.
    EXPECT_EQ(scramble(0), 0xe220a8397b1dcdafU);
    EXPECT_EQ(scramble(0x9e3779b97f4a7c15U), 0x6e789e6aa1b965f4U);
}

TEST(seed_of, is_fnv_1a) {
    EXPECT_EQ(seed_of(""), 0xcbf29ce484222325U);
    EXPECT_EQ(seed_of("a"), 0xaf63dc4c8601ec8cU);
    EXPECT_EQ(seed_of("foobar"), 0x85944171f73967e8U);
}

TEST(jitter, stays_in_range_and_reaches_both_ends) {
    std::set<std::int64_t> seen;
    for (std::uint64_t seed = 0; seed < 1000; ++seed)
        seen.insert(jitter(milliseconds{9}, seed).count());
    EXPECT_EQ(seen.size(), 10U);
    EXPECT_EQ(*seen.begin(), 0);
    EXPECT_EQ(*seen.rbegin(), 9);
    EXPECT_EQ(jitter(milliseconds{0}, 5), milliseconds{0});
    EXPECT_EQ(jitter(milliseconds{-5}, 5), milliseconds{0});
}

TEST(jitter, same_seed_gives_the_same_delay) {
    EXPECT_EQ(jitter(milliseconds{60'000}, 42), jitter(milliseconds{60'000}, 42));
    EXPECT_NE(jitter(milliseconds{60'000}, 42), jitter(milliseconds{60'000}, 43));
}

TEST(backoff, doubles_between_half_and_whole_up_to_the_longest) {
    const backoff waits{milliseconds{1000}, milliseconds{10'000}};
    EXPECT_EQ(waits.wait(0, 1), milliseconds{0});
    const std::int64_t whole[] = {1000, 2000, 4000, 8000, 10'000, 10'000};
    for (unsigned failures = 1; failures <= 6; ++failures) {
        for (std::uint64_t seed = 0; seed < 100; ++seed) {
            const auto wait = waits.wait(failures, seed).count();
            EXPECT_GE(wait, whole[failures - 1] / 2);
            EXPECT_LE(wait, whole[failures - 1]);
        }
    }
}

TEST(backoff, any_number_of_failures_is_bounded) {
    const backoff waits;
    EXPECT_LE(waits.wait(4'294'967'295U, 7), waits.longest);
    EXPECT_GE(waits.wait(4'294'967'295U, 7), waits.longest / 2);
    const backoff odd{milliseconds{20}, milliseconds{10}};
    EXPECT_LE(odd.wait(1, 7), milliseconds{10});
}

TEST(backoff, seeds_spread_the_waits) {
    const backoff waits;
    std::set<std::int64_t> seen;
    for (std::uint64_t seed = 0; seed < 100; ++seed)
        seen.insert(waits.wait(3, seed).count());
    EXPECT_GT(seen.size(), 90U);
}

}  // namespace
}  // namespace gangway::model
