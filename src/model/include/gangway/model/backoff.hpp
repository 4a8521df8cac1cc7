#pragma once
/// How long to wait before the next try, and how to spread what would start at the same moment.
///
/// Both draw from a seed in place of a random source, so that a restart, another node and a test come to the same
/// answer.

#include <chrono>
#include <cstdint>
#include <string_view>

namespace gangway::model {

/// A number that looks random, always the same for the same seed (splitmix64).
[[nodiscard]] std::uint64_t scramble(std::uint64_t seed) noexcept;
/// A seed for a name, such as a connection's id (FNV-1a). Not for what an attacker must not guess.
[[nodiscard]] std::uint64_t seed_of(std::string_view name) noexcept;

/// A delay from nothing to `most`, both included.
[[nodiscard]] std::chrono::milliseconds jitter(std::chrono::milliseconds most, std::uint64_t seed) noexcept;

/// Waits that double with each failure in a row, the upper half of each left to chance: after n failures between half
/// and all of `first` times 2^(n-1), never more than `longest`.
struct backoff {
    std::chrono::milliseconds first{60'000};
    std::chrono::milliseconds longest{3'600'000};

    /// `failures` in a row; none: no wait.
    [[nodiscard]] std::chrono::milliseconds wait(unsigned failures, std::uint64_t seed) const noexcept;
    friend bool operator==(const backoff&, const backoff&) = default;
};

}  // namespace gangway::model
