#include "memory_budget.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <thread>
#include <vector>

namespace gangway::api {
namespace {

TEST(memory_budget, gives_no_more_than_it_has_and_takes_back) {
    memory_budget budget{100};
    {
        const auto most = budget.take(60);
        ASSERT_TRUE(most.has_value());
        EXPECT_FALSE(budget.take(41).has_value());
        EXPECT_TRUE(budget.take(40).has_value());
        EXPECT_FALSE(budget.take(std::numeric_limits<std::uint64_t>::max()).has_value());
    }
    EXPECT_TRUE(budget.take(100).has_value());
}

TEST(memory_budget, share_that_moved_is_given_back_once) {
    memory_budget budget{100};
    {
        auto first = budget.take(100);
        auto second = std::move(first);
        first.reset();
        EXPECT_FALSE(budget.take(1).has_value());
        second.reset();
        EXPECT_TRUE(budget.take(100).has_value());
    }
    EXPECT_TRUE(budget.take(100).has_value());
    EXPECT_FALSE(budget.take(101).has_value());
}

TEST(memory_budget, nothing_is_always_to_be_had) {
    memory_budget budget{0};
    EXPECT_TRUE(budget.take(0).has_value());
    EXPECT_FALSE(budget.take(1).has_value());
}

TEST(memory_budget, many_threads_leave_it_as_it_was) {
    memory_budget budget{3};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < 10'000; ++round)
                static_cast<void>(budget.take(1));
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_TRUE(budget.take(3).has_value());
}

}  // namespace
}  // namespace gangway::api
