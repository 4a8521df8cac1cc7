#pragma once
/// For tests: a zone whose clocks jump where the test says.

#include <gangway/model/time_zone.hpp>

#include <utility>
#include <vector>

namespace gangway::model {

class jumping_zone final : public time_zone {
  public:
    /// `first`, and from each moment on another offset.
    jumping_zone(std::chrono::seconds first,
                 std::vector<std::pair<std::chrono::sys_seconds, std::chrono::seconds>> jumps)
        : first_(first), jumps_(std::move(jumps)) {}

    [[nodiscard]] std::chrono::seconds offset_at(std::chrono::sys_seconds when) const override {
        auto offset = first_;
        for (const auto& [moment, after] : jumps_)
            if (when >= moment) offset = after;
        return offset;
    }

  private:
    std::chrono::seconds first_;
    std::vector<std::pair<std::chrono::sys_seconds, std::chrono::seconds>> jumps_;
};

inline std::chrono::sys_seconds utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0,
                                    int second = 0) {
    return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)} +
           std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
}

/// Berlin in 2026: forward on 29 March at 01:00 UTC (02:00 becomes 03:00), back on 25 October at 01:00 UTC (03:00
/// becomes 02:00).
inline jumping_zone berlin_2026() {
    using std::chrono::hours;
    return {hours{1}, {{utc(2026, 3, 29, 1), hours{2}}, {utc(2026, 10, 25, 1), hours{1}}}};
}

}  // namespace gangway::model
