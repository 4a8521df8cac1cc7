#include "special_networks.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace gangway::net {
namespace {

struct row {
    std::string_view block;
    std::string_view purpose;
};

/// In order: the first block that an address is in decides. A row without purpose is globally reachable.
constexpr row registry[] = {
    // IANA IPv4 Special-Purpose Address Registry. The few reachable addresses in 192.0.0.0/24 are no servers.
    {"0.0.0.0/8", "\"this network\" (RFC 791)"},
    {"10.0.0.0/8", "private networks (RFC 1918)"},
    {"100.64.0.0/10", "shared address space of providers (RFC 6598)"},
    {"127.0.0.0/8", "loopback (RFC 1122)"},
    {"169.254.0.0/16", "link-local (RFC 3927)"},
    {"172.16.0.0/12", "private networks (RFC 1918)"},
    {"192.0.0.0/24", "protocol assignments (RFC 6890)"},
    {"192.0.2.0/24", "documentation, TEST-NET-1 (RFC 5737)"},
    {"192.88.99.0/24", "6to4 relays (RFC 7526)"},
    {"192.168.0.0/16", "private networks (RFC 1918)"},
    {"198.18.0.0/15", "benchmarking (RFC 2544)"},
    {"198.51.100.0/24", "documentation, TEST-NET-2 (RFC 5737)"},
    {"203.0.113.0/24", "documentation, TEST-NET-3 (RFC 5737)"},
    {"224.0.0.0/4", "multicast (RFC 5771)"},
    {"240.0.0.0/4", "reserved (RFC 1112)"},
    {"0.0.0.0/0", ""},
    // IANA IPv6 Special-Purpose Address Registry, then the Address Space Registry.
    {"::/128", "unspecified (RFC 4291)"},
    {"::1/128", "loopback (RFC 4291)"},
    {"::ffff:0:0/96", "IPv4-mapped (RFC 4291)"},
    {"::ffff:0:0:0/96", "IPv4-translated (RFC 2765)"},
    {"::/96", "IPv4-compatible (RFC 4291)"},
    {"64:ff9b::/96", ""},
    {"64:ff9b:1::/48", "local IPv4/IPv6 translation (RFC 8215)"},
    {"100::/64", "discard only (RFC 6666)"},
    {"100:0:0:1::/64", "dummy prefix (RFC 9780)"},
    {"2001::/32", "Teredo (RFC 4380)"},
    {"2001::/23", "protocol assignments (RFC 2928)"},
    {"2001:db8::/32", "documentation (RFC 3849)"},
    {"2002::/16", "6to4 (RFC 3056)"},
    {"3fff::/20", "documentation (RFC 9637)"},
    {"2000::/3", ""},
    {"5f00::/16", "segment routing (RFC 9602)"},
    {"fc00::/7", "private networks (RFC 4193)"},
    {"fe80::/10", "link-local (RFC 4291)"},
    {"fec0::/10", "site-local (RFC 3879)"},
    {"ff00::/8", "multicast (RFC 4291)"},
    {"::/0", "not assigned for global unicast (RFC 4291)"},
};

constexpr row groups[] = {
    {"0.0.0.0/32", "the unspecified address"}, {"224.0.0.0/4", "multicast"}, {"255.255.255.255/32", "broadcast"},
    {"::/128", "the unspecified address"},     {"ff00::/8", "multicast"},
};

/// Where programs in a cloud ask for credentials without any of their own.
constexpr row metadata[] = {
    {"169.254.169.254", "the metadata service of AWS, Azure, Google Cloud, OpenStack and others"},
    {"169.254.170.2", "the credentials service of AWS ECS"},
    {"169.254.170.23", "the credentials service of AWS EKS"},
    {"169.254.42.42", "the metadata service of Scaleway"},
    {"168.63.129.16", "the host service of Azure"},
    {"100.100.100.200", "the metadata service of Alibaba Cloud"},
    {"192.0.0.192", "the metadata service of Oracle Cloud"},
    {"fd00:ec2::254", "the metadata service of AWS"},
    {"fd00:ec2::23", "the credentials service of AWS EKS"},
    {"fd20:ce::254", "the metadata service of Google Cloud"},
    {"fd00:42::42", "the metadata service of Scaleway"},
};

using table = std::vector<special_network>;

table parsed(std::span<const row> rows) {
    table blocks;
    for (const auto& [block, purpose] : rows)
        blocks.push_back({network::parse(block, "table").value(), purpose});
    return blocks;
}

const special_network* first_with(const table& blocks, const asio::ip::address& address) {
    const auto found = std::ranges::find_if(blocks, [&](const auto& entry) { return entry.block.contains(address); });
    return found == blocks.end() ? nullptr : &*found;
}

}  // namespace

const special_network* find_special(const asio::ip::address& address) {
    static const table blocks = parsed(registry);
    const auto* const found = first_with(blocks, address);
    return found != nullptr && !found->purpose.empty() ? found : nullptr;
}

const special_network* find_groups(const asio::ip::address& address) {
    static const table blocks = parsed(groups);
    return first_with(blocks, address);
}

const special_network* find_metadata(const asio::ip::address& address) {
    static const table blocks = parsed(metadata);
    return first_with(blocks, address);
}

}  // namespace gangway::net
