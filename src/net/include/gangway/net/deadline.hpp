#pragma once
/// A bound on how long something may be awaited.

#include <gangway/net/asio.hpp>
#include <gangway/net/errors.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
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

/// How an awaited operation ended; in this form it can be raced against a timer.
template <class T>
struct ending {
    std::optional<base::result<T>> value{};
    std::exception_ptr exception{};
};

/// An exception becomes a value, because a race goes on while nobody has succeeded.
template <class T>
awaitable<ending<T>> ending_of(async_result<T> operation) {
    ending<T> end;
    try {
        end.value.emplace(co_await std::move(operation));
    } catch (...) {
        end.exception = std::current_exception();
    }
    co_return end;
}

}  // namespace detail

/// Awaits `operation` for at most `limit`; then cancels it (terminal cancellation), waits until it is gone, and
/// returns `timed_out`. An operation that finished at the same moment wins. What it throws is thrown here.
template <class T>
[[nodiscard]] async_result<T> with_deadline(async_result<T> operation, std::chrono::milliseconds limit,
                                            base::phase where, std::string what) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer timer{co_await asio::this_coro::executor, limit};
    auto first = co_await (detail::ending_of<T>(std::move(operation)) || timer.async_wait(asio::use_awaitable));
    if (first.index() == 1) co_return std::unexpected(timed_out(where, what, limit));
    auto& end = std::get<0>(first);
    if (end.exception) std::rethrow_exception(end.exception);
    co_return std::move(*end.value);
}

}  // namespace gangway::net
