#pragma once
/// Lets one coroutine wait until something it depends on has changed.

#include <gangway/net/asio.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace gangway::net {

/// On one strand, for one waiting coroutine at a time. A change that comes while nobody waits is not kept: look at the
/// state first, then wait.
class wakeup {
  public:
    explicit wakeup(asio::any_io_executor executor)
        : timer_(std::move(executor), asio::steady_timer::time_point::max()) {}

    /// Goes on after the next `notify`, or when cancelled; the next await of the coroutine tells which.
    [[nodiscard]] awaitable<void> wait() {
        boost::system::error_code woken;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    void notify() { timer_.cancel(); }

  private:
    asio::steady_timer timer_;
};

}  // namespace gangway::net
