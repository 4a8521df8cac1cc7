#pragma once
/// Looking names up, with the blocking part in reach of tests.

#include <gangway/net/tcp_connect.hpp>

#include <functional>
#include <string>
#include <vector>

namespace gangway::net {

/// The addresses of a name, best first. Blocks. Called on another thread, which may outlive everything else.
using lookup_function = std::function<base::result<std::vector<asio::ip::address>>(const std::string& name)>;

/// By getaddrinfo(3). Errors: `dns_failed`.
[[nodiscard]] base::result<std::vector<asio::ip::address>> look_up(const std::string& name);

/// The most lookups for one pool that are under way, the abandoned ones included; more are refused.
inline constexpr int lookup_limit = 64;

/// The most addresses of one name that are tried.
inline constexpr std::size_t address_limit = 20;

/// What `resolve` does, with any way to look up.
[[nodiscard]] async_result<std::vector<tcp::endpoint>> resolve_by(lookup_function by, model::endpoint server,
                                                                  const egress_policy& policy,
                                                                  asio::thread_pool& blocking);

}  // namespace gangway::net
