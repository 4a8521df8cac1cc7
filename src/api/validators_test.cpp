#include "validators.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace gangway::api {
namespace {

constexpr std::uint32_t new_year = 1767225600;
constexpr auto tag = "\"1000-6955b900\"";
constexpr auto date = "Thu, 01 Jan 2026 00:00:00 GMT";
constexpr auto second_before = "Wed, 31 Dec 2025 23:59:59 GMT";

const sftp::attributes file{.size = 4096, .mtime = new_year};

verdict decide(std::string method, std::vector<resource_request::owned_field> fields,
               const std::optional<sftp::attributes>& about = file) {
    return check_conditions({.method = std::move(method), .fields = std::move(fields)}, about);
}

TEST(validators, tag_is_made_of_size_and_time) {
    EXPECT_EQ(entity_tag(file), tag);
    EXPECT_EQ(entity_tag({.size = 0, .mtime = 0}), "\"0-0\"");
    EXPECT_EQ(entity_tag({.size = ~0ULL, .mtime = ~0U}), "\"ffffffffffffffff-ffffffff\"");
    EXPECT_EQ(entity_tag({.size = 1}), "");
    EXPECT_EQ(entity_tag({.mtime = 1}), "");
}

TEST(validators, dates_go_both_ways) {
    EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110 section 5.6.7
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777U);
    EXPECT_EQ(http_date(~0U), "Sun, 07 Feb 2106 06:28:15 GMT");
    EXPECT_EQ(parse_http_date("Sun, 07 Feb 2106 06:28:15 GMT"), ~0U);
    EXPECT_EQ(parse_http_date(http_date(0)), 0U);
}

TEST(validators, other_dates_are_none) {
    for (const auto* const text : {"", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT ",
                                   "Sun, 07 Feb 2106 06:28:16 GMT", "Wed, 31 Dec 1969 23:59:59 GMT",
                                   "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "784111777"})
        EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
}

TEST(validators, if_none_match_looks_for_news) {
    for (const auto* const known :
         {tag, "*", "W/\"1000-6955b900\"", "\"a,b\", \"1000-6955b900\"", "\"x\" ,\t\"1000-6955b900\" , \"y\""}) {
        EXPECT_EQ(decide("GET", {{"If-None-Match", known}}), verdict::not_modified) << known;
        EXPECT_EQ(decide("HEAD", {{"if-none-match", known}}), verdict::not_modified) << known;
        EXPECT_EQ(decide("PUT", {{"If-None-Match", known}}), verdict::failed) << known;
    }
    for (const auto* const known : {"\"1000-6955b901\"", "", "1000-6955b900", "\"1000-6955b900", "x\"1000-6955b900\"",
                                    "\"a\" \"1000-6955b900\"", "\"a, \"1000-6955b900\""})
        EXPECT_EQ(decide("GET", {{"If-None-Match", known}}), verdict::go_on) << known;
}

TEST(validators, if_match_names_the_version_strongly) {
    for (const auto* const wanted : {tag, "*", "\"a\", \"1000-6955b900\""})
        EXPECT_EQ(decide("PUT", {{"If-Match", wanted}}), verdict::go_on) << wanted;
    for (const auto* const wanted : {"\"a\"", "W/\"1000-6955b900\"", ""})
        EXPECT_EQ(decide("PUT", {{"If-Match", wanted}}), verdict::failed) << wanted;
}

TEST(validators, what_is_not_there_matches_nothing) {
    for (const auto* const wanted : {tag, "*"}) {
        EXPECT_EQ(decide("PUT", {{"If-Match", wanted}}, std::nullopt), verdict::failed);
        EXPECT_EQ(decide("PUT", {{"If-None-Match", wanted}}, std::nullopt), verdict::go_on);
    }
    EXPECT_EQ(decide("PUT", {{"If-Unmodified-Since", date}}, std::nullopt), verdict::go_on);
}

TEST(validators, file_without_a_tag_is_there_but_no_version_of_it_is_known) {
    EXPECT_EQ(decide("PUT", {{"If-Match", "*"}}, sftp::attributes{}), verdict::go_on);
    EXPECT_EQ(decide("PUT", {{"If-Match", "\"\""}}, sftp::attributes{}), verdict::failed);
    EXPECT_EQ(decide("GET", {{"If-Modified-Since", date}}, sftp::attributes{}), verdict::go_on);
}

TEST(validators, dates_decide_where_no_tag_is_named) {
    EXPECT_EQ(decide("GET", {{"If-Modified-Since", date}}), verdict::not_modified);
    EXPECT_EQ(decide("GET", {{"If-Modified-Since", second_before}}), verdict::go_on);
    EXPECT_EQ(decide("PUT", {{"If-Modified-Since", date}}), verdict::go_on) << "for those who only look";
    EXPECT_EQ(decide("PUT", {{"If-Unmodified-Since", date}}), verdict::go_on);
    EXPECT_EQ(decide("PUT", {{"If-Unmodified-Since", second_before}}), verdict::failed);
    EXPECT_EQ(decide("GET", {{"If-None-Match", "\"x\""}, {"If-Modified-Since", date}}), verdict::go_on);
    EXPECT_EQ(decide("PUT", {{"If-Match", tag}, {"If-Unmodified-Since", second_before}}), verdict::go_on);
}

TEST(validators, range_is_of_the_version_that_the_client_has) {
    const auto applies = [](std::string condition, const sftp::attributes& about = file) {
        return range_applies({.fields = {{"If-Range", std::move(condition)}}}, about);
    };
    EXPECT_TRUE(range_applies({}, file));
    EXPECT_TRUE(applies(tag));
    EXPECT_TRUE(applies(date));
    EXPECT_FALSE(applies(std::string{"W/"} + tag));
    EXPECT_FALSE(applies("\"x\""));
    EXPECT_FALSE(applies(second_before));
    EXPECT_FALSE(applies("", {}));
}

}  // namespace
}  // namespace gangway::api
