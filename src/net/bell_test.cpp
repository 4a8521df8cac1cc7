#include "run_coroutine.hpp"

#include <gangway/net/bell.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace gangway::net {
namespace {

/// Waits on a context of its own and remembers how that ended.
struct waiter {
    explicit waiter(std::shared_ptr<bell> what) {
        asio::co_spawn(
            context, [](std::shared_ptr<bell> it) -> awaitable<void> { co_await it->wait(); }(std::move(what)),
            asio::bind_cancellation_slot(cancel.slot(), [this](std::exception_ptr thrown) {
                done = true;
                failure = thrown;
            }));
        context.poll();
    }
    asio::io_context context{1};
    asio::cancellation_signal cancel;
    bool done = false;
    std::exception_ptr failure;
};

TEST(bell, rung_before_lets_the_wait_go_on_at_once) {
    const auto it = std::make_shared<bell>();
    it->ring();
    EXPECT_TRUE(waiter{it}.done);
}

TEST(bell, rung_later_wakes_the_coroutine_on_its_own_thread) {
    const auto it = std::make_shared<bell>();
    waiter sleeper{it};
    EXPECT_FALSE(sleeper.done);
    std::thread{[it] { it->ring(); }}.join();
    EXPECT_FALSE(sleeper.done);
    sleeper.context.run();
    EXPECT_TRUE(sleeper.done);
    EXPECT_FALSE(sleeper.failure);
}

TEST(bell, second_ring_changes_nothing) {
    const auto it = std::make_shared<bell>();
    waiter sleeper{it};
    it->ring();
    it->ring();
    sleeper.context.run();
    it->ring();
    EXPECT_TRUE(sleeper.done);
}

TEST(bell, cancelled_wait_is_operation_aborted) {
    const auto it = std::make_shared<bell>();
    waiter sleeper{it};
    sleeper.cancel.emit(asio::cancellation_type::terminal);
    sleeper.context.run();
    ASSERT_TRUE(sleeper.failure);
    try {
        std::rethrow_exception(sleeper.failure);
    } catch (const boost::system::system_error& thrown) {
        EXPECT_EQ(thrown.code(), asio::error::operation_aborted);
    }
    it->ring();
}

TEST(bell, ring_before_the_cancel_wins) {
    const auto it = std::make_shared<bell>();
    waiter sleeper{it};
    it->ring();
    sleeper.cancel.emit(asio::cancellation_type::terminal);
    sleeper.context.run();
    EXPECT_TRUE(sleeper.done);
    EXPECT_FALSE(sleeper.failure);
}

TEST(bell, may_ring_when_the_waiting_context_is_gone) {
    const auto it = std::make_shared<bell>();
    {
        waiter sleeper{it};
    }
    it->ring();
}

TEST(bell, ring_that_was_posted_dies_with_its_context) {
    const auto it = std::make_shared<bell>();
    {
        waiter sleeper{it};
        it->ring();
    }
    EXPECT_EQ(it.use_count(), 1);
}

TEST(bell, rings_from_other_threads_race_with_waits_and_lose_nothing) {
    constexpr int rounds = 500;
    std::vector<std::shared_ptr<bell>> bells;
    for (int i = 0; i < rounds; ++i)
        bells.push_back(std::make_shared<bell>());
    std::thread ringer{[&] {
        for (const auto& it : bells)
            it->ring();
    }};
    constexpr auto wait_for_all = [](const std::vector<std::shared_ptr<bell>>& all) -> awaitable<int> {
        int heard = 0;
        for (const auto& it : all) {
            co_await it->wait();
            ++heard;
        }
        co_return heard;
    };
    asio::io_context context{1};
    EXPECT_EQ(run_coroutine(context, wait_for_all(bells)), rounds);
    ringer.join();
}

}  // namespace
}  // namespace gangway::net
