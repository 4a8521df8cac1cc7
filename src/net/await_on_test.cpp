#include <gangway/net/await_on.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace gangway::net {
namespace {

using strand_of_context = asio::strand<asio::io_context::executor_type>;

/// Two strands of one context, and what `await_on` of the second returns on the first.
class await_on_strands : public ::testing::Test {
  protected:
    template <class T>
    void start(awaitable<T> work) {
        auto run = [](strand_of_context to, strand_of_context from, awaitable<T> what,
                      bool& back_home) -> awaitable<T> {
            T value = co_await await_on<T>(to, std::move(what));
            back_home = from.running_in_this_thread();
            co_return value;
        };
        asio::co_spawn(here, run(there, here, std::move(work), home),
                       asio::bind_cancellation_slot(stop.slot(), [this](std::exception_ptr failed, T) {
                           ended = true;
                           failure = failed;
                       }));
    }
    std::string complaint() const {
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const boost::system::system_error& error) {
            return error.code() == asio::error::operation_aborted ? "cancelled" : error.what();
        } catch (const std::exception& error) {
            return error.what();
        }
        return "none";
    }
    static awaitable<bool> forever(bool& begun, bool& gone) {
        struct leaving {
            bool& flag;
            ~leaving() { flag = true; }
        } const guard{gone};
        asio::steady_timer never{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
        begun = true;
        co_await never.async_wait(asio::use_awaitable);
        co_return true;
    }

    asio::io_context context;
    strand_of_context here = asio::make_strand(context), there = asio::make_strand(context);
    asio::cancellation_signal stop;
    bool home = false, ended = false;
    std::exception_ptr failure{};
};

TEST_F(await_on_strands, work_runs_there_and_its_value_comes_home) {
    bool elsewhere = false;
    const auto work = [](strand_of_context on, bool& right) -> awaitable<int> {
        right = on.running_in_this_thread();
        co_return 7;
    };
    start<int>(work(there, elsewhere));
    context.run();
    EXPECT_TRUE(elsewhere);
    EXPECT_TRUE(home);
    EXPECT_TRUE(ended);
}

TEST_F(await_on_strands, exception_comes_home_too) {
    const auto work = []() -> awaitable<int> {
        throw std::runtime_error{"no"};
        co_return 7;
    };
    start<int>(work());
    context.run();
    EXPECT_EQ(complaint(), "no");
}

TEST_F(await_on_strands, cancelling_ends_the_work_and_waits_for_it) {
    bool begun = false, gone = false;
    start<bool>(forever(begun, gone));
    while (!begun)
        context.run_one();
    asio::post(here, [this] { stop.emit(asio::cancellation_type::terminal); });
    while (!ended) {
        EXPECT_FALSE(ended && !gone);
        context.run_one();
    }
    EXPECT_TRUE(gone);
    EXPECT_EQ(complaint(), "cancelled");
}

TEST_F(await_on_strands, cancellation_that_comes_when_the_work_is_done_finds_nothing) {
    const auto work = []() -> awaitable<int> { co_return 7; };
    start<int>(work());
    // The work's end and the cancellation are on their way at once, in either order.
    asio::post(here, [this] { stop.emit(asio::cancellation_type::terminal); });
    context.run();
    EXPECT_TRUE(ended);
}

TEST_F(await_on_strands, on_the_own_strand_it_is_simply_awaited) {
    there = here;
    start<int>([]() -> awaitable<int> { co_return 7; }());
    context.run();
    EXPECT_TRUE(home);
}

TEST(await_on_threads, cancellations_and_ends_may_cross_at_any_moment) {
    asio::io_context context;
    const auto work = [](int turns) -> awaitable<int> {
        for (int i = 0; i < turns; ++i)
            co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        co_return 7;
    };
    const auto outer = [](strand_of_context to, awaitable<int> what) -> awaitable<int> {
        co_return co_await await_on<int>(to, std::move(what));
    };
    struct attempt {
        asio::cancellation_signal stop{};
    };
    std::atomic<int> ended = 0;
    constexpr int attempts = 20'000;
    for (int i = 0; i < attempts; ++i) {
        const auto here = asio::make_strand(context), there = asio::make_strand(context);
        const auto one = std::make_shared<attempt>();
        asio::co_spawn(
            here, outer(there, work(i % 5)),
            asio::bind_cancellation_slot(one->stop.slot(), [one, &ended](std::exception_ptr, int) { ++ended; }));
        const auto cancel = [](std::shared_ptr<attempt> which, int turns) -> awaitable<void> {
            for (int turn = 0; turn < turns; ++turn)
                co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
            which->stop.emit(asio::cancellation_type::terminal);
        };
        asio::co_spawn(here, cancel(one, i % 7), [](std::exception_ptr) {});
    }
    std::thread other{[&context] { context.run(); }};
    context.run();
    other.join();
    EXPECT_EQ(ended, attempts);
}

}  // namespace
}  // namespace gangway::net
