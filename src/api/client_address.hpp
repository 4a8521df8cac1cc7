#pragma once
/// Whose request it is when there may be proxies in between.

#include <gangway/api/request_head.hpp>
#include <gangway/net/egress_policy.hpp>

#include <span>
#include <string>

namespace gangway::api {

/// The peer itself, unless it is one of `proxies`: then the last address in its `X-Forwarded-For` or `Forwarded` (RFC
/// 7239) that is not one of them either. A proxy counts as the client where what it says is missing or malformed, or
/// where both headers are there and do not agree: one of them may be the client's own invention.
[[nodiscard]] net::asio::ip::address client_of(const net::asio::ip::address& peer, const request_head& head,
                                               std::span<const net::network> proxies);

/// What limits are counted by: the octets of an IPv4 address, or of the first 64 bits of an IPv6 one.
[[nodiscard]] std::string limit_key(const net::asio::ip::address& client);

}  // namespace gangway::api
