#include <gangway/model/duration.hpp>
#include <gangway/model/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::model {
namespace {

using std::chrono::milliseconds;

TEST(duration, number_with_unit_is_read) {
    EXPECT_EQ(parse_duration("500ms", "x").value(), milliseconds{500});
    EXPECT_EQ(parse_duration("10s", "x").value(), milliseconds{10'000});
    EXPECT_EQ(parse_duration("5m", "x").value(), milliseconds{300'000});
    EXPECT_EQ(parse_duration("1h", "x").value(), milliseconds{3'600'000});
}

TEST(duration, longest_is_one_day) {
    EXPECT_EQ(parse_duration("24h", "x").value(), longest_duration);
    EXPECT_EQ(parse_duration("86400000ms", "x").value(), longest_duration);
    EXPECT_FALSE(parse_duration("25h", "x"));
    EXPECT_FALSE(parse_duration("86400001ms", "x"));
    EXPECT_FALSE(parse_duration("9223372036854775807h", "x"));
    EXPECT_FALSE(parse_duration("9223372036854775808ms", "x"));
}

TEST(duration, anything_else_is_refused_and_names_the_field) {
    for (const char* text :
         {"", "10", "s", "ms", "0s", "-1s", "+1s", "1.5s", "1 s", " 1s", "1s ", "1S", "1d", "1sec"}) {
        const auto parsed = parse_duration(text, "stop_limit");
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, errc::invalid_value);
        EXPECT_EQ(parsed.error().fact_named("field"), "stop_limit");
        EXPECT_TRUE(parsed.error().message.contains("10s"));
    }
}

TEST(duration, text_uses_the_largest_exact_unit) {
    EXPECT_EQ(duration_text(milliseconds{500}), "500ms");
    EXPECT_EQ(duration_text(milliseconds{1500}), "1500ms");
    EXPECT_EQ(duration_text(milliseconds{30'000}), "30s");
    EXPECT_EQ(duration_text(milliseconds{90'000}), "90s");
    EXPECT_EQ(duration_text(milliseconds{120'000}), "2m");
    EXPECT_EQ(duration_text(longest_duration), "24h");
}

}  // namespace
}  // namespace gangway::model
