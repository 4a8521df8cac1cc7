#pragma once
/// Several coroutines that take from one queue.

#include <gangway/net/asio.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <cstddef>

namespace gangway::net {

/// Awaits `work()` `count` times at once, on the strand of the caller, which keeps `work` until then. Cancelling
/// cancels all of them.
template <class Work>
awaitable<void> side_by_side(std::size_t count, const Work& work) {
    using namespace asio::experimental::awaitable_operators;
    if (count > 1)
        co_await (work() && side_by_side(count - 1, work));
    else if (count == 1)
        co_await work();
}

}  // namespace gangway::net
