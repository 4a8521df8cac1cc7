#pragma once
/// Lets any thread wake a coroutine.

#include <gangway/net/asio.hpp>

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <mutex>

namespace gangway::net {

/// Is rung once, from any thread; one coroutine waits for it. Shared by the two: who rings may come when the waiting
/// coroutine, and even its executor, is gone, and then nothing happens.
class bell : public std::enable_shared_from_this<bell> {
  public:
    /// Goes on when the bell is rung, at once if it already was. The caller runs on a strand, and nobody else waits.
    /// Cancelling throws `operation_aborted`, unless the bell was rung before.
    [[nodiscard]] awaitable<void> wait();
    void ring();

  private:
    std::mutex mutex_;  ///< guards the rest
    bool rung_ = false;
    asio::steady_timer* waiting_ = nullptr;  ///< in the frame of `wait`, while that waits
};

}  // namespace gangway::net
