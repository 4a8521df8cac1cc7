#pragma once
/// What one client, and all together, may use of the HTTP side.

#include <gangway/api/request_head.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace gangway::api {

struct http_limits {
    head_limits head{};
    std::chrono::milliseconds head_time{10'000};  ///< for a whole head, and for the first octet on a connection
    std::chrono::milliseconds idle_time{60'000};  ///< between two requests
    /// A body, in or out, may take this long and a second more for each `slowest_rate` octets.
    std::chrono::milliseconds body_time{30'000};
    std::size_t slowest_rate = 64U * 1024;
    std::size_t pipelined = 16U * 1024;  ///< octets of later requests that are kept while one runs
    std::size_t connections = 1024;      ///< at once
    /// When all are in use, a new connection gets the place of the one that has waited longest for its client to ask
    /// something, if that is as long as this. Otherwise it is answered 429.
    std::chrono::milliseconds secure_place{1'000};
    std::uint64_t body_octets = 256UL * 1024 * 1024;   ///< of all requests that are being read or decoded
    std::chrono::milliseconds linger_time{5'000};      ///< for a client to read a refusal while it still sends
    std::uint64_t linger_octets = 64UL * 1024 * 1024;  ///< that are thrown away meanwhile

    /// How long `octets` of a body may take.
    [[nodiscard]] std::chrono::milliseconds allowance(std::uint64_t octets) const noexcept {
        return body_time + std::chrono::milliseconds{octets * 1000 / slowest_rate};
    }
};

}  // namespace gangway::api
