#include <gangway/api/errors.hpp>
#include <gangway/api/fields.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::api {
namespace {

using namespace std::literals;

/// The fields of a JSON text, with the octets they view.
struct given {
    explicit given(std::string json) : octets(std::move(json)), in(fields::from_json(octets).value()) {}

    /// The field that the first complaint names; empty if there is none.
    [[nodiscard]] std::string complaint() {
        const auto done = in.finish(0);
        if (done) return {};
        EXPECT_EQ(done.error().where, base::phase::request);
        return std::string{done.error().fact_named("field")};
    }

    std::string octets;
    fields in;
};

TEST(fields, text_is_absent_when_missing_or_null_and_present_when_empty) {
    given from{R"({"a":"x","b":null,"c":""})"};
    EXPECT_EQ(from.in.text("a"), "x");
    EXPECT_EQ(from.in.text("b"), std::nullopt);
    EXPECT_EQ(from.in.text("c"), "");
    EXPECT_EQ(from.in.text("d"), std::nullopt);
    EXPECT_EQ(from.complaint(), "");
}

TEST(fields, required_text_must_be_there_but_may_be_empty) {
    given from{R"({"c":""})"};
    EXPECT_EQ(from.in.required_text("c"), "");
    EXPECT_TRUE(from.in.ok());
    EXPECT_EQ(from.in.required_text("d"), "");
    EXPECT_EQ(from.complaint(), "d");
}

TEST(fields, first_complaint_stays) {
    given from{R"({"a":1,"b":2})"};
    static_cast<void>(from.in.text("b"));
    static_cast<void>(from.in.text("a"));
    static_cast<void>(from.in.required_text("c"));
    EXPECT_EQ(from.complaint(), "b");
}

TEST(fields, text_of_another_type_is_named) {
    for (const auto* const value : {"1", "true", "[]", "{}", "[\"x\"]", "0.5"}) {
        given from{R"({"a":)"s + value + "}"};
        static_cast<void>(from.in.text("a"));
        EXPECT_EQ(from.complaint(), "a") << value;
    }
}

TEST(fields, nul_is_refused_but_in_content) {
    given from{R"({"a":"x\u0000y"})"};
    EXPECT_EQ(from.in.required_content("a"), "x\0y"sv);
    EXPECT_TRUE(from.in.ok());
    static_cast<void>(from.in.text("a"));
    EXPECT_EQ(from.complaint(), "a");
    given secret{R"({"a":"x\u0000y"})"};
    EXPECT_FALSE(secret.in.secret("a").has_value());
    EXPECT_EQ(secret.complaint(), "a");
}

TEST(fields, content_must_be_there) {
    given from{R"({"a":null})"};
    EXPECT_EQ(from.in.required_content("a"), "");
    EXPECT_EQ(from.complaint(), "a");
}

TEST(fields, integers_are_taken_within_their_bounds) {
    given from{R"({"a":1,"b":65535,"c":null})"};
    EXPECT_EQ(from.in.integer("a", 1, 65535), 1);
    EXPECT_EQ(from.in.integer("b", 1, 65535), 65535);
    EXPECT_EQ(from.in.integer("c", 1, 65535), std::nullopt);
    EXPECT_EQ(from.in.integer("d", 1, 65535), std::nullopt);
    EXPECT_EQ(from.complaint(), "");
}

TEST(fields, anything_else_is_no_integer) {
    for (const auto* const value : {"0", "-0", "-1", "65536", "22.5", "22.0", "2.2e1", "\"22\"", "\"abc\"", "true",
                                    "[]", "{}", "\"\"", "9007199254740993", "18446744073709551616", "1e300"}) {
        given from{R"({"port":)"s + value + "}"};
        EXPECT_EQ(from.in.integer("port", 1, 65535), std::nullopt) << value;
        EXPECT_EQ(from.complaint(), "port") << value;
    }
}

TEST(fields, query_has_integers_in_decimal_digits_only) {
    auto from = fields::from_query("a=22&b=x").value();
    EXPECT_EQ(from.integer("a", 1, 65535), 22);
    EXPECT_EQ(from.text("b"), "x");
    EXPECT_TRUE(from.ok());
    for (const auto* const value : {"", "0", "65536", "22x", "+22", "%2022", "2 2", "0x16", "22.0", "-22", "1e1"}) {
        auto bad = fields::from_query("port="s + value).value();
        EXPECT_EQ(bad.integer("port", 1, 65535), std::nullopt) << value;
        EXPECT_FALSE(bad.ok()) << value;
    }
}

TEST(fields, query_keeps_its_text_when_moved) {
    auto first = fields::from_query("host=h&long=" + std::string(100, 'x')).value();
    auto second = std::move(first);
    EXPECT_EQ(second.text("host"), "h");
    EXPECT_EQ(second.text("long"), std::string(100, 'x'));
}

TEST(fields, flags_are_booleans_and_nothing_else) {
    given from{R"({"a":true,"b":false,"c":null})"};
    EXPECT_TRUE(from.in.flag("a"));
    EXPECT_FALSE(from.in.flag("b"));
    EXPECT_FALSE(from.in.flag("c"));
    EXPECT_FALSE(from.in.flag("d"));
    EXPECT_EQ(from.complaint(), "");
    for (const auto* const value : {"1", "0", "\"true\"", "\"\"", "[]"}) {
        given bad{R"({"a":)"s + value + "}"};
        static_cast<void>(bad.in.flag("a"));
        EXPECT_EQ(bad.complaint(), "a") << value;
    }
}

TEST(fields, modes_are_numbers_or_octal_digits) {
    given from{R"({"a":420,"b":"0644","c":"644","d":"07777","e":0,"f":4095,"g":"0","h":null})"};
    EXPECT_EQ(from.in.mode("a"), 0644U);
    EXPECT_EQ(from.in.mode("b"), 0644U);
    EXPECT_EQ(from.in.mode("c"), 0644U);
    EXPECT_EQ(from.in.mode("d"), 07777U);
    EXPECT_EQ(from.in.mode("e"), 0U);
    EXPECT_EQ(from.in.mode("f"), 07777U);
    EXPECT_EQ(from.in.mode("g"), 0U);
    EXPECT_EQ(from.in.mode("h"), std::nullopt);
    EXPECT_EQ(from.complaint(), "");
    for (const auto* const value : {"4096", "-1", "33188", "\"\"", "\"rw-r--r--\"", "\"0o644\"", "\"888\"", "\"10000\"",
                                    "\"-1\"", "\"000644\"", "true", "6.5"}) {
        given bad{R"({"mode":)"s + value + "}"};
        EXPECT_EQ(bad.in.mode("mode"), std::nullopt) << value;
        EXPECT_EQ(bad.complaint(), "mode") << value;
    }
}

// Seconds checked with `date -u -d TIME +%s`.
TEST(fields, dates_are_utc_and_lose_their_fraction) {
    const auto date = [](std::string_view text) {
        given from{"{\"d\":\"" + std::string{text} + "\"}"};
        return from.in.date("d");
    };
    EXPECT_EQ(date("1970-01-01T00:00:00Z"), 0U);
    EXPECT_EQ(date("2026-01-15T12:00:00.000Z"), 1768478400U);
    EXPECT_EQ(date("2000-02-29T12:34:56.999999Z"), 951827696U);
    EXPECT_EQ(date("2106-02-07T06:28:15Z"), 4294967295U);
    for (const auto* const text : {"",
                                   "2026-01-15",
                                   "2026-01-15T12:00:00",
                                   "2026-01-15T12:00:00+00:00",
                                   "2026-01-15 12:00:00Z",
                                   "2026-01-15T12:00:00.Z",
                                   "2026-01-15T12:00:00.1xZ",
                                   "2026-01-15T12:00:00xZ",
                                   "2026-1-15T12:00:00Z",
                                   "2025-02-29T00:00:00Z",
                                   "2026-00-01T00:00:00Z",
                                   "2026-13-01T00:00:00Z",
                                   "2026-01-15T24:00:00Z",
                                   "2026-01-15T12:60:00Z",
                                   "2026-01-15T12:00:60Z",
                                   "1969-12-31T23:59:59Z",
                                   "2106-02-07T06:28:16Z",
                                   "+026-01-15T12:00:00Z",
                                   "2026-01-15t12:00:00Z",
                                   "2026-01-15T12:00:00z"}) {
        given bad{"{\"d\":\""s + text + "\"}"};
        EXPECT_EQ(bad.in.date("d"), std::nullopt) << text;
        EXPECT_EQ(bad.complaint(), "d") << text;
    }
}

TEST(fields, secret_is_zeroed_where_it_stood) {
    given from{R"({"password":"hunter\u0032 é","b":"x"})"};
    const auto secret = from.in.secret("password");
    ASSERT_TRUE(secret.has_value());
    EXPECT_EQ(secret->view(), "hunter2 é");
    EXPECT_EQ(from.octets.find("hunter"), std::string::npos);
    EXPECT_EQ(from.in.text("b"), "x");
    EXPECT_FALSE(from.in.secret("c").has_value());
    EXPECT_EQ(from.complaint(), "");
}

TEST(fields, octets_come_as_text_or_as_base64) {
    given from{R"({"a":"é","bBase64":"/wA=","cBase64":"","d":null,"dBase64":"eA"})"};
    EXPECT_EQ(from.in.octets("a"), "é");
    EXPECT_EQ(from.in.octets("b"), "\xFF\0"s);
    EXPECT_EQ(from.in.octets("c"), "");
    EXPECT_EQ(from.in.octets("d"), "x");
    EXPECT_EQ(from.in.octets("e"), std::nullopt);
    EXPECT_EQ(from.complaint(), "");
}

TEST(fields, octets_given_twice_or_badly_are_refused) {
    given both{R"({"a":"x","aBase64":"eA=="})"};
    static_cast<void>(both.in.octets("a"));
    EXPECT_EQ(both.complaint(), "aBase64");
    for (const auto* const value : {"\"-_8=\"", "\"x\"", "\"eA===\"", "1"}) {
        given bad{R"({"aBase64":)"s + value + "}"};
        static_cast<void>(bad.in.octets("a"));
        EXPECT_EQ(bad.complaint(), "aBase64") << value;
    }
}

TEST(fields, paths_are_octets_as_they_are) {
    given from{R"({"a":"-rf","b":"../%2e/~ ","cBase64":"/w=="})"};
    EXPECT_EQ(from.in.path("a").octets(), "-rf");
    EXPECT_EQ(from.in.path("b").octets(), "../%2e/~ ");
    EXPECT_EQ(from.in.path("c").octets(), "\xFF");
    EXPECT_EQ(from.complaint(), "");
}

TEST(fields, paths_that_are_none_are_refused) {
    for (const auto& json :
         {R"({})"s, R"({"path":""})"s, R"({"path":null})"s, R"({"path":1})"s, R"({"path":"a\u0000b"})"s,
          R"({"pathBase64":""})"s, R"({"pathBase64":"YQBi"})"s, R"({"path":")" + std::string(4097, 'x') + "\"}"}) {
        given bad{json};
        static_cast<void>(bad.in.path("path"));
        EXPECT_EQ(bad.complaint(), "path") << json.substr(0, 40);
    }
}

TEST(fields, finish_gives_the_value_when_nothing_was_wrong) {
    given from{"{}"};
    EXPECT_EQ(from.in.finish("x"s), "x");
    from.in.complain("a", "because");
    from.in.complain("b", "too late");
    const auto done = from.in.finish("x"s);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message, "because");
    EXPECT_EQ(done.error().code, errc::bad_request);
}

}  // namespace
}  // namespace gangway::api
