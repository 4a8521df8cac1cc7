#pragma once
/// A bucket of tokens for each of many keys.

#include <gangway/api/rate_rules.hpp>
#include <gangway/base/clock.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gangway::api {

/// Each key has `limit.count` tokens, which come back evenly within `limit.period`. Bounded: the key that was not used
/// for longest is forgotten first, and its bucket full again. Safe from any thread.
class token_buckets {
  public:
    using duration = std::chrono::steady_clock::duration;

    /// `clock` outlives this.
    token_buckets(rate limit, const base::clock& clock, std::size_t most_keys = 16'384)
        : period_(limit.period), share_(period_ / limit.count), most_keys_(most_keys), clock_(clock) {}

    /// Takes a token; if there is none, tells how long until there is.
    [[nodiscard]] std::optional<duration> take(std::string_view key);
    /// Only tells.
    [[nodiscard]] std::optional<duration> wait(std::string_view key) const;
    /// Takes a token that may be missing: what has happened counts. The debt is at most one bucket.
    void charge(std::string_view key);
    [[nodiscard]] std::size_t keys() const;

  private:
    /// When the bucket will be full again, which is all that has to be known of it.
    using time_point = std::chrono::steady_clock::time_point;
    struct bucket {
        std::string key;
        time_point full;
    };

    [[nodiscard]] bucket& touched(std::string_view key);

    duration period_;
    duration share_;  ///< in which one token comes back
    std::size_t most_keys_;
    const base::clock& clock_;
    mutable std::mutex mutex_{};                                                  ///< guards the rest
    std::list<bucket> buckets_{};                                                 ///< the latest used first
    std::unordered_map<std::string_view, std::list<bucket>::iterator> places_{};  ///< its keys are views of `buckets_`
};

}  // namespace gangway::api
