#include <gangway/api/rate_rules.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gangway::api {
namespace {

using std::chrono::seconds;

TEST(rate, has_a_count_and_a_unit) {
    EXPECT_EQ(parse_rate("1/s", "f").value(), (rate{1, seconds{1}}));
    EXPECT_EQ(parse_rate("600/m", "f").value(), (rate{600, seconds{60}}));
    EXPECT_EQ(parse_rate("1000000/h", "f").value(), (rate{1'000'000, seconds{3600}}));
}

TEST(rate, off_is_no_limit) {
    EXPECT_EQ(parse_rate("off", "f").value(), std::nullopt);
}

TEST(rate, anything_else_is_refused_by_its_field) {
    for (const char* wrong : {"", "/", "/s", "0/s", "-1/s", "+1/s", " 1/s", "1 /s", "1/s ", "1", "1/", "1/d", "1/S",
                              "1.5/s", "1000001/s", "99999999999999999999/s", "Off", "1/s/s", "1e3/s"}) {
        const auto parsed = parse_rate(wrong, "rate_requests");
        ASSERT_FALSE(parsed) << wrong;
        EXPECT_EQ(parsed.error().fact_named("field"), "rate_requests");
    }
    EXPECT_THAT(parse_rate("\x1b[2J", "f").error().message, ::testing::HasSubstr("\\x1b"));
}

}  // namespace
}  // namespace gangway::api
