#pragma once
/// How much of the gateway one client may have.

#include <gangway/base/error.hpp>
#include <gangway/net/egress_policy.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace gangway::api {

/// At most `count` at once, and as many again evenly spread over each `period`.
struct rate {
    std::uint32_t count = 1;
    std::chrono::seconds period{1};
    friend bool operator==(const rate&, const rate&) = default;
};

/// Reads "100/s", "600/m" or "1000/h", or "off" for no limit; the count is from 1 to 1,000,000.
[[nodiscard]] base::result<std::optional<rate>> parse_rate(std::string_view text, std::string_view field);

/// What is not set is not limited. A client is an IPv4 address or an IPv6 network of 64 bits, which is what one
/// customer is given at least.
struct rate_rules {
    std::optional<rate> requests{};     ///< of one client, to all but the public routes
    std::optional<rate> token{};        ///< with the API token, of all clients together
    std::optional<rate> connections{};  ///< to SFTP servers, made on behalf of one client; shared sessions are free
    std::optional<rate> failures{};     ///< wrong or missing tokens of one client; then it gets no answer but 429
    /// Proxies whose word about the client's address is taken, as `X-Forwarded-For` or `Forwarded`.
    std::vector<net::network> trusted_proxies{};
};

}  // namespace gangway::api
