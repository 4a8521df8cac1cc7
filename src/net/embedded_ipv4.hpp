#pragma once
/// IPv4 addresses that travel inside IPv6 ones.

#include <gangway/net/asio.hpp>

#include <vector>

namespace gangway::net {

/// The IPv4 addresses to which traffic for `address` may be translated or tunnelled: one for mapped (RFC 4291 section
/// 2.5.5.2), compatible (2.5.5.1), SIIT (RFC 2765 section 2.1), NAT64 (RFC 6052, RFC 8215) and 6to4 (RFC 3056), two for
/// Teredo (RFC 4380: server and client), otherwise none.
[[nodiscard]] std::vector<asio::ip::address_v4> embedded_ipv4(const asio::ip::address_v6& address);

}  // namespace gangway::net
