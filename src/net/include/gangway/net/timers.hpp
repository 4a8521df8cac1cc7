#pragma once
/// How long each stage of a connection may take.

#include <chrono>

namespace gangway::net {

/// The design's timers. Each is a bound on its own stage, however much the peer dribbles, except `operation`, which
/// runs anew whenever something moves.
struct timers {
    std::chrono::milliseconds connect{10'000};         ///< DNS and TCP together, over all addresses
    std::chrono::milliseconds identification{10'000};  ///< until the "SSH-2.0-" line
    std::chrono::milliseconds key_exchange{15'000};
    std::chrono::milliseconds authentication{30'000};
    std::chrono::milliseconds operation{30'000};  ///< without progress
};

}  // namespace gangway::net
