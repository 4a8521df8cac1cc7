#include <gangway/app/event_log.hpp>

#include <gtest/gtest.h>

namespace gangway::app {
namespace {

const auto noon = std::chrono::system_clock::time_point{std::chrono::milliseconds{1'768'478'400'123}};

TEST(event_log, json_line_is_an_object_with_the_fields_in_order) {
    EXPECT_EQ(
        json_line(noon, log_level::info, "listening", {{"address", "127.0.0.1"}, {"port", std::uint16_t{41234}}}),
        R"({"time":"2026-01-15T12:00:00.123Z","level":"info","event":"listening","address":"127.0.0.1","port":41234})");
    EXPECT_EQ(
        json_line(noon, log_level::warning, "x", {{"a", -1}, {"b", 1.5}, {"c", ~std::uint64_t{0}}}),
        R"({"time":"2026-01-15T12:00:00.123Z","level":"warning","event":"x","a":-1,"b":1.5,"c":18446744073709551615})");
}

TEST(event_log, json_line_stays_one_line_of_text_whatever_is_in_it) {
    const auto line = json_line(noon, log_level::error, "x",
                                {{"a", "\n2026 INFO login ok\r\t\"\\"}, {"b", "\x1b[2J\x7f"}, {"c", "\xff\xc3\xa9"}});
    EXPECT_TRUE(
        line.ends_with("\"a\":\"\\u000a2026 INFO login ok\\u000d\\u0009\\\"\\\\\",\"b\":\"\\u001b[2J\\u007f\","
                       "\"c\":\"\xef\xbf\xbd\xc3\xa9\"}"))
        << line;
}

TEST(event_log, text_line_is_for_people) {
    EXPECT_EQ(text_line(noon, log_level::info, "listening", {{"address", "127.0.0.1"}, {"port", 8080}}),
              "2026-01-15T12:00:00.123Z info    listening address=127.0.0.1 port=8080");
    EXPECT_EQ(text_line(noon, log_level::error, "stopped", {}), "2026-01-15T12:00:00.123Z error   stopped");
}

TEST(event_log, text_values_cannot_pose_as_fields_or_lines) {
    EXPECT_TRUE(text_line(noon, log_level::info, "x", {{"a", "b c=d"}}).ends_with(R"( a="b c=d")"));
    EXPECT_TRUE(text_line(noon, log_level::info, "x", {{"a", "say \"hi\""}}).ends_with(R"( a="say \"hi\"")"));
    EXPECT_TRUE(text_line(noon, log_level::info, "x", {{"a", "one\ntwo\x1b[2J"}}).ends_with(R"( a=one\ntwo\x1b[2J)"));
}

TEST(event_log, empty_texts_are_left_out) {
    EXPECT_TRUE(text_line(noon, log_level::info, "x", {{"a", ""}, {"b", 0}}).ends_with("x b=0"));
    EXPECT_TRUE(json_line(noon, log_level::info, "x", {{"a", ""}, {"b", 0}}).ends_with(R"("event":"x","b":0})"));
}

TEST(event_log, only_events_of_the_chosen_level_and_above_are_written) {
    ::testing::internal::CaptureStderr();
    event_log log{log_format::json, log_level::warning};
    log.write(log_level::info, "quiet");
    log.write(log_level::warning, "loud", {{"n", 1}});
    log.write(log_level::error, "louder");
    const auto written = ::testing::internal::GetCapturedStderr();
    EXPECT_FALSE(written.contains("quiet"));
    EXPECT_EQ(std::ranges::count(written, '\n'), 2);
    EXPECT_TRUE(written.contains(R"("event":"loud","n":1})"));
}

}  // namespace
}  // namespace gangway::app
