#include "file_target.hpp"

#include <gangway/api/answer.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::api {
namespace {

using namespace std::literals;

/// The path that a URL means, with " folder" behind it if it means one; "refused" if it means nothing.
std::string meaning(std::string_view rest) {
    const auto target = parse_file_target(rest);
    if (target) return target->path.octets() + (target->folder ? " folder" : "");
    EXPECT_EQ(classify(target.error().code).code, "bad_request");
    EXPECT_EQ(target.error().fact_named("field"), "path");
    return "refused";
}

TEST(file_target, paths_begin_at_the_root) {
    EXPECT_EQ(meaning("a"), "/a");
    EXPECT_EQ(meaning("a/b/c.txt"), "/a/b/c.txt");
    EXPECT_EQ(meaning(""), "/ folder");
    EXPECT_EQ(meaning("a/b/"), "/a/b folder");
}

TEST(file_target, tilde_is_where_the_login_lands) {
    EXPECT_EQ(meaning("~/a/b"), "a/b");
    EXPECT_EQ(meaning("%7E/a"), "a") << "an encoded letter is the letter";
    EXPECT_EQ(meaning("~"), ".");
    EXPECT_EQ(meaning("~/"), ". folder");
    EXPECT_EQ(meaning("~x"), "/~x");
    EXPECT_EQ(meaning("a/~"), "/a/~");
    EXPECT_EQ(meaning("~/~"), "~");
}

TEST(file_target, octets_are_decoded_once) {
    EXPECT_EQ(meaning("a%20b"), "/a b");
    EXPECT_EQ(meaning("%e9%C3%A9"), "/\xE9\xC3\xA9");
    EXPECT_EQ(meaning("%252e%252e"), "/%2e%2e");
    EXPECT_EQ(meaning("a+b"), "/a+b");
    EXPECT_EQ(meaning("..;/a\\b"), "/..;/a\\b") << "a name like any other";
    EXPECT_EQ(meaning("%0d%0a"), "/\r\n");
}

TEST(file_target, what_could_mean_two_things_is_refused) {
    for (const auto rest : {"/"sv,   "//"sv,  "/a"sv,    "a//b"sv,   "a//"sv, "."sv,        ".."sv,     "./"sv,
                            "../"sv, "a/."sv, "a/.."sv,  "a/../b"sv, "%2e"sv, "%2E%2e/x"sv, "a/.%2e"sv, "a%2fb"sv,
                            "%2F"sv, "%00"sv, "a%00b"sv, "~/.."sv,   "~//"sv, "~/%2fetc"sv})
        EXPECT_EQ(meaning(rest), "refused") << rest;
}

TEST(file_target, percent_signs_need_two_digits) {
    for (const auto rest : {"%"sv, "%2"sv, "a%"sv, "%zz"sv, "%2x"sv, "%%41"sv, "%-1"sv, "% 1"sv, "%+1"sv, "%0x41"sv})
        EXPECT_EQ(meaning(rest), "refused") << rest;
}

TEST(file_target, longest_path_is_that_of_every_call) {
    EXPECT_EQ(meaning(std::string(4095, 'x')).size(), 4096U);
    EXPECT_EQ(meaning(std::string(4096, 'x')), "refused");
}

}  // namespace
}  // namespace gangway::api
