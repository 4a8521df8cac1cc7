#include "client_address.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace gangway::api {
namespace {

using address = net::asio::ip::address;

/// So many hops are looked at; behind more of them nobody is found.
constexpr std::size_t most_hops = 32;

address unmapped(const address& any) {
    if (any.is_v6() && any.to_v6().is_v4_mapped())
        return net::asio::ip::make_address_v4(net::asio::ip::v4_mapped, any.to_v6());
    return any;
}

bool is_proxy(const address& candidate, std::span<const net::network> proxies) {
    return std::ranges::any_of(proxies, [&](const net::network& each) { return each.contains(candidate); });
}

/// "192.0.2.7", "192.0.2.7:1234", "2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:1234".
std::optional<address> parse_node(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        text = text.substr(1, end - 1);
    } else if (std::ranges::count(text, ':') == 1) {
        text = text.substr(0, text.find(':'));
    }
    boost::system::error_code failure;
    const auto parsed = net::asio::ip::make_address(text, failure);
    if (failure || (parsed.is_v6() && parsed.to_v6().scope_id() != 0)) return std::nullopt;
    return unmapped(parsed);
}

/// The elements of all fields of this name, in their order.
std::vector<std::string_view> elements(const request_head& head, std::string_view name) {
    std::vector<std::string_view> found;
    for (const auto& field : head.fields) {
        if (!equal_ignoring_case(field.name, name)) continue;
        for (auto rest = field.value;;) {
            const auto comma = rest.find(',');
            found.push_back(trimmed(rest.substr(0, comma)));
            if (comma == std::string_view::npos) break;
            rest.remove_prefix(comma + 1);
        }
    }
    return found;
}

/// The node in `for=192.0.2.7;proto=https`; empty if there is none.
std::string_view forwarded_for(std::string_view element) {
    while (!element.empty()) {
        const auto end = element.find(';');
        const auto pair = trimmed(element.substr(0, end));
        if (const auto equals = pair.find('='); equals != std::string_view::npos)
            if (equal_ignoring_case(pair.substr(0, equals), "for")) {
                auto node = pair.substr(equals + 1);
                const bool quoted = node.size() >= 2 && node.starts_with('"') && node.ends_with('"');
                return quoted ? node.substr(1, node.size() - 2) : node;
            }
        element = end == std::string_view::npos ? std::string_view{} : element.substr(end + 1);
    }
    return {};
}

/// From the peer back to the first who is no proxy. A proxy that names nobody is where the way ends.
address walk_back(address at, const std::vector<std::string_view>& hops, std::span<const net::network> proxies) {
    std::size_t walked = 0;
    for (auto hop = hops.rbegin(); hop != hops.rend() && is_proxy(at, proxies); ++hop) {
        const auto before = parse_node(*hop);
        if (!before || ++walked > most_hops) break;
        at = *before;
    }
    return at;
}

}  // namespace

address client_of(const address& peer, const request_head& head, std::span<const net::network> proxies) {
    auto near = unmapped(peer);
    if (!is_proxy(near, proxies)) return near;
    const auto listed = elements(head, "X-Forwarded-For");
    auto nodes = elements(head, "Forwarded");
    std::ranges::transform(nodes, nodes.begin(), forwarded_for);
    const auto by_list = walk_back(near, listed, proxies);
    const auto by_nodes = walk_back(near, nodes, proxies);
    if (listed.empty() || nodes.empty()) return listed.empty() ? by_nodes : by_list;
    return by_list == by_nodes ? by_list : near;
}

std::string limit_key(const address& client) {
    const auto from = unmapped(client);
    if (from.is_v4()) {
        const auto octets = from.to_v4().to_bytes();
        return {octets.begin(), octets.end()};
    }
    const auto octets = from.to_v6().to_bytes();
    return {octets.begin(), octets.begin() + 8};
}

}  // namespace gangway::api
