#include "embedded_ipv4.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gangway::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> inside(const char* text) {
    std::vector<std::string> texts;
    for (const auto& inner : embedded_ipv4(asio::ip::make_address_v6(text)))
        texts.push_back(inner.to_string());
    return texts;
}

TEST(embedded_ipv4, every_form_gives_its_address_up) {
    EXPECT_THAT(inside("::ffff:169.254.169.254"), ElementsAre("169.254.169.254"));  // mapped
    EXPECT_THAT(inside("::ffff:a9fe:a9fe"), ElementsAre("169.254.169.254"));
    EXPECT_THAT(inside("::ffff:0:a9fe:a9fe"), ElementsAre("169.254.169.254"));  // SIIT
    EXPECT_THAT(inside("::a9fe:a9fe"), ElementsAre("169.254.169.254"));         // compatible
    EXPECT_THAT(inside("64:ff9b::a9fe:a9fe"), ElementsAre("169.254.169.254"));  // NAT64
    EXPECT_THAT(inside("2002:a9fe:a9fe::"), ElementsAre("169.254.169.254"));    // 6to4
    EXPECT_THAT(inside("2002:a9fe:a9fe:1::7"), ElementsAre("169.254.169.254"));
}

/// The example of RFC 4380 is built the same way: the client's address is inverted.
TEST(embedded_ipv4, teredo_holds_its_server_and_its_client) {
    EXPECT_THAT(inside("2001:0:4136:e378:8000:63bf:3fff:fdd2"), ElementsAre("65.54.227.120", "192.0.2.45"));
    EXPECT_THAT(inside("2001:0:a9fe:a9fe:0:0:5601:5601"), ElementsAre("169.254.169.254", "169.254.169.254"));
}

/// RFC 6052 section 2.4, table 3, with the prefix of RFC 8215 in place of the documentation prefix.
TEST(embedded_ipv4, local_nat64_is_read_for_every_prefix_length) {
    EXPECT_THAT(inside("64:ff9b:1:c000:2:2100::"), ElementsAre("192.0.2.33"));
    EXPECT_THAT(inside("64:ff9b:1:1c0:0:221::"), ElementsAre("192.0.2.33"));
    EXPECT_THAT(inside("64:ff9b:1:122:c0:2:2100::"), ElementsAre("192.0.2.33"));
    EXPECT_THAT(inside("64:ff9b:1:122:344::192.0.2.33"), ElementsAre("192.0.2.33"));
    EXPECT_THAT(inside("64:ff9b:1::169.254.169.254"), ElementsAre("169.254.169.254"));
}

TEST(embedded_ipv4, other_addresses_hold_none) {
    for (const auto* text :
         {"::", "::1", "fe80::1", "fd00::a9fe:a9fe", "2606:4700::1", "2001:1::a9fe:a9fe", "64:ff9b:2::a9fe:a9fe",
          "64:ff9b:0:0:1::a9fe:a9fe", "::1:ffff:a9fe:a9fe", "::fffe:a9fe:a9fe", "2003:a9fe:a9fe::"})
        EXPECT_THAT(inside(text), IsEmpty()) << text;
}

}  // namespace
}  // namespace gangway::net
