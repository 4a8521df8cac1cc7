#pragma once
/// Awaiting work that runs on somebody else's strand.

#include <gangway/net/asio.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/defer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace gangway::net {
namespace detail {

/// Lives as long as a cancellation may be on its way, which can be longer than either side.
struct elsewhere {
    asio::cancellation_signal stop{};
};

template <class T, class Handler>
void start_on(asio::any_io_executor there, asio::any_io_executor here, awaitable<T> work, Handler handler) {
    const auto shared = std::make_shared<elsewhere>();
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected())
        slot.assign([shared, there](asio::cancellation_type type) {
            asio::post(there, [shared, type] { shared->stop.emit(type); });
        });
    auto done = [shared, here, handler = std::move(handler)](std::exception_ptr failure, T value) mutable {
        // No other thread is woken for it.
        asio::defer(here,
                    [shared, handler = std::move(handler), failure = std::move(failure),
                     value = std::move(value)]() mutable { std::move(handler)(std::move(failure), std::move(value)); });
    };
    asio::co_spawn(there, std::move(work), asio::bind_cancellation_slot(shared->stop.slot(), std::move(done)));
}

}  // namespace detail

/// Runs `work` on `there`, a strand, and goes on here with what it returned; `T` has a default constructor and may
/// travel between threads. Cancelling cancels the work, and still waits until it is gone. On the caller's own executor
/// it is simply awaited.
///
/// Not `co_spawn` with `use_awaitable`: Asio 1.26 sends a cancellation to the other executor with a pointer to a signal
/// that is gone if the work ends at the same moment.
template <class T>
[[nodiscard]] awaitable<T> await_on(asio::any_io_executor there, awaitable<T> work) {
    const asio::any_io_executor here = co_await asio::this_coro::executor;
    if (here == there) co_return co_await std::move(work);
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr, T)>(
        [](auto handler, asio::any_io_executor to, asio::any_io_executor from, awaitable<T> what) {
            detail::start_on<T>(std::move(to), std::move(from), std::move(what), std::move(handler));
        },
        asio::use_awaitable, std::move(there), here, std::move(work));
}

}  // namespace gangway::net
