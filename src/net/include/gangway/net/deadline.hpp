#pragma once
/// A bound on how long something may be awaited.

#include <gangway/net/asio.hpp>
#include <gangway/net/errors.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace gangway::net {

/// The error of a deadline that passed: "<what> took longer than <limit>".
[[nodiscard]] base::error timed_out(base::phase where, std::string_view what, std::chrono::milliseconds limit);

namespace detail {

/// Keeps what an operation returns outside of the race, which can only hand over what has a default constructor.
template <class T>
awaitable<void> keep(async_result<T> operation, std::optional<base::result<T>>& value) {
    value.emplace(co_await std::move(operation));
}

}  // namespace detail

/// Awaits `operation` for at most `limit`; then cancels it (terminal cancellation), waits until it is gone, and
/// returns `timed_out`. An operation that succeeded at the same moment wins. What it throws is thrown here, at once.
/// The caller runs on a strand. Cancelling cancels the operation.
template <class T>
[[nodiscard]] async_result<T> with_deadline(async_result<T> operation, std::chrono::milliseconds limit,
                                            base::phase where, std::string what) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer{executor, limit};
    std::optional<base::result<T>> value;
    const auto [order, failure, stopped] =
        co_await asio::experimental::make_parallel_group(
            asio::co_spawn(executor, detail::keep(std::move(operation), value), asio::deferred),
            timer.async_wait(asio::deferred))
            .async_wait(asio::experimental::wait_for_one{}, asio::use_awaitable);
    const bool expired = order[0] == 1 && !stopped;
    if (value && (value->has_value() || !expired)) co_return std::move(*value);
    if (!expired) std::rethrow_exception(failure);
    co_return std::unexpected(timed_out(where, what, limit));
}

}  // namespace gangway::net
