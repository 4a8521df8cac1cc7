#pragma once
/// For tests: time that passes when the test says so, and those who wait for it.

#include <gangway/base/clock.hpp>
#include <gangway/transfer/sleeper.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <chrono>
#include <list>

namespace gangway::transfer::testing {

/// Safe from any thread to read; `pass` and `set_wall` belong to the thread on which the sleepers run.
class manual_time final : public base::clock, public sleeper {
  public:
    using steady_moment = std::chrono::steady_clock::time_point;

    [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
        return std::chrono::system_clock::time_point{std::chrono::seconds{wall_.load()}};
    }
    [[nodiscard]] steady_moment steady() const override { return steady_moment{std::chrono::seconds{steady_.load()}}; }

    [[nodiscard]] net::awaitable<void> until(steady_moment when) override {
        while (steady() < when) {
            net::asio::steady_timer timer{co_await net::asio::this_coro::executor, steady_moment::max()};
            const auto place = sleepers_.insert(sleepers_.end(), &timer);
            const auto [failure] = co_await timer.async_wait(net::asio::as_tuple(net::asio::use_awaitable));
            sleepers_.erase(place);
            const auto cancelled = co_await net::asio::this_coro::cancellation_state;
            if (cancelled.cancelled() != net::asio::cancellation_type::none) throw boost::system::system_error{failure};
        }
    }

    void pass(std::chrono::seconds time) {
        wall_ += time.count();
        steady_ += time.count();
        for (auto* const each : sleepers_)
            each->cancel();
    }
    /// The wall clock is set; no time passes.
    void set_wall(std::chrono::sys_seconds now) { wall_ = now.time_since_epoch().count(); }
    [[nodiscard]] std::chrono::sys_seconds now() const {
        return std::chrono::sys_seconds{std::chrono::seconds{wall_.load()}};
    }

  private:
    std::atomic<std::int64_t> wall_ = 1'800'000'000, steady_ = 1'000;
    std::list<net::asio::steady_timer*> sleepers_{};  ///< in the frames of `until`
};

}  // namespace gangway::transfer::testing
