/// Any text as a network of egress_allow, and any address against it: 16 octets of an address, then the text.

#include <gangway/net/egress_policy.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace net = gangway::net;

namespace {

constexpr std::size_t address_size = 16;

net::asio::ip::address address_of(const std::uint8_t* octets) {
    net::asio::ip::address_v6::bytes_type bytes{};
    std::copy_n(octets, bytes.size(), bytes.begin());
    return net::asio::ip::address_v6{bytes};
}

bool allows(net::egress_mode mode, std::vector<net::network> allowed, const net::asio::ip::address& address) {
    const net::egress_policy policy{{.mode = mode, .allowed = std::move(allowed)}};
    return policy.check(address).has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < address_size) return 0;
    const auto address = address_of(data);
    const bool is_public = allows(net::egress_mode::public_only, {}, address);
    if (is_public && !allows(net::egress_mode::open, {}, address)) std::abort();

    const auto block = net::network::parse(std::string{data + address_size, data + size}, "egress_allow");
    if (!block) return 0;
    if (!block->contains(block->base) || block->prefix > (block->base.is_v4() ? 32U : 128U)) std::abort();
    const auto again = net::network::parse(block->base.to_string() + "/" + std::to_string(block->prefix), "again");
    if (!again || again->base != block->base || again->prefix != block->prefix) std::abort();
    // A list only ever adds, and nothing outside of what it names.
    const bool listed = allows(net::egress_mode::public_only, {*block}, address);
    if (is_public && !listed) std::abort();
    if (listed && !is_public && block->base.is_v6() && !block->contains(address)) std::abort();
    return 0;
}
