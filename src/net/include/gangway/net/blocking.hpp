#pragma once
/// Work that would hold a strand up, on a pool of threads.

#include <gangway/net/asio.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace gangway::net {

/// Runs `work` on `pool` and resumes the caller, on its own executor, with what it returned. What `work` refers to must
/// live until then: cancelling does not interrupt it, and does not return before it is done.
template <class Work>
[[nodiscard]] awaitable<std::invoke_result_t<Work>> run_blocking(asio::thread_pool& pool, Work work) {
    // In an optional, because co_spawn() wants a default constructor of what it hands over.
    using outcome = std::optional<std::invoke_result_t<Work>>;
    constexpr auto on_pool = [](Work job) -> awaitable<outcome> { co_return job(); };
    // No cancellation is passed on: nothing there could heed it.
    auto done = co_await asio::co_spawn(pool, on_pool(std::move(work)),
                                        asio::bind_cancellation_slot(asio::cancellation_slot{}, asio::use_awaitable));
    co_return std::move(*done);
}

}  // namespace gangway::net
