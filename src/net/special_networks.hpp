#pragma once
/// What the registries say about addresses. Pure data, and finding one's place in it.

#include <gangway/net/egress_policy.hpp>

#include <string_view>

namespace gangway::net {

/// A block and what it is for, e.g. {10.0.0.0/8, "private networks (RFC 1918)"}.
struct special_network {
    network block;
    std::string_view purpose;
};

/// The block that makes `address` something else than globally reachable unicast, after the IANA registries of special-
/// purpose addresses (RFC 6890) and of the IPv6 address space; null if there is none. Lives for ever.
[[nodiscard]] const special_network* find_special(const asio::ip::address& address);

/// The block that `address` is in when it can never be the address of a server: unspecified, multicast, broadcast.
[[nodiscard]] const special_network* find_groups(const asio::ip::address& address);

/// The metadata service that answers at `address`; null if there is none. Its block is exactly that address.
[[nodiscard]] const special_network* find_metadata(const asio::ip::address& address);

/// Whether a proxy of Cloudflare answers at `address`, by the lists it publishes at cloudflare.com/ips.
[[nodiscard]] bool is_cloudflare(const asio::ip::address& address);

}  // namespace gangway::net
