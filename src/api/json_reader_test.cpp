#include <gangway/api/errors.hpp>
#include <gangway/api/json_reader.hpp>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace gangway::api {
namespace {

using namespace std::literals;

/// Parsed, with the octets it views.
struct parsed {
    explicit parsed(std::string text, json_limits limits = {})
        : octets(std::move(text)), object(parse_json_object(octets, limits)) {}

    [[nodiscard]] bool ok() const { return object.has_value(); }
    [[nodiscard]] std::string text(std::string_view name) const {
        const auto* const value = object->find(name);
        const auto* const span = value == nullptr ? nullptr : std::get_if<std::span<char>>(value);
        return span == nullptr ? "(no text)" : std::string{span->data(), span->size()};
    }
    template <class T>
    [[nodiscard]] T get(std::string_view name) const {
        return std::get<T>(*object->find(name));
    }
    [[nodiscard]] std::string complaint() const { return object ? "" : object.error().message; }

    std::string octets;
    base::result<json_object> object;
};

TEST(json_reader, values_of_every_kind_are_found_by_name) {
    const parsed document{
        R"( { "text" : "abc" , "yes":true, "no":false, "nothing":null, "whole":-42, "half":0.5, "list":[1,[2]], "map":{"a":1} } )"};
    ASSERT_TRUE(document.ok()) << document.complaint();
    EXPECT_EQ(document.text("text"), "abc");
    EXPECT_TRUE(document.get<bool>("yes"));
    EXPECT_FALSE(document.get<bool>("no"));
    EXPECT_EQ(document.object->find("nothing"), nullptr);
    EXPECT_EQ(document.get<std::int64_t>("whole"), -42);
    EXPECT_EQ(document.get<double>("half"), 0.5);
    EXPECT_TRUE(std::holds_alternative<json_nested>(*document.object->find("list")));
    EXPECT_TRUE(std::holds_alternative<json_nested>(*document.object->find("map")));
    EXPECT_EQ(document.object->find("a"), nullptr) << "names of inner objects are not those of the outer one";
    EXPECT_EQ(document.object->members().size(), 8U);
}

TEST(json_reader, empty_object_has_no_members) {
    EXPECT_TRUE(parsed{"{}"}.ok());
    EXPECT_TRUE(parsed{"\t\r\n { } \n"}.ok());
}

TEST(json_reader, every_escape_is_decoded_in_place) {
    const parsed document{
        R"({"a":"\"\\\/\b\f\n\r\t","b":"\u0041\u00e9\u20AC\ud83d\ude00","c":"\u0000x","\u006b":"v"})"};
    ASSERT_TRUE(document.ok()) << document.complaint();
    EXPECT_EQ(document.text("a"), "\"\\/\b\f\n\r\t");
    EXPECT_EQ(document.text("b"), "Aé€😀");
    EXPECT_EQ(document.text("c"), "\0x"s);
    EXPECT_EQ(document.text("k"), "v");
    const auto* const begin = document.octets.data();
    const auto where = std::get<std::span<char>>(*document.object->find("b"));
    EXPECT_TRUE(where.data() >= begin && where.data() + where.size() <= begin + document.octets.size());
}

TEST(json_reader, whole_numbers_of_64_bits_are_exact) {
    const parsed document{
        R"({"max":9223372036854775807,"min":-9223372036854775808,"odd":9007199254740993,"zero":-0,"exp":1e2,"frac":22.0})"};
    ASSERT_TRUE(document.ok()) << document.complaint();
    EXPECT_EQ(document.get<std::int64_t>("max"), INT64_MAX);
    EXPECT_EQ(document.get<std::int64_t>("min"), INT64_MIN);
    EXPECT_EQ(document.get<std::int64_t>("odd"), 9007199254740993);
    EXPECT_EQ(document.get<std::int64_t>("zero"), 0);
    EXPECT_EQ(document.get<double>("exp"), 100.0);
    EXPECT_EQ(document.get<double>("frac"), 22.0);
}

