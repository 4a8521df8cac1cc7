#pragma once
/// Waiting, as an interface, so that a test decides when time has passed.

#include <gangway/net/asio.hpp>

#include <chrono>

namespace gangway::transfer {

class sleeper {
  public:
    virtual ~sleeper() = default;
    /// Returns at `when`; cancelling throws `operation_aborted`.
    [[nodiscard]] virtual net::awaitable<void> until(std::chrono::steady_clock::time_point when) = 0;
};

/// By the machine's monotonic clock.
class timer_sleeper final : public sleeper {
  public:
    [[nodiscard]] net::awaitable<void> until(std::chrono::steady_clock::time_point when) override;
};

}  // namespace gangway::transfer
