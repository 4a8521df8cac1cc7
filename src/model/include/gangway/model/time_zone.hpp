#pragma once
/// What a schedule has to know about a place: how its clocks differ from UTC, and when.

#include <chrono>

namespace gangway::model {

/// A time without a place: what a clock on the wall shows.
using local_time = std::chrono::local_seconds;

/// The rules of one zone. Instances do not change, and may be used by several threads.
class time_zone {
  public:
    virtual ~time_zone() = default;
    /// What must be added to UTC at `when` to get what clocks show.
    [[nodiscard]] virtual std::chrono::seconds offset_at(std::chrono::sys_seconds when) const = 0;
};

/// UTC, and every other zone whose clocks are never changed.
class fixed_zone final : public time_zone {
  public:
    explicit fixed_zone(std::chrono::seconds offset = {}) noexcept : offset_(offset) {}
    [[nodiscard]] std::chrono::seconds offset_at(std::chrono::sys_seconds) const override { return offset_; }

  private:
    std::chrono::seconds offset_;
};

[[nodiscard]] inline local_time to_local(const time_zone& zone, std::chrono::sys_seconds when) {
    return local_time{when.time_since_epoch() + zone.offset_at(when)};
}

/// When clocks show `time`: the first of two moments where they show it twice; where they skip it, the moment of the
/// jump. Right for zones that do not jump twice within two days.
[[nodiscard]] std::chrono::sys_seconds first_moment(const time_zone& zone, local_time time);

}  // namespace gangway::model
