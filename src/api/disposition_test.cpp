#include "disposition.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace gangway::api {
namespace {

using namespace std::literals;

std::string both(std::string_view ascii, std::string_view encoded) {
    return "attachment; filename=\"" + std::string{ascii} + "\"; filename*=UTF-8''" + std::string{encoded};
}

TEST(disposition, plain_names_stay_as_they_are) {
    EXPECT_EQ(attachment("report-2026.pdf"), both("report-2026.pdf", "report-2026.pdf"));
    EXPECT_EQ(attachment("a b"), both("a b", "a%20b"));
}

TEST(disposition, names_beyond_ascii_are_whole_in_the_second_form) {
    // RFC 8187 section 3.2.3 has these two.
    EXPECT_EQ(attachment("\xC2\xA3 and \xE2\x82\xAC rates"), both("_ and _ rates", "%C2%A3%20and%20%E2%82%AC%20rates"));
    EXPECT_EQ(attachment("\xF0\x9F\x93\x84"), both("_", "%F0%9F%93%84"));
}

TEST(disposition, nothing_breaks_the_line_or_the_quotes) {
    EXPECT_EQ(attachment("a\r\nb"), both("a__b", "a__b"));
    EXPECT_EQ(attachment("a\"b;c%0d%0a"), both("a_b_c_0d_0a", "a%22b%3Bc%250d%250a"));
    EXPECT_EQ(attachment("\x1b[2J\x07\x7f"sv), both("_[2J__", "_%5B2J__"));
    EXPECT_EQ(attachment("a\0b"sv), both("a_b", "a_b"));
    EXPECT_EQ(attachment("\xC2\x9B"
                         "x"),
              both("_x", "_x"))
        << "C1";
}

TEST(disposition, nothing_leads_out_of_the_folder_or_hides_the_end) {
    EXPECT_EQ(attachment("..\\..\\x"), both(".._.._x", ".._.._x"));
    EXPECT_EQ(attachment("a/b"), both("a_b", "a_b"));
    for (const auto* const mark : {"\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069", "\u2028", "\u2029"})
        EXPECT_EQ(attachment("inv"s + mark + "fdp.exe"), both("inv_fdp.exe", "inv_fdp.exe"));
}

TEST(disposition, octets_that_are_no_text_are_marked_one_by_one) {
    EXPECT_EQ(attachment("caf\xE9"), both("caf_", "caf_"));
    EXPECT_EQ(attachment("\xF0\x9F\x93"), both("___", "___")) << "cut character";
    EXPECT_EQ(attachment("\xC0\xAE"), both("__", "__")) << "overlong";
    EXPECT_EQ(attachment("\x80\x80"), both("__", "__"));
}

TEST(disposition, long_names_are_cut_at_a_character) {
    const auto field = attachment(std::string(254, 'x') + "\xC3\xA9" + std::string(10000, 'y'));
    EXPECT_EQ(field, both(std::string(254, 'x'), std::string(254, 'x')));
    EXPECT_LT(attachment(std::string(4096, '\xFF')).size(), 600U);
}

TEST(disposition, no_name_is_a_name) {
    EXPECT_EQ(attachment(""), both("download", "download"));
}

TEST(disposition, every_octet_leaves_one_line_of_visible_ascii) {
    for (int octet = 0; octet < 256; ++octet) {
        const auto field = attachment("a"s + static_cast<char>(octet) + "b");
        EXPECT_TRUE(std::ranges::all_of(field, [](char c) { return c >= 0x20 && c < 0x7F; })) << octet;
        EXPECT_EQ(std::ranges::count(field, '"'), 2) << octet;
    }
}

}  // namespace
}  // namespace gangway::api
