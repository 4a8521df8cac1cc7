#include "embedded_ipv4.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>

namespace gangway::net {
namespace {

using octets = asio::ip::address_v6::bytes_type;

asio::ip::address_v4 four(const octets& all, std::array<std::size_t, 4> where) {
    return asio::ip::address_v4{{all[where[0]], all[where[1]], all[where[2]], all[where[3]]}};
}

bool starts_with(const octets& all, std::initializer_list<std::uint8_t> prefix) {
    return std::ranges::equal(prefix, std::span{all}.first(prefix.size()));
}

/// Where RFC 6052 section 2.2 puts the address depends on the length of the prefix, which the octets do not tell. What
/// follows the address is zero, and the last octet of a host's address is not, so the end tells.
asio::ip::address_v4 of_local_nat64(const octets& all) {
    const auto zero_from = [&](std::size_t first) {
        return std::all_of(&all[first], all.data() + 16, std::logical_not{});
    };
    if (zero_from(11)) return four(all, {6, 7, 9, 10});
    if (zero_from(12)) return four(all, {7, 9, 10, 11});
    if (zero_from(13)) return four(all, {9, 10, 11, 12});
    return four(all, {12, 13, 14, 15});
}

}  // namespace

std::vector<asio::ip::address_v4> embedded_ipv4(const asio::ip::address_v6& address) {
    constexpr std::array<std::size_t, 4> last{12, 13, 14, 15};
    const auto all = address.to_bytes();
    if (starts_with(all, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF})) return {four(all, last)};
    if (starts_with(all, {0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0})) return {four(all, last)};
    if (starts_with(all, {0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0})) return {four(all, last)};
    if (starts_with(all, {0x00, 0x64, 0xFF, 0x9B, 0, 1})) return {of_local_nat64(all)};
    if (starts_with(all, {0x20, 0x02})) return {four(all, {2, 3, 4, 5})};
    if (starts_with(all, {0x20, 0x01, 0, 0})) {
        const auto hidden = four(all, last);  // every bit of the client's address is inverted
        return {four(all, {4, 5, 6, 7}), asio::ip::address_v4{~hidden.to_uint()}};
    }
    const bool compatible = starts_with(all, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    if (compatible && !address.is_unspecified() && !address.is_loopback()) return {four(all, last)};
    return {};
}

}  // namespace gangway::net
