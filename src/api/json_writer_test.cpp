#include <gangway/api/json_writer.hpp>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <limits>

namespace gangway::api {
namespace {

using namespace std::literals;

std::string written(auto&& write) {
    std::string out;
    json_writer json{out};
    write(json);
    return out;
}

TEST(json_writer, commas_stand_between_members_and_elements_only) {
    const auto out = written([](json_writer& json) {
        json.begin_object();
        json.flag("a", true);
        json.begin_array("b");
        json.end_array();
        json.begin_array("c");
        for (int i = 0; i < 2; ++i) {
            json.begin_object();
            json.number("n", 1);
            json.text("t", "[{");
            json.flag("f", false);
            json.end_object();
        }
        json.end_array();
        json.begin_object("d");
        json.end_object();
        json.end_object();
    });
    EXPECT_EQ(out, R"({"a":true,"b":[],"c":[{"n":1,"t":"[{","f":false},{"n":1,"t":"[{","f":false}],"d":{}})");
}

TEST(json_writer, quotes_backslashes_and_control_characters_are_escaped) {
    std::string out;
    append_escaped(out, "a\"b\\c/\b\f\n\r\t\0\x1f\x7f é€😀"sv);
    EXPECT_EQ(out, "a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f é€😀");
}

TEST(json_writer, every_ascii_character_reads_back_and_has_the_size_told_before) {
    for (int octet = 0; octet < 0x80; ++octet) {
        const std::string text{'x', static_cast<char>(octet), 'y'};
        const auto out = written([&](json_writer& json) {
            json.begin_object();
            json.text("t", text);
            json.end_object();
        });
        EXPECT_EQ(std::string_view{boost::json::parse(out).at("t").as_string()}, text);
        EXPECT_EQ(out.size(), escaped_size(text) + std::string_view{R"({"t":""})"}.size());
    }
}

TEST(json_writer, octets_that_are_not_utf8_are_replaced_one_by_one) {
    EXPECT_EQ(written([](json_writer& json) { json.octets("n", "a\xFF\xFE\"b"); }), "\"n\":\"a\uFFFD\uFFFD\\\"b\"");
    EXPECT_EQ(written([](json_writer& json) { json.octets("n", "ok"); }), R"("n":"ok")");
}

// RFC 4648 section 10, and lengths around the pieces it is written in.
TEST(json_writer, base64_is_the_same_in_pieces) {
    const auto encoded = [](std::string_view octets) {
        return written([&](json_writer& json) { json.base64("b", octets); });
    };
    EXPECT_EQ(encoded(""), R"("b":"")");
    EXPECT_EQ(encoded("f"), R"("b":"Zg==")");
    EXPECT_EQ(encoded("foobar"), R"("b":"Zm9vYmFy")");
    for (const std::size_t size : {3071U, 3072U, 3073U, 6144U, 6145U}) {
        const auto out = encoded(std::string(size, '\0'));
        const auto digits = (size * 8 + 5) / 6;
        const auto padded = (size + 2) / 3 * 4;
        EXPECT_EQ(out, "\"b\":\"" + std::string(digits, 'A') + std::string(padded - digits, '=') + "\"");
    }
}

TEST(json_writer, numbers_are_exact) {
    EXPECT_EQ(written([](json_writer& json) { json.number("n", 0); }), R"("n":0)");
    EXPECT_EQ(written([](json_writer& json) { json.number("n", std::numeric_limits<std::uint64_t>::max()); }),
              R"("n":18446744073709551615)");
}

// Checked with `date -u -d @SECONDS`.
TEST(json_writer, dates_cover_all_unsigned_seconds) {
    const auto date = [](std::uint32_t seconds) {
        return written([&](json_writer& json) { json.date("d", seconds); });
    };
    EXPECT_EQ(date(0), R"("d":"1970-01-01T00:00:00.000Z")");
    EXPECT_EQ(date(1768478400), R"("d":"2026-01-15T12:00:00.000Z")");
    EXPECT_EQ(date(951827696), R"("d":"2000-02-29T12:34:56.000Z")");
    EXPECT_EQ(date(2208988800), R"("d":"2040-01-01T00:00:00.000Z")");
    EXPECT_EQ(date(4294967295), R"("d":"2106-02-07T06:28:15.000Z")");
}

TEST(json_writer, writes_texts_in_arrays) {
    std::string out;
    json_writer json{out};
    json.begin_object();
    json.begin_array("failed");
    json.item("a\"b");
    json.item("");
    json.end_array();
    json.flag("after", true);
    json.end_object();
    EXPECT_EQ(out, R"({"failed":["a\"b",""],"after":true})");
}

}  // namespace
}  // namespace gangway::api
