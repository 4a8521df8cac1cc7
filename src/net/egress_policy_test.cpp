#include <gangway/net/egress_policy.hpp>
#include <gangway/net/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::net {
namespace {

asio::ip::address address(const char* text) {
    return asio::ip::make_address(text);
}

egress_policy policy(egress_mode mode, std::initializer_list<std::string_view> allowed = {}, bool cloudflare = true) {
    egress_rules rules{.mode = mode, .block_cloudflare = cloudflare};
    for (const auto text : allowed)
        rules.allowed.push_back(network::parse(text, "egress_allow").value());
    return egress_policy{std::move(rules)};
}

bool allows(const egress_policy& rules, const char* text) {
    const auto verdict = rules.check(address(text));
    if (!verdict) {
        EXPECT_EQ(verdict.error().where, base::phase::egress) << text;
        EXPECT_TRUE(verdict.error().message.contains(asio::ip::make_address(text).to_string())) << text;
    }
    return verdict.has_value();
}

bool allows_name(const egress_policy& rules, std::string_view name) {
    return rules.check(model::host::parse(name).value()).has_value();
}

const egress_policy open_policy = policy(egress_mode::open);
const egress_policy public_policy = policy(egress_mode::public_only);

TEST(egress_public_only, public_addresses_are_allowed) {
    for (const auto* text : {"8.8.8.8",
                             "1.0.0.1",
                             "9.255.255.255",
                             "11.0.0.0",
                             "126.255.255.255",
                             "128.0.0.1",
                             "172.15.255.255",
                             "172.32.0.0",
                             "192.0.1.0",
                             "192.167.255.255",
                             "192.169.0.0",
                             "198.17.255.255",
                             "198.20.0.0",
                             "223.255.255.255",
                             "100.63.255.255",
                             "100.128.0.0",
                             "2a00:1450:4001:80e::200e",
                             "2001:200::1",
                             "2620:0:1cfe:face:b00c::3",
                             "64:ff9b::8.8.8.8"})
        EXPECT_TRUE(allows(public_policy, text)) << text;
}

/// Rows E1, E2 and E9, each block at both ends.
TEST(egress_public_only, addresses_that_are_not_public_are_refused) {
    for (const auto* text :
         {"0.0.0.0",        "0.255.255.255",   "10.0.0.0",    "10.255.255.255",  "100.64.0.0",   "100.127.255.255",
          "127.0.0.1",      "127.255.255.255", "169.254.0.0", "169.254.255.255", "172.16.0.0",   "172.31.255.255",
          "192.0.0.0",      "192.0.0.255",     "192.0.2.0",   "192.0.2.255",     "192.88.99.0",  "192.88.99.255",
          "192.168.0.0",    "192.168.255.255", "198.18.0.0",  "198.19.255.255",  "198.51.100.0", "198.51.100.255",
          "203.0.113.0",    "203.0.113.255",   "224.0.0.0",   "239.255.255.255", "240.0.0.0",    "255.255.255.254",
          "255.255.255.255"})
        EXPECT_FALSE(allows(public_policy, text)) << text;
}

TEST(egress_public_only, ipv6_that_is_not_global_unicast_is_refused) {
    for (const auto* text : {"::",
                             "::1",
                             "fc00::1",
                             "fdff::1",
                             "fe80::1",
                             "febf::1",
                             "fe80::1%1",
                             "fec0::1",
                             "ff02::1",
                             "ff0e::1",
                             "100::1",
                             "100:0:0:1::1",
                             "2001:db8::1",
                             "2001:2::1",
                             "2001:10::1",
                             "2001:20::1",
                             "2001:1ff:ffff::1",
                             "3fff::1",
                             "3fff:fff::1",
                             "5f00::1",
                             "4000::1",
                             "1fff::1",
                             "e000::1",
                             "200::1",
                             "64:ff9b:1::8.8.8.8"})
        EXPECT_FALSE(allows(public_policy, text)) << text;
}

/// Row E5, and the same for an address that is only private.
TEST(egress_public_only, ipv4_inside_ipv6_is_decided_too) {
    for (const auto* text : {"::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::10.0.0.1", "2002:a00:1::", "::ffff:0:10.0.0.1",
                             "2001:0:808:808::f5ff:fffe", "64:ff9b::127.0.0.1", "64:ff9b:1::10.0.0.1"})
        EXPECT_FALSE(allows(public_policy, text)) << text;
}

TEST(egress_public_only, forms_that_hide_a_public_ipv4_are_refused_as_well) {
    for (const auto* text : {"::ffff:8.8.8.8", "::8.8.8.8", "2002:808:808::", "::ffff:0:8.8.8.8"})
        EXPECT_FALSE(allows(public_policy, text)) << text;
}

TEST(egress_public_only, listed_networks_are_allowed) {
    const auto rules = policy(egress_mode::public_only, {"10.1.0.0/16", "127.0.0.1", "fd00:1::/32"});
    EXPECT_TRUE(allows(rules, "10.1.2.3"));
    EXPECT_TRUE(allows(rules, "127.0.0.1"));
    EXPECT_TRUE(allows(rules, "fd00:1::5"));
    EXPECT_TRUE(allows(rules, "8.8.8.8"));
    EXPECT_FALSE(allows(rules, "10.2.0.1"));
    EXPECT_FALSE(allows(rules, "127.0.0.2"));
    EXPECT_FALSE(allows(rules, "fd00:2::5"));
}

TEST(egress_public_only, listing_the_ipv6_form_does_not_allow_what_is_inside) {
    const auto rules = policy(egress_mode::public_only, {"64:ff9b:1::/48", "2002::/16"});
    EXPECT_TRUE(allows(rules, "64:ff9b:1::8.8.8.8"));
    EXPECT_TRUE(allows(rules, "2002:808:808::1"));
    EXPECT_FALSE(allows(rules, "64:ff9b:1::10.0.0.1"));
    EXPECT_FALSE(allows(rules, "2002:a00:1::1"));
}

TEST(egress_open, everything_that_can_be_a_server_is_allowed) {
    for (const auto* text : {"127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "169.254.1.1", "fe80::1", "fd00::1",
                             "8.8.8.8", "::ffff:127.0.0.1", "64:ff9b::10.0.0.1", "2a00:1450::1"})
        EXPECT_TRUE(allows(open_policy, text)) << text;
}

TEST(egress_any_mode, addresses_of_no_single_machine_are_refused_even_if_listed) {
    const auto listed = policy(egress_mode::open, {"0.0.0.0/0", "::/0", "0.0.0.0", "::"});
    for (const auto* text : {"0.0.0.0", "::", "224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1", "ff0e::1",
                             "::ffff:0.0.0.0", "64:ff9b::224.0.0.1", "2002:ffff:ffff::"})
        for (const auto& rules : {open_policy, public_policy, listed})
            EXPECT_FALSE(allows(rules, text)) << text;
}

constexpr const char* metadata_services[] = {"169.254.169.254", "169.254.170.2",   "169.254.170.23", "169.254.42.42",
                                             "168.63.129.16",   "100.100.100.200", "192.0.0.192",    "fd00:ec2::254",
                                             "fd00:ec2::23",    "fd20:ce::254",    "fd00:42::42"};

/// Row E3.
TEST(egress_any_mode, metadata_services_are_refused_even_if_their_network_is_listed) {
    const auto listed = policy(egress_mode::open, {"0.0.0.0/0", "::/0", "169.254.0.0/16", "169.254.169.254/31"});
    for (const auto* text : metadata_services)
        for (const auto& rules : {open_policy, public_policy, listed})
            EXPECT_FALSE(allows(rules, text)) << text;
}

TEST(egress_any_mode, metadata_service_is_allowed_if_exactly_its_address_is_listed) {
    for (const auto* text : metadata_services)
        for (const auto mode : {egress_mode::open, egress_mode::public_only})
            EXPECT_TRUE(allows(policy(mode, {text}), text)) << text;
}

/// Row E5.
TEST(egress_any_mode, metadata_service_inside_ipv6_is_refused) {
    for (const auto* text :
         {"::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::a9fe:a9fe", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe",
          "64:ff9b:1:a9fe:a9:fe00::", "2002:a9fe:a9fe::", "::ffff:0:a9fe:a9fe", "2001:0:a9fe:a9fe::f7f7:f7f7",
          "2001:0:808:808::5601:5601", "::ffff:100.100.100.200"})
        for (const auto& rules : {open_policy, public_policy})
            EXPECT_FALSE(allows(rules, text)) << text;
}

TEST(egress_cloudflare, first_and_last_address_of_every_published_block_is_refused) {
    for (const auto* text :
         {"173.245.48.0", "173.245.63.255", "103.21.244.0",       "103.21.247.255",  "103.22.200.0",  "103.22.203.255",
          "103.31.4.0",   "103.31.7.255",   "141.101.64.0",       "141.101.127.255", "108.162.192.0", "108.162.255.255",
          "190.93.240.0", "190.93.255.255", "188.114.96.0",       "188.114.111.255", "197.234.240.0", "197.234.243.255",
          "198.41.128.0", "198.41.255.255", "162.158.0.0",        "162.159.255.255", "104.16.0.0",    "104.23.255.255",
          "104.24.0.0",   "104.27.255.255", "172.64.0.0",         "172.71.255.255",  "131.0.72.0",    "131.0.75.255",
          "2400:cb00::1", "2606:4700::1",   "2803:f800::1",       "2405:b500::1",    "2405:8100::1",  "2a06:98c0::1",
          "2a06:98c7::1", "2c0f:f248::1",   "64:ff9b::104.16.0.1"}) {
        for (const auto& rules : {open_policy, public_policy, policy(egress_mode::open, {"0.0.0.0/0", "::/0"})}) {
            const auto verdict = rules.check(address(text));
            ASSERT_FALSE(verdict) << text;
            EXPECT_EQ(verdict.error().code, errc::cloudflare_blocked);
            EXPECT_EQ(verdict.error().fact_named("isCloudflare"), "true");
            EXPECT_TRUE(verdict.error().message.contains("block_cloudflare"));
        }
    }
}

TEST(egress_cloudflare, neighbours_are_not_theirs) {
    for (const auto* text : {"104.15.255.255", "104.28.0.0", "172.63.255.255", "172.72.0.0", "162.157.255.255",
                             "162.160.0.0", "198.41.127.255", "2606:4701::1", "2a06:98c8::1", "2400:cb01::1"})
        EXPECT_TRUE(allows(public_policy, text)) << text;
}

TEST(egress_cloudflare, setting_turns_it_off) {
    for (const auto mode : {egress_mode::open, egress_mode::public_only}) {
        EXPECT_TRUE(allows(policy(mode, {}, false), "104.16.0.1"));
        EXPECT_TRUE(allows(policy(mode, {}, false), "2606:4700::1"));
    }
}

TEST(egress_messages, name_the_rule_and_the_setting) {
    const auto private_network = public_policy.check(address("10.1.2.3")).error();
    EXPECT_EQ(private_network.code, errc::host_blocked);
    EXPECT_TRUE(private_network.message.contains("10.0.0.0/8, private networks (RFC 1918)"));
    EXPECT_TRUE(private_network.message.contains("egress_allow"));
    EXPECT_TRUE(private_network.facts.empty());
    const auto metadata = open_policy.check(address("169.254.169.254")).error();
    EXPECT_EQ(metadata.code, errc::host_blocked);
    EXPECT_TRUE(metadata.message.contains("egress_allow lists exactly 169.254.169.254/32"));
    EXPECT_TRUE(public_policy.check(address("::ffff:10.1.2.3")).error().message.contains("10.0.0.0/8"));
}

TEST(egress_names, this_machine_is_refused_unless_it_is_listed_or_the_policy_is_open) {
    for (const auto name : {"localhost", "LOCALHOST.", "a.localhost", "a.b.localhost"}) {
        EXPECT_FALSE(allows_name(public_policy, name)) << name;
        EXPECT_TRUE(allows_name(open_policy, name)) << name;
        EXPECT_TRUE(allows_name(policy(egress_mode::public_only, {"127.0.0.0/8"}), name)) << name;
        EXPECT_TRUE(allows_name(policy(egress_mode::public_only, {"::1"}), name)) << name;
        EXPECT_FALSE(allows_name(policy(egress_mode::public_only, {"10.0.0.0/8"}), name)) << name;
    }
}

TEST(egress_names, metadata_services_are_always_refused) {
    for (const auto name : {"metadata.google.internal", "Metadata.Google.Internal.", "metadata.goog"})
        for (const auto& rules : {open_policy, public_policy, policy(egress_mode::open, {"169.254.169.254"})})
            EXPECT_FALSE(allows_name(rules, name)) << name;
}

TEST(egress_names, other_names_and_addresses_are_decided_by_their_address) {
    for (const auto name : {"example.com", "localhost.example.com", "notlocalhost", "127.0.0.1", "::1"})
        EXPECT_TRUE(allows_name(public_policy, name)) << name;
}

}  // namespace
}  // namespace gangway::net
