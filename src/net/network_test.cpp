#include <gangway/model/errors.hpp>
#include <gangway/net/egress_policy.hpp>

#include <gtest/gtest.h>

namespace gangway::net {
namespace {

network parse(std::string_view text) {
    return network::parse(text, "egress_allow").value();
}
asio::ip::address address(const char* text) {
    return asio::ip::make_address(text);
}

std::string error_of(std::string_view text) {
    const auto parsed = network::parse(text, "egress_allow");
    if (parsed) return "accepted";
    EXPECT_EQ(parsed.error().code, model::errc::invalid_value);
    EXPECT_EQ(parsed.error().fact_named("field"), "egress_allow");
    return parsed.error().message;
}

TEST(network, block_and_single_address_are_read) {
    EXPECT_EQ(parse("10.0.0.0/8").prefix, 8U);
    EXPECT_EQ(parse("10.0.0.0/8").base, address("10.0.0.0"));
    EXPECT_EQ(parse("192.0.2.7").prefix, 32U);
    EXPECT_EQ(parse("FD00::/8").base, address("fd00::"));
    EXPECT_EQ(parse("2001:db8::1").prefix, 128U);
    EXPECT_EQ(parse("0.0.0.0/0").prefix, 0U);
    EXPECT_EQ(parse("::/0").prefix, 0U);
    EXPECT_EQ(parse("128.0.0.0/1").base, address("128.0.0.0"));
}

TEST(network, host_bits_are_refused_with_the_right_spelling) {
    EXPECT_TRUE(error_of("10.1.2.3/8").contains("10.0.0.0/8"));
    EXPECT_TRUE(error_of("10.1.2.3/8").contains("10.1.2.3/32"));
    EXPECT_TRUE(error_of("10.0.0.1/31").contains("10.0.0.0/31"));
    EXPECT_TRUE(error_of("fd00::1/8").contains("fd00::/8"));
    EXPECT_TRUE(error_of("0.0.0.1/0").contains("0.0.0.0/0"));
    EXPECT_TRUE(error_of("255.255.255.255/0").contains("0.0.0.0/0"));
}

TEST(network, anything_else_is_refused) {
    for (const auto text : {"",
                            "/",
                            "/8",
                            "10.0.0.0/",
                            "10.0.0.0/33",
                            "10.0.0.0/-1",
                            "10.0.0.0/+8",
                            "10.0.0.0/08",
                            "10.0.0.0/8 ",
                            "10.0.0.0/8/8",
                            "10.0.0.0/0x8",
                            "10.0.0.0/99999999999",
                            "10.0.0/8",
                            "10/8",
                            "012.0.0.0/8",
                            "::/129",
                            "fe80::%1/64",
                            "[fd00::]/8",
                            "localhost",
                            "example.com/24",
                            "10.0.0.0-10.0.0.9",
                            "*",
                            "10.0.0.0/8,11.0.0.0/8"})
        EXPECT_NE(error_of(text), "accepted") << text;
}

TEST(network, contains_its_first_and_last_address_and_not_their_neighbours) {
    struct row {
        const char *block, *before, *first, *last, *after;
    };
    for (const auto& [block, before, first, last, after] :
         {row{"10.0.0.0/8", "9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
          row{"172.16.0.0/12", "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
          row{"100.64.0.0/10", "100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
          row{"192.0.2.6/31", "192.0.2.5", "192.0.2.6", "192.0.2.7", "192.0.2.8"},
          row{"192.0.2.7", "192.0.2.6", "192.0.2.7", "192.0.2.7", "192.0.2.8"},
          row{"fc00::/7", "fbff::", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::"},
          row{"2001:db8::/33", "2001:db7:ffff::", "2001:db8::", "2001:db8:7fff:ffff::", "2001:db8:8000::"},
          row{"::2/127", "::1", "::2", "::3", "::4"}}) {
        EXPECT_FALSE(parse(block).contains(address(before))) << block;
        EXPECT_TRUE(parse(block).contains(address(first))) << block;
        EXPECT_TRUE(parse(block).contains(address(last))) << block;
        EXPECT_FALSE(parse(block).contains(address(after))) << block;
    }
}

TEST(network, families_do_not_mix) {
    EXPECT_TRUE(parse("0.0.0.0/0").contains(address("255.255.255.255")));
    EXPECT_FALSE(parse("0.0.0.0/0").contains(address("::1")));
    EXPECT_TRUE(parse("::/0").contains(address("ffff::")));
    EXPECT_FALSE(parse("::/0").contains(address("127.0.0.1")));
    EXPECT_FALSE(parse("::/96").contains(address("10.0.0.1")));
    EXPECT_FALSE(parse("10.0.0.0/8").contains(address("::ffff:10.0.0.1")));
}

TEST(network, scope_does_not_hide_an_address) {
    EXPECT_TRUE(parse("fe80::/10").contains(address("fe80::1%7")));
}

}  // namespace
}  // namespace gangway::net
