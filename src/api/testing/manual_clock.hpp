#pragma once
/// For tests: time that passes when the test says so.

#include <gangway/base/clock.hpp>

namespace gangway::api::testing {

class manual_clock final : public base::clock {
  public:
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
        return std::chrono::system_clock::time_point{now.time_since_epoch()};
    }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return now; }

    std::chrono::steady_clock::time_point now{std::chrono::hours{1}};
};

}  // namespace gangway::api::testing
