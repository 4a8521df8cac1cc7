#include <gangway/base/utf8.hpp>
#include <gangway/model/destination_key.hpp>
#include <gangway/transfer/safe_name.hpp>

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace gangway::transfer {
namespace {

using namespace std::string_literals;

std::string safe(std::string_view octets) {
    return finish_component(escape_octets(octets));
}

TEST(safe_name, ordinary_names_stay_as_they_are) {
    for (const auto& name : {"orders.csv"s, "Price list (2026), v2 [final].pdf"s, "Müller & Söhne.txt"s, "報告書.xlsx"s,
                             "a-b_c+d=e@f,g;h!#$&'^`{}"s, "😀.png"s})
        EXPECT_EQ(safe(name), name);
}

TEST(safe_name, ways_out_of_a_folder_are_no_longer_any) {
    EXPECT_EQ(safe(".."), "%2E%2E");
    EXPECT_EQ(safe("."), "%2E");
    EXPECT_EQ(safe("../../x"), "%2E.%2F..%2Fx");
    EXPECT_EQ(safe("/etc/passwd"), "%2Fetc%2Fpasswd");
    EXPECT_EQ(safe(R"(..\x)"), "%2E.%5Cx");
    EXPECT_EQ(safe("C:x"), "C%3Ax");
    EXPECT_EQ(safe(""), "~");
}

TEST(safe_name, invisible_and_broken_octets_are_escaped) {
    EXPECT_EQ(safe("a\0b"s), "a%00b");
    EXPECT_EQ(safe("a\r\n\t\x1b[2J\x7f"), "a%0D%0A%09%1B[2J%7F");
    EXPECT_EQ(safe("caf\xe9"), "caf%E9");
    EXPECT_EQ(safe("\xc0\xaf"), "%C0%AF");
    EXPECT_EQ(safe("a\xc2\x85"), "a%C2%85");
    EXPECT_EQ(safe("inv\u202efdp.exe"), "inv%E2%80%AEfdp.exe");
    EXPECT_EQ(safe("100%"), "100%25");
    EXPECT_EQ(safe("x~"), "x%7E");
}

TEST(safe_name, names_with_a_meaning_are_taken_apart) {
    EXPECT_EQ(safe("CON"), "%43ON");
    EXPECT_EQ(safe("nul.txt"), "%6Eul.txt");
    EXPECT_EQ(safe("Com1"), "%43om1");
    EXPECT_EQ(safe("lpt9.tar.gz"), "%6Cpt9.tar.gz");
    EXPECT_EQ(safe("CON .x"), "%43ON .x");
    EXPECT_EQ(safe("console"), "console");
    EXPECT_EQ(safe("com10"), "com10");
    EXPECT_EQ(safe("-rf"), "%2Drf");
    EXPECT_EQ(safe(".gangway-1-1.part"), "%2Egangway-1-1.part");
    EXPECT_EQ(safe(" a"), "%20a");
    EXPECT_EQ(safe("a "), "a%20");
    EXPECT_EQ(safe("a."), "a%2E");
    EXPECT_EQ(safe("a.."), "a.%2E");
    EXPECT_EQ(safe(" "), "%20");
    EXPECT_EQ(safe("-"), "%2D");
}

TEST(safe_name, too_long_name_ends_with_its_hash_and_extension) {
    const auto name = std::string(300, 'a') + ".csv";
    const auto made = safe(name);
    EXPECT_EQ(made.size(), longest_safe_component);
    EXPECT_TRUE(made.starts_with("aaaa"));
    EXPECT_TRUE(made.ends_with(".csv"));
    EXPECT_EQ(made[longest_safe_component - 4 - 33], '~');
    EXPECT_NE(made, safe(std::string(301, 'a') + ".csv"));
    EXPECT_EQ(safe(std::string(200, 'a')), std::string(200, 'a'));
    // The extension counts only where it is short.
    EXPECT_EQ(safe("a." + std::string(300, 'b'))[longest_safe_component - 33], '~');
}

TEST(safe_name, shortening_cuts_no_character_and_no_escape) {
    for (std::size_t front = 0; front < 8; ++front) {
        std::string name(front, 'a');
        for (int i = 0; i < 100; ++i)
            name += "報";
        EXPECT_TRUE(base::is_utf8(safe(name)));
        const auto made = safe(std::string(front, 'a') + std::string(100, '\x01'));
        EXPECT_EQ((made.find('~') - front) % 3, 0U);
    }
}

TEST(safe_name, no_two_names_become_one_and_each_is_a_component) {
    std::mt19937 random{7};
    const std::string alphabet =
        "aC.O%~/N -\\\xc3\xa9\x01"
        "2E5"s +
        '\0';
    std::map<std::string, std::string> seen;
    for (int round = 0; round < 200'000; ++round) {
        std::string name;
        for (auto left = random() % 6; left > 0; --left)
            name += alphabet[random() % alphabet.size()];
        const auto [place, is_new] = seen.emplace(safe(name), name);
        ASSERT_EQ(place->second, name) << place->first;
        if (is_new) ASSERT_TRUE(model::destination_key::parse(place->first)) << place->first;
        ASSERT_FALSE(place->first.contains('/'));
    }
    EXPECT_GT(seen.size(), 10'000U);
}

}  // namespace
}  // namespace gangway::transfer
