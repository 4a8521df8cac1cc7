#include <gangway/api/entry_order.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace gangway::api {
namespace {

using names = std::vector<std::string>;

net::directory_entry entry(std::string name, std::uint32_t mode = 0100644) {
    return {std::move(name), {.permissions = mode}};
}

names in_order(const std::vector<net::directory_entry>& entries) {
    names sorted;
    for (const auto index : listing_order(entries))
        sorted.push_back(entries[index].name);
    return sorted;
}

/// Whatever order they come in.
void expect_order(const names& wanted) {
    std::vector<net::directory_entry> entries;
    for (const auto& name : wanted)
        entries.push_back(entry(name));
    std::mt19937 random{1};  // NOLINT(cert-msc51-cpp): the same order in each run
    for (int round = 0; round < 5; ++round) {
        std::ranges::shuffle(entries, random);
        EXPECT_EQ(in_order(entries), wanted);
    }
}

// As ICU 78 has it through `localeCompare` of JavaScript.
TEST(listing_order, names_are_in_root_collation_order) {
    expect_order({"_u",     "-dash", ".hidden", "(p)", "~t", "1", "10", "2", "a",   "A",      "å",
                  "ä",      "apple", "Apple",   "b",   "B",  "c", "e",  "é", "f",   "file 2", "file1",
                  "file10", "file2", "ss",      "ß",   "z",  "Z", "α",  "Ж", "日本"});
    expect_order({"_",      "-",     ",",     "😀",   "$",         "0",
                  "a\tb",   "a\nb",  "a b",   "bac",  "bad\uFFFD", "bad\uFFFDname",
                  "bae",    "co op", "co-op", "coop", "resume",    "Resume",
                  "résumé", "Ω",     "一"});
}

// Recorded from a listing that clients know.
TEST(listing_order, underscore_stands_before_the_dot_and_replaced_octets_before_letters) {
    expect_order({"bad\xFF\xFEname.txt", "big4m_exact.txt", "big5m_rand.bin", "big5m.txt", "bin.dat", "e\u0301-nfd.txt",
                  "emoji😀.txt", "empty.txt", "sparse5g.bin", "ünïcödé 日本語.txt", "utf8.txt",
                  "with\"quote\\and\nnewline.txt"});
}

TEST(listing_order, folders_come_first_and_links_to_folders_do_not) {
    const std::vector<net::directory_entry> entries{
        entry("a"), entry("z", 040755), entry("b", 0120777), entry("Y", 040700), {.name = "c", .attributes = {}}};
    EXPECT_EQ(in_order(entries), (names{"Y", "z", "a", "b", "c"}));
}

TEST(listing_order, names_that_collate_alike_are_in_order_of_their_octets) {
    expect_order({"e\u0301", "\u00e9"});
    expect_order({"bad\xFE", "bad\xFF"});
    expect_order({std::string{"a\x01"
                              "b"},
                  std::string{"a\x02"
                              "b"},
                  "ab"});
}

TEST(listing_order, long_names_and_many_of_them_are_ordered) {
    names wanted;
    for (int i = 0; i < 300; ++i)
        wanted.push_back(std::string(static_cast<std::size_t>(i * 10), 'x') + "日");
    std::ranges::sort(wanted, {}, &std::string::size);
    expect_order(names{wanted.rbegin(), wanted.rend()});
}

TEST(listing_order, empty_folder_has_no_order) {
    EXPECT_TRUE(listing_order({}).empty());
}

}  // namespace
}  // namespace gangway::api
