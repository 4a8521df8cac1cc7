#pragma once
/// For tests: runs a coroutine to its end on one thread.

#include <gangway/net/asio.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace gangway::net {

/// What `work` returns; what it throws is thrown. A coroutine that waits for something that never comes is an error.
template <class T>
T run_coroutine(asio::io_context& context, awaitable<T> work) {
    constexpr auto kept = [](awaitable<T> inner, std::optional<T>& value) -> awaitable<void> {
        value.emplace(co_await std::move(inner));
    };
    std::optional<T> value;
    std::exception_ptr failure;
    asio::co_spawn(context, kept(std::move(work), value), [&](std::exception_ptr thrown) { failure = thrown; });
    context.restart();
    context.run();
    if (failure) std::rethrow_exception(failure);
    if (!value) throw std::logic_error{"the coroutine never ended"};
    return std::move(*value);
}

template <class T>
T run_coroutine(awaitable<T> work) {
    asio::io_context context{1};
    return run_coroutine(context, std::move(work));
}

}  // namespace gangway::net
