#pragma once
/// What the HTTP side uses at the moment.

#include "memory_budget.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gangway::api {

/// Owned by the listener, and by whoever watches it.
struct http_load {
    explicit http_load(std::uint64_t body_octets) noexcept : bodies(body_octets) {}
    memory_budget bodies;
    std::atomic<std::size_t> connections = 0;
};

}  // namespace gangway::api
