#pragma once
/// The time, as an interface, so that a test decides what it is.

#include <chrono>

namespace gangway::base {

class clock {
  public:
    virtual ~clock() = default;
    /// Wall-clock time, for what people read. May jump.
    [[nodiscard]] virtual std::chrono::system_clock::time_point wall() const = 0;
    /// Monotonic time, for durations and deadlines.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point steady() const = 0;
};

/// The machine's own clocks.
class system_clock final : public clock {
  public:
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
        return std::chrono::system_clock::now();
    }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
        return std::chrono::steady_clock::now();
    }
};

}  // namespace gangway::base
