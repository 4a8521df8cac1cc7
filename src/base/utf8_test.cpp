#include <gangway/base/utf8.hpp>

#include <gtest/gtest.h>

namespace gangway::base {
namespace {

using namespace std::string_view_literals;

/// The first and last character of every length, and the neighbours of the surrogates.
constexpr std::string_view whole[] = {"\0"sv,
                                      "A",
                                      "\x7f",
                                      "\xc2\x80",
                                      "\xdf\xbf",
                                      "\xe0\xa0\x80",
                                      "\xed\x9f\xbf",
                                      "\xee\x80\x80",
                                      "\xef\xbf\xbf",
                                      "\xf0\x90\x80\x80",
                                      "\xf4\x8f\xbf\xbf"};

/// Unicode Standard, section 3.9: what is not well-formed.
constexpr std::string_view malformed[] = {
    "\x80",              // a continuation on its own
    "\xbf",              //
    "\xc0\x80",          // overlong NUL
    "\xc1\xbf",          // overlong
    "\xe0\x80\xaf",      // overlong slash
    "\xe0\x9f\xbf",      // overlong
    "\xf0\x80\x80\xaf",  // overlong slash
    "\xf0\x8f\xbf\xbf",  // overlong
    "\xed\xa0\x80",      // first surrogate
    "\xed\xbf\xbf",      // last surrogate
    "\xf4\x90\x80\x80",  // above U+10FFFF
    "\xf5\x80\x80\x80",  // lead octets that do not exist
    "\xf8\x88\x80\x80\x80",
    "\xfe",
    "\xff",
    "\xc2\x41",  // a letter where a continuation must be
    "\xe2\x82\x41",
};

TEST(utf8_sequence, boundaries_of_every_length_are_well_formed) {
    for (const auto character : whole) {
        EXPECT_EQ(utf8_sequence(character), character.size()) << testing::PrintToString(character);
        EXPECT_TRUE(is_utf8(character)) << testing::PrintToString(character);
    }
}

TEST(utf8_sequence, only_the_front_counts) {
    EXPECT_EQ(utf8_sequence("é\xff"), 2U);
    EXPECT_EQ(utf8_sequence(""), 0U);
}

TEST(utf8_sequence, malformed_front_has_no_length) {
    for (const auto octets : malformed) {
        EXPECT_EQ(utf8_sequence(octets), 0U) << testing::PrintToString(octets);
        EXPECT_FALSE(is_utf8(octets)) << testing::PrintToString(octets);
    }
}

TEST(utf8_sequence, every_truncation_of_a_character_is_malformed) {
    for (const auto character : whole)
        for (std::size_t length = 1; length < character.size(); ++length)
            EXPECT_EQ(utf8_sequence(character.substr(0, length)), 0U) << testing::PrintToString(character);
}

TEST(is_utf8, long_text_is_looked_at_to_its_end) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("plain, höher, 日本語, 😀, plain"));
    EXPECT_FALSE(is_utf8("plain, höher, 日本語, 😀, plain \xe9"));
    EXPECT_FALSE(is_utf8("\xe9 plain"));
}

TEST(to_utf8, well_formed_text_stays_as_it_is) {
    EXPECT_EQ(to_utf8("höher\0日本語"sv), "höher\0日本語"sv);
    EXPECT_EQ(to_utf8(""), "");
}

TEST(to_utf8, every_stray_octet_becomes_one_replacement_character) {
    EXPECT_EQ(to_utf8("a\xff\xfe z"), "a\uFFFD\uFFFD z");
    EXPECT_EQ(to_utf8("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");
    EXPECT_EQ(to_utf8("\xe2\x82"), "\uFFFD\uFFFD");
}

TEST(utf8_cut_tail, whole_text_has_none) {
    EXPECT_EQ(utf8_cut_tail(""), 0U);
    EXPECT_EQ(utf8_cut_tail("abc"), 0U);
    for (const auto character : whole)
        EXPECT_EQ(utf8_cut_tail(character), 0U) << testing::PrintToString(character);
}

TEST(utf8_cut_tail, every_cut_of_a_character_is_found) {
    for (const auto character : whole)
        for (std::size_t length = 1; length < character.size(); ++length)
            EXPECT_EQ(utf8_cut_tail(std::string{"text"}.append(character.substr(0, length))), length)
                << testing::PrintToString(character);
}

TEST(utf8_cut_tail, malformed_end_is_not_a_cut) {
    for (const auto octets : malformed)
        EXPECT_EQ(utf8_cut_tail(octets), 0U) << testing::PrintToString(octets);
    EXPECT_EQ(utf8_cut_tail("\xe0\x80"), 0U);
    EXPECT_EQ(utf8_cut_tail("\x80\x80\x80\x80"), 0U);
}

}  // namespace
}  // namespace gangway::base
