#include "embedded_ipv4.hpp"
#include "special_networks.hpp"

#include <gangway/net/egress_policy.hpp>
#include <gangway/net/errors.hpp>

#include <algorithm>
#include <array>

namespace gangway::net {
namespace {

std::string text_of(const network& block) {
    return block.base.to_string() + "/" + std::to_string(block.prefix);
}

std::unexpected<base::error> refuse(std::string message) {
    return base::fail(errc::host_blocked, base::phase::egress, std::move(message));
}

bool lists(const std::vector<network>& networks, const asio::ip::address& address) {
    return std::ranges::any_of(networks, [&](const network& block) { return block.contains(address); });
}

bool lists_exactly(const std::vector<network>& networks, const network& wanted) {
    return std::ranges::any_of(
        networks, [&](const network& block) { return block.prefix == wanted.prefix && block.base == wanted.base; });
}

base::result<void> check_one(const asio::ip::address& address, const egress_rules& rules) {
    const auto text = address.to_string();
    if (const auto* const group = find_groups(address))
        return refuse(text + " is " + std::string{group->purpose} + ", and never the address of a server");

    const auto* const metadata = find_metadata(address);
    if (metadata != nullptr && !lists_exactly(rules.allowed, metadata->block))
        return refuse(text + " is " + std::string{metadata->purpose} +
                      ", which hands out credentials: it is refused unless egress_allow lists exactly " +
                      text_of(metadata->block));

    if (rules.block_cloudflare && is_cloudflare(address))
        return std::unexpected(
            base::error{errc::cloudflare_blocked, base::phase::egress,
                        text + " is a proxy of Cloudflare, where no SSH server listens: use the address of the server "
                               "itself, or set block_cloudflare to false"}
                .with("isCloudflare", "true"));

    const auto* const special = rules.mode == egress_mode::public_only ? find_special(address) : nullptr;
    if (special != nullptr && !lists(rules.allowed, address))
        return refuse(text + " is in " + text_of(special->block) + ", " + std::string{special->purpose} +
                      ": this gateway connects to public addresses only; to allow it, list it in egress_allow");
    return {};
}

/// RFC 6761 section 6.3.
bool is_localhost(std::string_view name) {
    return name == "localhost" || name.ends_with(".localhost");
}

bool is_metadata(std::string_view name) {
    constexpr std::array<std::string_view, 3> names{"metadata.google.internal", "metadata.goog",
                                                    "instance-data.ec2.internal"};
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

base::result<void> egress_policy::check(const asio::ip::address& address) const {
    if (address.is_v6()) {
        for (const auto& inner : embedded_ipv4(address.to_v6())) {
            auto verdict = check_one(inner, rules_);
            if (verdict) continue;
            verdict.error().message.insert(0, address.to_string() + " leads to an IPv4 address: ");
            return verdict;
        }
    }
    return check_one(address, rules_);
}

base::result<void> egress_policy::check(const model::host& name) const {
    if (name.is_address()) return {};
    if (is_metadata(name.text()))
        return refuse(name.text() + " is a metadata service, which hands out credentials: it is always refused");
    const bool loopback_listed = lists(rules_.allowed, asio::ip::address_v4::loopback()) ||
                                 lists(rules_.allowed, asio::ip::address_v6::loopback());
    if (is_localhost(name.text()) && rules_.mode == egress_mode::public_only && !loopback_listed)
        return refuse(name.text() + " is the gateway's own machine: to allow it, list 127.0.0.0/8 in egress_allow");
    return {};
}

}  // namespace gangway::net
