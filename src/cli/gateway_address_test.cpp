#include "gateway_address.hpp"

#include <gangway/model/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::cli {
namespace {

gateway_address parsed(std::string_view text) {
    auto address = gateway_address::parse(text);
    EXPECT_TRUE(address) << text;
    return address ? *address : gateway_address::parse("http://unparsed").value();
}

TEST(gateway_address, scheme_decides_about_tls_and_the_usual_port) {
    const auto plain = parsed("http://example.com");
    EXPECT_FALSE(plain.tls);
    EXPECT_EQ(plain.server.port, 80);
    EXPECT_EQ(plain.host_field(), "example.com");
    const auto sealed = parsed("https://example.com");
    EXPECT_TRUE(sealed.tls);
    EXPECT_EQ(sealed.server.port, 443);
    EXPECT_EQ(parsed("https://example.com:443").host_field(), "example.com");
    EXPECT_EQ(parsed("http://example.com:443").host_field(), "example.com:443");
}

TEST(gateway_address, hosts_are_names_and_addresses_with_or_without_a_port) {
    EXPECT_EQ(parsed("http://127.0.0.1:8080").server.text(), "127.0.0.1:8080");
    EXPECT_EQ(parsed("http://[::1]:8080").server.text(), "[::1]:8080");
    EXPECT_EQ(parsed("http://[::1]").host_field(), "[::1]");
    EXPECT_EQ(parsed("http://[::1]").server.port, 80);
}

TEST(gateway_address, prefix_is_kept_without_the_slash_at_its_end) {
    EXPECT_EQ(parsed("http://example.com/").prefix, "");
    EXPECT_EQ(parsed("http://example.com/a/b/").prefix, "/a/b");
    EXPECT_EQ(parsed("http://example.com:81/a").text(), "http://example.com:81/a");
}

TEST(gateway_address, anything_else_is_refused_with_the_field) {
    for (const std::string_view text :
         {"", "example.com", "ftp://example.com", "http://", "http:///x", "http://:8080", "http://example.com:",
          "http://example.com:0", "http://example.com:65536", "http://example.com:x", "http://a b", "http://h/a?b=c",
          "http://h/a#b", "http://h/a b", "http://h?x", "http://h/\r\nX: y", "http://::1", "http://[::1", "HTTP://h"}) {
        const auto address = gateway_address::parse(text);
        ASSERT_FALSE(address) << text;
        EXPECT_EQ(address.error().code, model::errc::invalid_value) << text;
        EXPECT_EQ(address.error().fact_named("field"), "gateway") << text;
    }
}

TEST(gateway_address, password_in_it_is_refused_and_not_repeated) {
    const auto address = gateway_address::parse("http://ada:hunter2@example.com");
    ASSERT_FALSE(address);
    EXPECT_FALSE(address.error().message.contains("hunter2"));
}

}  // namespace
}  // namespace gangway::cli
