#include <gangway/base/base64.hpp>

#include <gtest/gtest.h>

#include <utility>

namespace gangway::base {
namespace {

using namespace std::string_view_literals;

/// RFC 4648, section 10.
constexpr std::pair<std::string_view, std::string_view> vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

TEST(base64, vectors_of_rfc_4648_both_ways) {
    for (const auto& [octets, text] : vectors) {
        EXPECT_EQ(to_base64(octets), text);
        EXPECT_EQ(from_base64(text), octets) << text;
    }
}

TEST(base64, padding_can_be_left_out) {
    for (const auto& [octets, padded] : vectors) {
        const auto text = padded.substr(0, padded.find('='));
        EXPECT_EQ(to_base64(octets, base64_padding::without), text);
        EXPECT_EQ(from_base64(text), octets) << text;
    }
    EXPECT_EQ(from_base64("Zg="), "f");
}

TEST(base64, url_alphabet_has_no_padding_and_its_own_last_two_characters) {
    for (const auto& [octets, padded] : vectors)
        EXPECT_EQ(to_base64url(octets), padded.substr(0, padded.find('=')));
    // RFC 4648, section 5: 62 is '-', 63 is '_'.
    EXPECT_EQ(to_base64("\xfb\xef\xff\xfe"sv), "++///g==");
    EXPECT_EQ(to_base64url("\xfb\xef\xff\xfe"sv), "--___g");
}

TEST(base64, all_octets_survive) {
    std::string octets;
    for (int i = 0; i < 256; ++i)
        octets.push_back(static_cast<char>(i));
    EXPECT_EQ(from_base64(to_base64(octets)), octets);
    EXPECT_EQ(to_base64("\xfb\xff\xbf"), "+/+/");
    EXPECT_EQ(from_base64("+/+/"), "\xfb\xff\xbf");
    EXPECT_EQ(from_base64("AAAA"), "\0\0\0"sv);
}

TEST(base64, white_space_may_stand_anywhere) {
    EXPECT_EQ(from_base64(" Zm\r\n9v\tYg = = \n"), "foob");
    EXPECT_EQ(from_base64(" \r\n\t"), "");
}

TEST(base64, unused_bits_of_the_last_character_are_ignored) {
    EXPECT_EQ(from_base64("Zh=="), "f");
    EXPECT_EQ(from_base64("Zm9="), "fo");
}

TEST(base64, lengths_that_no_octets_have_are_refused) {
    EXPECT_FALSE(from_base64("Z"));
    EXPECT_FALSE(from_base64("Zm9vY"));
    EXPECT_FALSE(from_base64("Z==="));
}

TEST(base64, padding_that_does_not_belong_is_refused) {
    for (const auto text : {"=", "====", "Zg===", "Zm8==", "Zm9v=", "Zm9v====", "Zg==Zg==", "Z=g=", "Zm8=v"})
        EXPECT_FALSE(from_base64(text)) << text;
}

TEST(base64, everything_outside_the_alphabet_is_refused) {
    constexpr auto allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/ \t\r\n="sv;
    for (int i = 0; i < 256; ++i) {
        const char c = static_cast<char>(i);
        const std::string text{'Z', 'm', '9', c};
        EXPECT_EQ(from_base64(text).has_value(), allowed.contains(c)) << i;
    }
    EXPECT_FALSE(from_base64("_-8="));
    EXPECT_FALSE(from_base64("hello world!"));
}

}  // namespace
}  // namespace gangway::base
