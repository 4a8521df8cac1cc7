#include <gangway/base/escape.hpp>
#include <gangway/base/utf8.hpp>

#include <gtest/gtest.h>

namespace gangway::base {
namespace {

using namespace std::string_view_literals;

TEST(escape, printable_text_of_any_script_stays) {
    EXPECT_EQ(escape(""), "");
    EXPECT_EQ(escape("No such file"), "No such file");
    EXPECT_EQ(escape("höher, 日本語, 😀, עברית"), "höher, 日本語, 😀, עברית");
    EXPECT_EQ(escape("\"quotes\" & <tags>"), "\"quotes\" & <tags>");
}

TEST(escape, control_characters_are_shown_as_escapes) {
    EXPECT_EQ(escape("a\nb\rc\td"), "a\\nb\\rc\\td");
    EXPECT_EQ(escape("\x1b[2J\x07\x7f\0"sv), "\\x1b[2J\\x07\\x7f\\x00");
    EXPECT_EQ(escape("\u0080\u009b31m"), "\\u{0080}\\u{009b}31m");
}

TEST(escape, octets_that_are_not_utf8_are_shown_one_by_one) {
    EXPECT_EQ(escape("caf\xe9"), "caf\\xe9");
    EXPECT_EQ(escape("\x9b"
                     "31m"),
              "\\x9b31m");
    EXPECT_EQ(escape("\xed\xa0\x80"), "\\xed\\xa0\\x80");
    EXPECT_EQ(escape("\xe2\x82"), "\\xe2\\x82");
}

TEST(escape, backslash_is_doubled_so_that_no_name_can_imitate_an_escape) {
    EXPECT_EQ(escape("\\x1b"), "\\\\x1b");
    EXPECT_EQ(escape("C:\\dir"), "C:\\\\dir");
}

TEST(escape, characters_that_change_what_people_see_are_shown) {
    EXPECT_EQ(escape("inv\u202Efdp.exe"), "inv\\u{202e}fdp.exe");
    EXPECT_EQ(escape("\u200E\u200F\u061C"), "\\u{200e}\\u{200f}\\u{061c}");
    EXPECT_EQ(escape("\u2028\u2029\u2066\u2069\uFEFF"), "\\u{2028}\\u{2029}\\u{2066}\\u{2069}\\u{feff}");
    EXPECT_EQ(escape("\U000E0041"), "\\u{e0041}");
}

TEST(escape, limit_counts_characters_of_the_input) {
    EXPECT_EQ(escape("abcd", 4), "abcd");
    EXPECT_EQ(escape("abcde", 4), "abcd…");
    EXPECT_EQ(escape("ä\nöü", 3), "ä\\nö…");
    EXPECT_EQ(escape("a", 0), "…");
    EXPECT_EQ(escape("", 0), "");
    EXPECT_EQ(escape(std::string(257, 'x')), std::string(256, 'x') + "…");
}

TEST(escape, every_octet_becomes_printable_text) {
    std::string all;
    for (int i = 0; i < 256; ++i)
        all.push_back(static_cast<char>(i));
    const auto shown = escape(all, all.size());
    EXPECT_TRUE(is_utf8(shown));
    for (const char c : shown)
        EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != '\x7f');
}

}  // namespace
}  // namespace gangway::base
