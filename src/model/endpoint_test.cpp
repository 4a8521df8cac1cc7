#include <gangway/model/endpoint.hpp>
#include <gangway/model/errors.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace gangway::model {
namespace {

TEST(parse_port, numbers_from_1_to_65535_are_ports) {
    EXPECT_EQ(parse_port(1).value(), 1);
    EXPECT_EQ(parse_port(22).value(), 22);
    EXPECT_EQ(parse_port(65535).value(), 65535);
}

TEST(parse_port, other_numbers_are_refused_and_never_wrap) {
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{65536}, std::int64_t{65536 + 22},
          std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
        const auto port = parse_port(value, "sshPort");
        ASSERT_FALSE(port) << value;
        EXPECT_EQ(port.error().code, errc::invalid_value);
        EXPECT_EQ(port.error().fact_named("field"), "sshPort");
    }
}

TEST(parse_port, digits_are_read_in_decimal) {
    EXPECT_EQ(parse_port("22").value(), 22);
    EXPECT_EQ(parse_port("65535").value(), 65535);
}

TEST(parse_port, text_that_is_no_number_is_refused) {
    for (const auto text : {"", "abc", "22abc", " 22", "22 ", "+22", "-22", "0x16", "22.5", "1e3", "0", "65536",
                            "99999999999999999999"}) {
        const auto port = parse_port(text);
        ASSERT_FALSE(port) << text;
        EXPECT_EQ(port.error().fact_named("field"), "port");
    }
}

TEST(endpoint, text_has_brackets_around_ipv6_only) {
    EXPECT_EQ((endpoint{host::parse("example.com").value(), 22}.text()), "example.com:22");
    EXPECT_EQ((endpoint{host::parse("127.0.0.1").value(), 2222}.text()), "127.0.0.1:2222");
    EXPECT_EQ((endpoint{host::parse("::1").value(), 22}.text()), "[::1]:22");
}

TEST(endpoint, equal_needs_host_and_port) {
    const auto here = host::parse("example.com").value();
    EXPECT_EQ((endpoint{here}), (endpoint{here, 22}));
    EXPECT_NE((endpoint{here, 22}), (endpoint{here, 23}));
    EXPECT_NE((endpoint{here, 22}), (endpoint{host::parse("example.org").value(), 22}));
}

}  // namespace
}  // namespace gangway::model
