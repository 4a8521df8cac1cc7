#include "client_address.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace gangway::api {
namespace {

using net::asio::ip::make_address;

/// The client of a request with these headers, that came from `peer`; 10/8 and fd00::/8 are proxies.
std::string client(std::string_view peer, std::initializer_list<header_field> fields) {
    static const std::vector<net::network> proxies{net::network::parse("10.0.0.0/8", "").value(),
                                                   net::network::parse("fd00::/8", "").value()};
    const request_head head{.method = "GET", .target = "/", .fields = fields};
    return client_of(make_address(peer), head, proxies).to_string();
}
std::string listed(std::string_view hops) {
    return client("10.0.0.1", {{"X-Forwarded-For", hops}});
}
std::string forwarded(std::string_view elements) {
    return client("10.0.0.1", {{"Forwarded", elements}});
}

TEST(client_address, of_a_peer_that_is_no_proxy_is_the_peer_whatever_it_says) {
    EXPECT_EQ(client("192.0.2.7", {}), "192.0.2.7");
    EXPECT_EQ(client("192.0.2.7", {{"X-Forwarded-For", "198.51.100.1"}}), "192.0.2.7");
    EXPECT_EQ(client("192.0.2.7", {{"Forwarded", "for=198.51.100.1"}}), "192.0.2.7");
    EXPECT_EQ(client("127.0.0.1", {{"X-Forwarded-For", "198.51.100.1"}}), "127.0.0.1");
}

TEST(client_address, behind_a_proxy_is_the_one_that_the_proxy_names) {
    EXPECT_EQ(listed("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(listed("2001:db8::7"), "2001:db8::7");
    EXPECT_EQ(client("::ffff:10.0.0.1", {{"x-forwarded-for", "192.0.2.7"}}), "192.0.2.7");
    EXPECT_EQ(client("fd00::1", {{"X-Forwarded-For", "::ffff:192.0.2.7"}}), "192.0.2.7");
}

TEST(client_address, behind_several_proxies_is_the_last_that_is_none) {
    EXPECT_EQ(listed("192.0.2.7, 10.1.1.1, 10.2.2.2"), "192.0.2.7");
    EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "192.0.2.7"}, {"X-Forwarded-For", "10.1.1.1,fd00::5"}}),
              "192.0.2.7");
}

TEST(client_address, is_not_what_the_client_wrote_in_front) {
    EXPECT_EQ(listed("198.51.100.1, 192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(listed("10.9.9.9, 192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(forwarded("for=198.51.100.1, for=192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(forwarded("for=\", for=192.0.2.7"), "192.0.2.7");
}

TEST(client_address, is_the_proxy_where_the_proxy_names_nobody) {
    for (const char* hops : {"", ",", "unknown", "192.0.2.7,", "192.0.2.7, x", "192.0.2.300", "192.0.2.7 192.0.2.8",
                             "fe80::1%eth0", "[::1", "_hidden", "192.0.2"})
        EXPECT_EQ(listed(hops), "10.0.0.1") << hops;
    for (const char* elements : {"", "for=unknown", "for=_x", "by=192.0.2.7", "for", "for=", "for=\"", "=192.0.2.7",
                                 "proto=https;host=x", "for=\"192.0.2.7"})
        EXPECT_EQ(forwarded(elements), "10.0.0.1") << elements;
    EXPECT_EQ(client("10.0.0.1", {}), "10.0.0.1");
    EXPECT_EQ(listed("192.0.2.7, nonsense, 10.1.1.1"), "10.1.1.1");
    EXPECT_EQ(listed("10.1.1.1"), "10.1.1.1");
}

TEST(client_address, is_read_with_and_without_a_port) {
    EXPECT_EQ(listed("192.0.2.7:1234"), "192.0.2.7");
    EXPECT_EQ(listed("[2001:db8::7]:1234"), "2001:db8::7");
    EXPECT_EQ(listed("[2001:db8::7]"), "2001:db8::7");
}

// The examples of RFC 7239 sections 4 and 7.4.
TEST(client_address, is_read_from_forwarded) {
    EXPECT_EQ(forwarded("For=\"[2001:db8:cafe::17]:4711\""), "2001:db8:cafe::17");
    EXPECT_EQ(forwarded("for=192.0.2.60;proto=http;by=203.0.113.43"), "192.0.2.60");
    EXPECT_EQ(forwarded("for=192.0.2.43, for=198.51.100.17"), "198.51.100.17");
    EXPECT_EQ(forwarded("proto=https; for=192.0.2.43"), "192.0.2.43");
}

TEST(client_address, is_the_proxy_where_both_headers_disagree) {
    EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "192.0.2.7"}, {"Forwarded", "for=198.51.100.1"}}), "10.0.0.1");
    EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "192.0.2.7"}, {"Forwarded", "for=192.0.2.7"}}), "192.0.2.7");
}

TEST(client_address, ends_a_way_of_too_many_hops) {
    std::string hops = "192.0.2.7";
    for (int i = 0; i < 40; ++i)
        hops += ", 10.0.0." + std::to_string(i);
    EXPECT_EQ(listed(hops), "10.0.0.8");
}

TEST(limit_key, is_an_address_or_a_network_of_64_bits) {
    const auto key = [](const char* text) { return limit_key(make_address(text)); };
    EXPECT_EQ(key("192.0.2.7"), std::string("\xc0\x00\x02\x07", 4));
    EXPECT_EQ(key("::ffff:192.0.2.7"), key("192.0.2.7"));
    EXPECT_EQ(key("2001:db8:0:1::7"), std::string("\x20\x01\x0d\xb8\x00\x00\x00\x01", 8));
    EXPECT_EQ(key("2001:db8:0:1:ffff::1"), key("2001:db8:0:1::7"));
    EXPECT_NE(key("2001:db8:0:2::7"), key("2001:db8:0:1::7"));
}

}  // namespace
}  // namespace gangway::api
