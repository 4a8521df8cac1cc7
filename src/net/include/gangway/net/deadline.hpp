#pragma once
/// A bound on how long something may be awaited.

#include <gangway/net/asio.hpp>
#include <gangway/net/errors.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace gangway::net {

/// The error of a deadline that passed: "<what> took longer than <limit>".
[[nodiscard]] base::error timed_out(base::phase where, std::string_view what, std::chrono::milliseconds limit);

/// Awaits `operation` for at most `limit`; then cancels it (terminal cancellation), waits until it is gone, and
/// returns `timed_out`. An operation that finished at the same moment wins.
template <class T>
[[nodiscard]] async_result<T> with_deadline(async_result<T> operation, std::chrono::milliseconds limit,
                                            base::phase where, std::string what) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer timer{co_await asio::this_coro::executor, limit};
    auto outcome = co_await (std::move(operation) || timer.async_wait(asio::use_awaitable));
    if (outcome.index() == 0) co_return std::move(std::get<0>(outcome));
    co_return std::unexpected(timed_out(where, what, limit));
}

}  // namespace gangway::net
