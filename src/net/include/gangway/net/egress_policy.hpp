#pragma once
/// Which addresses the gateway may connect to. Pure: addresses in, verdicts out.

#include <gangway/model/host.hpp>
#include <gangway/net/asio.hpp>

#include <string_view>
#include <vector>

namespace gangway::net {

/// A CIDR block, e.g. 10.0.0.0/8 or fd00::/8.
struct network {
    asio::ip::address base;
    unsigned prefix = 0;

    /// Reads "10.0.0.0/8" or a single address; host bits must be zero.
    [[nodiscard]] static base::result<network> parse(std::string_view text, std::string_view field);
    [[nodiscard]] bool contains(const asio::ip::address& address) const noexcept;
};

enum class egress_mode {
    open,         ///< everything but metadata services: for a gateway that only its own machine can reach
    public_only,  ///< only globally reachable unicast addresses
};

struct egress_rules {
    egress_mode mode = egress_mode::public_only;
    /// Allowed in spite of `mode`. A metadata service is only reachable if a block of exactly its address is listed.
    std::vector<network> allowed{};
    bool block_cloudflare = true;
};

/// Decides about one address at a time. IPv4 inside IPv6 (mapped, compatible, NAT64, 6to4, Teredo, SIIT) is taken out
/// and decided as well: either verdict refuses.
class egress_policy {
  public:
    explicit egress_policy(egress_rules rules) : rules_(std::move(rules)) {}

    /// Errors: `host_blocked`, `cloudflare_blocked` (fact "isCloudflare"), phase egress.
    [[nodiscard]] base::result<void> check(const asio::ip::address& address) const;
    /// Names that stand for this machine or a metadata service, whatever they resolve to: `localhost`, `*.localhost`,
    /// `metadata.google.internal`.
    [[nodiscard]] base::result<void> check(const model::host& name) const;

  private:
    egress_rules rules_;
};

}  // namespace gangway::net