TEST(json_reader, whole_number_beyond_64_bits_is_no_integer) {
    const parsed document{R"({"a":9223372036854775808,"b":18446744073709551616})"};
    ASSERT_TRUE(document.ok());
    EXPECT_EQ(document.get<double>("a"), 9223372036854775808.0);
    EXPECT_EQ(document.get<double>("b"), 18446744073709551616.0);
}

class json_refused : public testing::TestWithParam<std::string> {};

TEST_P(json_refused, document_is_a_bad_request) {
    const parsed document{GetParam()};
    ASSERT_FALSE(document.ok()) << GetParam();
    EXPECT_EQ(document.object.error().code, errc::bad_request);
    EXPECT_EQ(document.object.error().where, base::phase::request);
}

INSTANTIATE_TEST_SUITE_P(other_than_one_object, json_refused,
                         testing::Values("", " ", "null", "[]", "1", "\"x\"", "true", "{bad", "{", "}", "{}{}", "{} x",
                                         "{},", "[{}]", "{}\0"s));
INSTANTIATE_TEST_SUITE_P(structure, json_refused,
                         testing::Values(R"({"a"})", R"({"a":})", R"({"a":1,})", R"({,"a":1})", R"({"a":1 "b":2})",
                                         R"({"a":[1,]})", R"({"a":[,1]})", R"({"a":[1 2]})", R"({"a":[1})",
                                         R"({"a":{"b":1]})", R"({a:1})", R"({'a':1})", R"({1:1})", R"({"a"=1})",
                                         R"({"a":1;"b":2})", "{\"a\":1,/**/\"b\":2}", "{\"a\":1}//x"));
INSTANTIATE_TEST_SUITE_P(numbers, json_refused,
                         testing::Values(R"({"a":01})", R"({"a":-})", R"({"a":+1})", R"({"a":.5})", R"({"a":1.})",
                                         R"({"a":1e})", R"({"a":1e+})", R"({"a":0x10})", R"({"a":NaN})",
                                         R"({"a":Infinity})", R"({"a":-Infinity})", R"({"a":1e400})", R"({"a":-1e400})",
                                         R"({"a":1_000})", R"({"a":--1})", R"({"a":00})",
                                         R"({"a":)" + std::string(65, '1') + "}"));
INSTANTIATE_TEST_SUITE_P(literals, json_refused,
                         testing::Values(R"({"a":True})", R"({"a":nul})", R"({"a":undefined})", R"({"a":truefalse})",
                                         R"({"a":null1})"));
INSTANTIATE_TEST_SUITE_P(strings, json_refused,
                         testing::Values("{\"a\":\"x}", "{\"a\":\"\n\"}", "{\"a\":\"\0\"}"s, R"({"a":"\x41"})",
                                         R"({"a":"\u12"})", R"({"a":"\u12G4"})", R"({"a":"\U0041"})",
                                         R"({"a":"\ud800"})", R"({"a":"\ud800x"})", R"({"a":"\ud800\n"})",
                                         R"({"a":"\ud800\ud800"})", R"({"a":"\udc00"})", R"({"a":"\udc00\ud800"})",
                                         R"({"a\u0000b":1})"));
INSTANTIATE_TEST_SUITE_P(encodings, json_refused,
                         testing::Values("\xEF\xBB\xBF{}", "{\"a\":\"\xE9\"}", "{\"a\":\"\xC0\xAF\"}",
                                         "{\"a\":\"\xED\xA0\x80\"}", "{\"a\":\"\xF4\x90\x80\x80\"}", "{}\xFF",
                                         "\0{\0}"s));
INSTANTIATE_TEST_SUITE_P(names_twice, json_refused,
                         testing::Values(R"({"host":"a","host":"b"})", R"({"host":"a","x":1,"\u0068ost":"b"})",
                                         R"({"host":null,"host":"b"})", R"({"x":{"a":1,"a":1}})",
                                         R"({"x":[{"":1,"":1}]})"));

