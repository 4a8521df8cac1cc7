#pragma once
/// The bounds of the session pool.

#include <chrono>
#include <cstddef>

namespace gangway::remote {

struct pool_limits {
    std::size_t connections_per_host = 5;         ///< to one host and port, whoever asks
    std::size_t leases_per_connection = 64;       ///< pieces of work at once on one connection
    std::chrono::seconds idle{60};                ///< unused connections are closed after this
    std::chrono::seconds oldest{3600};            ///< no new work on a connection after this
    std::chrono::milliseconds unchecked{10'000};  ///< idle for longer: asked whether it still answers, before reuse
    /// For who has waited so long, and has no connection to the host at all, one that others keep busy takes no new
    /// work, …
    std::chrono::milliseconds patience{2'000};
    /// … until it is idle and gives its place up, but no longer than this: what it has to do may take hours.
    std::chrono::milliseconds standing_aside{5'000};
    std::chrono::milliseconds longest_wait{30'000};  ///< for a place when the host has all the connections it may have
};

}  // namespace gangway::remote
