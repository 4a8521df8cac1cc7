#pragma once
/// How far a transfer has come, as one line on a terminal.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace gangway::cli {

/// Measures a transfer. The rate is that of the last seconds, so that it follows a line that becomes slower.
class progress {
  public:
    using instant = std::chrono::steady_clock::time_point;

    /// `total` is absent where nobody knows the size, as of a pipe, or nobody does yet.
    progress(std::optional<std::uint64_t> total, instant start);
    /// From now on it is known, or known better.
    void expect(std::uint64_t total) noexcept { total_ = total; }
    /// The first `already` octets were there before: they count as done, but not for the rate. Call before `advance`.
    void skip(std::uint64_t already) noexcept;

    /// `done` octets have been moved by `now`. Neither goes back.
    void advance(std::uint64_t done, instant now);

    /// Octets per second.
    [[nodiscard]] double rate() const noexcept;
    /// Absent while nothing moves or the size is unknown.
    [[nodiscard]] std::optional<std::chrono::seconds> time_left() const noexcept;

    /// "[#####     ]   45 %   12.3 MiB of 27.0 MiB    8.1 MiB/s    0:02 left", at most `width` columns: a bar that does
    /// not fit is left out, then the end. Without a total: "12.3 MiB  8.1 MiB/s".
    [[nodiscard]] std::string line(std::size_t width) const;
    /// What remains on the terminal: "27.0 MiB in 0:03, 9.0 MiB/s".
    [[nodiscard]] std::string summary() const;

  private:
    struct sample {
        std::uint64_t done;
        instant at;
    };
    std::optional<std::uint64_t> total_;
    std::deque<sample> samples_;  ///< of the last seconds, one per tenth of a second; never empty
    instant start_;
    std::uint64_t already_ = 0;
};

}  // namespace gangway::cli