TEST(json_reader, equal_names_in_different_objects_are_fine) {
    EXPECT_TRUE(parsed{R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})"}.ok());
}

TEST(json_reader, depth_is_counted_from_the_outermost_object) {
    const auto nested = [](std::size_t depth) {
        return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
    };
    EXPECT_TRUE(parsed{nested(32)}.ok());
    EXPECT_FALSE(parsed{nested(33)}.ok());
    EXPECT_FALSE(parsed{nested(500'000)}.ok()) << "and the stack holds";
    EXPECT_FALSE(parsed{R"({"a":)" + std::string(500'000, '[')}.ok());
}

TEST(json_reader, siblings_do_not_add_to_the_depth) {
    std::string text = "{\"a\":[";
    for (int i = 0; i < 100; ++i)
        text += i == 0 ? "[[]],{}" : ",[[]],{\"x\":[]}";
    EXPECT_TRUE(parsed{text + "]}"}.ok());
}

TEST(json_reader, values_are_counted_in_the_whole_document) {
    const auto with_values = [](std::size_t count) {
        std::string text = "{\"a\":[0";
        for (std::size_t i = 2; i < count; ++i)
            text += ",0";
        return text + "]}";
    };
    EXPECT_TRUE(parsed{with_values(4096)}.ok());
    EXPECT_FALSE(parsed{with_values(4097)}.ok());
}

TEST(json_reader, a_hundred_thousand_names_are_refused_at_the_limit) {
    std::string text = "{";
    for (int i = 0; i < 100'000; ++i)
        text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":1";
    EXPECT_NE(parsed{text + "}"}.complaint().find("too many values"), std::string::npos);
}

TEST(json_reader, every_truncation_is_refused) {
    const std::string whole = R"({"a":"b\u00e9\\","c":[1,-2.5e3,true,null,{"d":"\ud83d\ude00"}],"e":false})";
    ASSERT_TRUE(parsed{whole}.ok());
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_FALSE(parsed{whole.substr(0, length)}.ok()) << whole.substr(0, length);
    for (int octet = 0; octet < 256; ++octet) {
        const auto c = static_cast<char>(octet);
        const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        EXPECT_EQ(parsed{whole + c}.ok(), blank) << octet;
    }
}

TEST(json_reader, complaint_tells_the_place_and_not_the_content) {
    const parsed document{R"({"password":"hunter2" "x":1})"};
    EXPECT_NE(document.complaint().find("octet 22"), std::string::npos) << document.complaint();
    EXPECT_EQ(document.complaint().find("hunter2"), std::string::npos);
}

/// Boost.JSON as the second opinion: on every document it parses as an object, both agree on every text and number.
TEST(json_reader, agrees_with_another_implementation_after_any_one_octet_changed) {
    const std::string whole = R"({"a":"b\u00e9\\\n","c":[1,2],"d":-12,"e":2.5,"f":null,"g":true})";
    std::size_t both = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const char c : std::string_view{"\"\\{}[]:,0-.eEntu \x01\x7F\xC3"}) {
            auto text = whole;
            text[at] = c;
            boost::system::error_code failure;
            const auto theirs = boost::json::parse(text, failure);
            const parsed ours{text};
            const bool they_take_it = !failure && theirs.is_object();
            if (ours.ok()) {
                ASSERT_TRUE(they_take_it) << text;
            }
            if (!ours.ok() || !they_take_it) continue;
            ++both;
            for (const auto& [name, value] : theirs.as_object()) {
                if (value.is_string()) EXPECT_EQ(ours.text(name), std::string_view{value.as_string()}) << text;
                if (value.is_int64()) EXPECT_EQ(ours.get<std::int64_t>(name), value.as_int64()) << text;
                if (value.is_null()) EXPECT_EQ(ours.object->find(name), nullptr) << text;
            }
        }
    }
    EXPECT_GT(both, 100U);
}

}  // namespace
}  // namespace gangway::api
