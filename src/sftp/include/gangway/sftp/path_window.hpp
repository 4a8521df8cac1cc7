#pragma once
/// How many octets to ask for ahead, from what the path showed so far. No clock of its own: the caller says when, in
/// nanoseconds since any moment.

#include <cstdint>
#include <optional>

namespace gangway::sftp {

/// What a window may be, in octets.
struct window_bounds {
    std::uint64_t least = 128U * 1024;
    std::uint64_t most = 32UL * 1024 * 1024;
};

/// Sizes the window of one stream to twice what its path holds: the shortest round trip seen times the rate at which
/// octets are *taken*. A rate that grows with the window therefore doubles it once a round, until the path or the
/// consumer is the limit; a queue in front of either makes the round longer and not faster, and so stays short. A
/// consumer who takes slowly comes down to `least`.
///
/// A round ends when what had been asked for at its beginning was taken. The rate is the best of the latest rounds, so
/// that one round with a pause in it does not count.
class path_window {
  public:
    using nanoseconds = std::int64_t;

    /// `round_trip` is that of anything short, e.g. of OPEN; it decides how large the first window is.
    path_window(nanoseconds round_trip, window_bounds bounds) noexcept;

    /// The window for now: octets asked for and not taken.
    [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }
    /// How long a request is best, at most `most`: several fit into the window, so that asking, moving and taking
    /// overlap.
    [[nodiscard]] std::uint32_t chunk(std::uint32_t most) const noexcept;

    /// A request for what begins at `offset` leaves. One at a time is timed.
    void sent(std::uint64_t offset, nanoseconds now) noexcept;
    /// Its answer came.
    void answered(std::uint64_t offset, nanoseconds now) noexcept;
    /// All before `position` was taken, when all before `asked` had been asked for.
    void taken(std::uint64_t position, std::uint64_t asked, nanoseconds now) noexcept;

  private:
    struct round {
        std::uint64_t from;  ///< the position at its beginning
        std::uint64_t to;    ///< what had been asked for then
        nanoseconds began;
    };
    struct probe {
        std::uint64_t offset;
        nanoseconds left;
    };
    /// For a round trip of `least` seconds, if it is shorter.
    void resize(double least) noexcept;

    window_bounds bounds_;
    std::uint64_t octets_ = 0;
    double round_trip_;  ///< the shortest, in seconds
    double rate_ = 0;    ///< octets per second
    std::optional<round> round_{};
    std::optional<probe> probe_{};
};

}  // namespace gangway::sftp
