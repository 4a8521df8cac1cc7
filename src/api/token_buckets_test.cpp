#include "testing/manual_clock.hpp"

#include <gangway/api/token_buckets.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::api {
namespace {

using namespace std::chrono_literals;

class token_bucket : public ::testing::Test {
  protected:
    int takes(token_buckets& from, std::string_view key, int tries) {
        int taken = 0;
        for (; tries > 0; --tries)
            taken += from.take(key) ? 0 : 1;
        return taken;
    }
    testing::manual_clock clock{};
    token_buckets buckets{{10, 10s}, clock};
};

TEST_F(token_bucket, full_one_gives_its_count_at_once) {
    EXPECT_EQ(takes(buckets, "a", 100), 10);
}

TEST_F(token_bucket, empty_one_tells_when_the_next_token_comes) {
    takes(buckets, "a", 10);
    EXPECT_EQ(buckets.take("a"), 1s);
    clock.now += 400ms;
    EXPECT_EQ(buckets.take("a"), 600ms);
    clock.now += 600ms;
    EXPECT_EQ(buckets.take("a"), std::nullopt);
    EXPECT_EQ(buckets.take("a"), 1s);
}

TEST_F(token_bucket, refused_take_costs_nothing) {
    takes(buckets, "a", 1000);
    clock.now += 1s;
    EXPECT_EQ(takes(buckets, "a", 10), 1);
}

TEST_F(token_bucket, fills_up_and_not_over) {
    takes(buckets, "a", 10);
    clock.now += 3s;
    EXPECT_EQ(takes(buckets, "a", 100), 3);
    clock.now += 1h;
    EXPECT_EQ(takes(buckets, "a", 100), 10);
}

TEST_F(token_bucket, of_one_key_is_not_that_of_another) {
    takes(buckets, "a", 10);
    EXPECT_EQ(takes(buckets, "b", 100), 10);
    EXPECT_EQ(takes(buckets, {}, 100), 10);
}

TEST_F(token_bucket, wait_only_looks) {
    EXPECT_EQ(buckets.wait("a"), std::nullopt);
    EXPECT_EQ(buckets.keys(), 0U);
    takes(buckets, "a", 9);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(buckets.wait("a"), std::nullopt);
    takes(buckets, "a", 1);
    EXPECT_EQ(buckets.wait("a"), 1s);
}

TEST_F(token_bucket, charge_makes_a_debt_of_one_bucket_at_most) {
    for (int i = 0; i < 1000; ++i)
        buckets.charge("a");
    EXPECT_EQ(buckets.wait("a"), 11s);
    clock.now += 10s;
    EXPECT_EQ(buckets.take("a"), 1s);
    clock.now += 1s;
    EXPECT_EQ(takes(buckets, "a", 10), 1);
}

TEST_F(token_bucket, that_was_not_used_for_longest_is_forgotten_first) {
    token_buckets few{{1, 1h}, clock, 3};
    for (const char* key : {"a", "b", "c"})
        EXPECT_EQ(takes(few, key, 2), 1);
    EXPECT_EQ(takes(few, "a", 1), 0);  // used again, though in vain
    EXPECT_EQ(takes(few, "d", 1), 1);
    EXPECT_EQ(few.keys(), 3U);
    EXPECT_EQ(takes(few, "a", 1), 0);
    EXPECT_EQ(takes(few, "b", 1), 1);
}

TEST_F(token_bucket, table_does_not_grow_beyond_its_bound) {
    for (int i = 0; i < 100'000; ++i)
        static_cast<void>(buckets.take(std::to_string(i)));
    EXPECT_EQ(buckets.keys(), 16'384U);
}

}  // namespace
}  // namespace gangway::api
