#include <gangway/model/errors.hpp>
#include <gangway/model/glob.hpp>

#include <gtest/gtest.h>

namespace gangway::model {
namespace {

using namespace std::string_literals;

bool matches(std::string_view pattern, std::string_view path) {
    return glob::parse(pattern, "include").value().matches(path);
}

/// The same language by recursion, as slow as it likes: `**/` and `**` apart from the rest, no sets.
bool simple(std::string_view pattern, std::string_view text, bool starts = true) {
    if (pattern.empty()) return text.empty();
    if (starts && pattern.starts_with("**/")) {
        if (simple(pattern.substr(3), text)) return true;
        for (std::size_t i = 1; i < text.size(); ++i)
            if (text[i] == '/' && text[0] != '/' && simple(pattern.substr(3), text.substr(i + 1))) return true;
        return false;
    }
    if (pattern.starts_with("*")) {
        const bool all = pattern.starts_with("**");
        const auto rest = pattern.substr(std::min(pattern.find_first_not_of('*'), pattern.size()));
        for (std::size_t i = 0;; ++i) {
            if (simple(rest, text.substr(i), false)) return true;
            if (i == text.size() || (!all && text[i] == '/')) return false;
        }
    }
    if (text.empty() || (pattern[0] == '?' ? text[0] == '/' : text[0] != pattern[0])) return false;
    return simple(pattern.substr(1), text.substr(1), pattern[0] == '/');
}

TEST(glob, plain_octets_match_themselves_only) {
    EXPECT_TRUE(matches("orders.csv", "orders.csv"));
    EXPECT_FALSE(matches("orders.csv", "Orders.csv"));
    EXPECT_FALSE(matches("orders.csv", "ordersxcsv"));
    EXPECT_FALSE(matches("orders.csv", "orders.csv2"));
    EXPECT_FALSE(matches("orders.csv", "orders.cs"));
    EXPECT_FALSE(matches("orders.csv", ""));
}

TEST(glob, star_matches_within_a_component) {
    EXPECT_TRUE(matches("*", "anything"));
    EXPECT_TRUE(matches("*", ".hidden"));
    EXPECT_TRUE(matches("*.csv", ".csv"));
    EXPECT_TRUE(matches("*.csv", "a.csv.csv"));
    EXPECT_TRUE(matches("a*b*c", "aXbYbZc"));
    EXPECT_FALSE(matches("a*b*c", "aXcYb"));
    EXPECT_FALSE(matches("in/*.csv", "in/2026/a.csv"));
    EXPECT_TRUE(matches("in/*.csv", "in/a.csv"));
}

TEST(glob, pattern_without_slash_is_about_the_name) {
    EXPECT_TRUE(matches("*.csv", "deep/down/a.csv"));
    EXPECT_FALSE(matches("deep", "deep/a.csv"));
    EXPECT_FALSE(matches("*.csv", "a.csv/b"));
}

TEST(glob, question_mark_is_one_octet_but_no_slash) {
    EXPECT_TRUE(matches("a?c", "abc"));
    EXPECT_TRUE(matches("a?c", "a\xff"s + "c"));
    EXPECT_FALSE(matches("a?c", "ac"));
    EXPECT_FALSE(matches("x/a?c", "x/a/c"));
    EXPECT_FALSE(matches("a?c", "aüc"));
    EXPECT_TRUE(matches("a??c", "aüc"));
}

TEST(glob, sets_match_one_octet) {
    EXPECT_TRUE(matches("[abc]", "b"));
    EXPECT_FALSE(matches("[abc]", "d"));
    EXPECT_TRUE(matches("2026-[0-1][0-9]", "2026-11"));
    EXPECT_FALSE(matches("2026-[0-1][0-9]", "2026-21"));
    EXPECT_TRUE(matches("[!0-9]", "x"));
    EXPECT_FALSE(matches("[^0-9]", "7"));
    EXPECT_TRUE(matches("[!0-9]", "\xff"));
    EXPECT_TRUE(matches("[]]", "]"));
    EXPECT_TRUE(matches("[!]]", "x"));
    EXPECT_TRUE(matches("[a-]", "-"));
    EXPECT_TRUE(matches("[-a]", "-"));
    EXPECT_TRUE(matches(R"([\]x])", "]"));
    EXPECT_FALSE(matches("a[!x]b/c", "a/b/c"));
    EXPECT_FALSE(matches("x/[+-9]", "x//"));
}

TEST(glob, backslash_makes_ordinary) {
    EXPECT_TRUE(matches(R"(a\*)", "a*"));
    EXPECT_FALSE(matches(R"(a\*)", "ab"));
    EXPECT_TRUE(matches(R"(\[x\])", "[x]"));
    EXPECT_TRUE(matches(R"(a\\b)", R"(a\b)"));
}

TEST(glob, two_stars_cross_folders) {
    EXPECT_TRUE(matches("**/a.csv", "a.csv"));
    EXPECT_TRUE(matches("**/a.csv", "x/a.csv"));
    EXPECT_TRUE(matches("**/a.csv", "x/y/a.csv"));
    EXPECT_FALSE(matches("**/a.csv", "xa.csv"));
    EXPECT_TRUE(matches("in/**/*.csv", "in/a.csv"));
    EXPECT_TRUE(matches("in/**/*.csv", "in/1/2/a.csv"));
    EXPECT_FALSE(matches("in/**/*.csv", "out/a.csv"));
    EXPECT_TRUE(matches("in/**", "in/1/2"));
    EXPECT_FALSE(matches("in/**", "in"));
    EXPECT_TRUE(matches("**/**/x", "x"));
    EXPECT_TRUE(matches("a/b**c", "a/b/x/c"));
}

TEST(glob, agrees_with_a_recursive_matcher_on_all_short_patterns_and_paths) {
    constexpr std::string_view letters = "a*?/", octets = "ab/";
    const auto all = [](std::string_view alphabet, std::size_t most) {
        std::vector<std::string> words{""};
        for (std::size_t first = 0, length = 0; length < most; ++length)
            for (const auto end = words.size(); first < end; ++first)
                for (const char letter : alphabet)
                    words.push_back(words[first] + letter);
        return words;
    };
    const auto paths = all(octets, 5);
    for (const auto& pattern : all(letters, 5)) {
        if (pattern.empty()) continue;
        const auto compiled = glob::parse(pattern, "x").value();
        for (const auto& path : paths) {
            const auto name = pattern.contains('/') ? path : path.substr(path.rfind('/') + 1);
            ASSERT_EQ(compiled.matches(path), simple(pattern, name)) << pattern << " on " << path;
        }
    }
}

/// To try all ways in which the stars could share the name would not end.
TEST(glob, hostile_pattern_and_name_come_to_an_end) {
    std::string pattern;
    for (int i = 0; i < 100; ++i)
        pattern += "*a";
    const auto compiled = glob::parse(pattern + "b", "x").value();
    const std::string name(4096, 'a');
    EXPECT_FALSE(compiled.matches(name));
}

TEST(glob, longest_pattern_is_255_octets) {
    EXPECT_TRUE(matches(std::string(255, 'a'), std::string(255, 'a')));
    std::string folders;
    while (folders.size() + 3 <= glob::longest)
        folders += "**/";
    EXPECT_TRUE(matches(folders + "", "a/"));
    EXPECT_FALSE(glob::parse(std::string(256, 'a'), "x"));
}

TEST(glob, unreadable_pattern_is_refused_and_names_the_field) {
    for (const auto& pattern :
         {""s, "a\0b"s, "["s, "[a"s, "[]"s, "[!"s, "[z-a]"s, "[[:alpha:]]"s, "[ü]"s, "[\\"s, "a\\"s, "[a-\xff]"s}) {
        const auto parsed = glob::parse(pattern, "exclude");
        ASSERT_FALSE(parsed) << pattern;
        EXPECT_EQ(parsed.error().code, errc::invalid_value);
        EXPECT_EQ(parsed.error().fact_named("field"), "exclude");
    }
}

TEST(glob_filter, exclude_wins_and_no_include_is_everything) {
    const std::vector<std::string> none, tmp{"*.tmp", "*.part"}, csv{"*.csv", "*.tmp"};
    const auto open = glob_filter::parse(none, tmp).value();
    EXPECT_TRUE(open.included("x"));
    EXPECT_EQ(open.excluded_by("x"), nullptr);
    EXPECT_EQ(open.excluded_by("a/x.part")->text(), "*.part");
    const auto narrow = glob_filter::parse(csv, tmp).value();
    EXPECT_TRUE(narrow.included("x.csv"));
    EXPECT_FALSE(narrow.included("x.txt"));
    EXPECT_EQ(narrow.excluded_by("x.tmp")->text(), "*.tmp");
}

TEST(glob_filter, errors_name_their_list) {
    const std::vector<std::string> good{"*"}, bad{"["}, many(65, "*");
    EXPECT_EQ(glob_filter::parse(bad, good).error().fact_named("field"), "include");
    EXPECT_EQ(glob_filter::parse(good, bad).error().fact_named("field"), "exclude");
    EXPECT_FALSE(glob_filter::parse(many, good));
    EXPECT_TRUE(glob_filter::parse(std::vector<std::string>(64, "*"), good));
}

}  // namespace
}  // namespace gangway::model
