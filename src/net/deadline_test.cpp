#include "run_coroutine.hpp"

#include <gangway/net/deadline.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include <memory>

namespace gangway::net {
namespace {

using namespace std::chrono_literals;

/// Has no default constructor, like a socket.
struct thing {
    explicit thing(int given) : number(given) {}
    int number;
};

/// Counts how often an operation is under way.
struct presence {
    explicit presence(int& counter) : count(counter) { ++count; }
    ~presence() { --count; }
    presence(const presence&) = delete;
    presence& operator=(const presence&) = delete;
    int& count;
};

awaitable<void> never() {
    asio::steady_timer timer{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
    co_await timer.async_wait(asio::use_awaitable);
}

awaitable<void> until_cancelled() {
    asio::steady_timer timer{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
    boost::system::error_code cancelled;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

async_result<thing> at_once(int number) {
    co_return thing{number};
}

async_result<thing> failing() {
    co_return base::fail(errc::connection_lost, base::phase::tcp, "gone");
}

async_result<thing> throwing() {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    throw std::runtime_error{"a bug"};
}

async_result<thing> hanging(int& under_way) {
    const presence here{under_way};
    co_await never();
    co_return thing{0};
}

/// Notices that it was cancelled and succeeds all the same, as an operation that was just done does.
async_result<thing> done_when_cancelled() {
    co_await until_cancelled();
    co_return thing{7};
}

async_result<thing> failing_when_cancelled() {
    co_await until_cancelled();
    co_return base::fail(errc::connection_lost, base::phase::tcp, "gone");
}

awaitable<void> drop(async_result<thing> work) {
    (void)co_await std::move(work);
}

auto within(async_result<thing> operation, std::chrono::milliseconds limit) {
    return run_coroutine(with_deadline(std::move(operation), limit, base::phase::ssh, "the test"));
}

TEST(with_deadline, value_comes_through_also_without_default_constructor) {
    EXPECT_EQ(within(at_once(5), 10h).value().number, 5);
}

TEST(with_deadline, operation_that_is_done_at_once_wins_over_a_deadline_of_zero) {
    EXPECT_EQ(within(at_once(5), 0ms).value().number, 5);
}

TEST(with_deadline, error_comes_through) {
    EXPECT_EQ(within(failing(), 10h).error().code, errc::connection_lost);
}

TEST(with_deadline, exception_is_thrown_without_waiting_for_the_deadline) {
    EXPECT_THROW((void)within(throwing(), 10h), std::runtime_error);
}

TEST(with_deadline, operation_that_hangs_is_cancelled_and_gone_when_the_deadline_is_reported) {
    int under_way = 0;
    const auto outcome = within(hanging(under_way), 1ms);
    EXPECT_EQ(under_way, 0);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, errc::timed_out);
    EXPECT_EQ(outcome.error().where, base::phase::ssh);
    EXPECT_EQ(outcome.error().message, "the test took longer than 1ms");
}

TEST(with_deadline, success_at_the_moment_of_the_deadline_is_not_thrown_away) {
    EXPECT_EQ(within(done_when_cancelled(), 1ms).value().number, 7);
}

TEST(with_deadline, failure_because_of_the_deadline_is_reported_as_the_deadline) {
    EXPECT_EQ(within(failing_when_cancelled(), 1ms).error().code, errc::timed_out);
}

TEST(with_deadline, cancelled_by_the_caller_stays_operation_aborted) {
    asio::io_context context{1};
    asio::cancellation_signal cancel;
    int under_way = 0;
    std::exception_ptr failure;
    asio::co_spawn(context, drop(with_deadline(hanging(under_way), 10h, base::phase::ssh, "the test")),
                   asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr thrown) { failure = thrown; }));
    context.poll();
    EXPECT_EQ(under_way, 1);
    cancel.emit(asio::cancellation_type::terminal);
    context.run();
    EXPECT_EQ(under_way, 0);
    ASSERT_TRUE(failure);
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& thrown) {
        EXPECT_EQ(thrown.code(), asio::error::operation_aborted);
    }
}

TEST(with_deadline, destroyed_context_destroys_the_operation) {
    int under_way = 0;
    {
        asio::io_context context{1};
        asio::co_spawn(context, drop(with_deadline(hanging(under_way), 10h, base::phase::ssh, "the test")),
                       asio::detached);
        context.poll();
        EXPECT_EQ(under_way, 1);
    }
    EXPECT_EQ(under_way, 0);
}

TEST(timed_out, says_what_took_too_long_in_the_largest_unit) {
    const auto error = timed_out(base::phase::tcp, "connecting", 10s);
    EXPECT_EQ(error.message, "connecting took longer than 10s");
    EXPECT_EQ(error.where, base::phase::tcp);
    EXPECT_EQ(error.code, errc::timed_out);
}

}  // namespace
}  // namespace gangway::net
