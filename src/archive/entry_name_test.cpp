#include <gangway/archive/entry_name.hpp>
#include <gangway/base/utf8.hpp>

#include <gtest/gtest.h>

#include <set>

namespace gangway::archive {
namespace {

TEST(safe_entry_name, usual_names_stay_as_they_are) {
    for (const auto* name : {"a", "sub/file.txt", "Price list Müller & Söhne.pdf", ".hidden", "100%", "50% off",
                             "日本/語", "a..b", "...x", "console", "com", "COM10", "-rf", "a b", "<x>|?*\""})
        EXPECT_EQ(safe_entry_name(name), name);
}

TEST(safe_entry_name, nothing_leads_out_of_the_folder_it_is_unpacked_in) {
    EXPECT_EQ(safe_entry_name(".."), "%2E%2E");
    EXPECT_EQ(safe_entry_name("a/../../b"), "a/%2E%2E/%2E%2E/b");
    EXPECT_EQ(safe_entry_name("."), "%2E");
    EXPECT_EQ(safe_entry_name("/etc/passwd"), "etc/passwd");
    EXPECT_EQ(safe_entry_name("//a//b/"), "a/b");
    EXPECT_EQ(safe_entry_name("..\\..\\x"), "..%5C..%5Cx");
    EXPECT_EQ(safe_entry_name("C:\\x"), "C%3A%5Cx");
    EXPECT_EQ(safe_entry_name("file:stream"), "file%3Astream");
    // Windows drops what is at the end, and ".. " would be ".." there.
    EXPECT_EQ(safe_entry_name(".. "), "%2E%2E%20");
    EXPECT_EQ(safe_entry_name("..."), "%2E%2E%2E");
    EXPECT_EQ(safe_entry_name("x. ."), "x%2E%20%2E");
    EXPECT_EQ(safe_entry_name("a./b"), "a%2E/b");
}

TEST(safe_entry_name, what_does_not_show_is_encoded) {
    EXPECT_EQ(safe_entry_name("a\nb\x1b[2J\x7f"), "a%0Ab%1B[2J%7F");
    EXPECT_EQ(safe_entry_name("inv\u202Efdp.exe"), "inv%E2%80%AEfdp.exe");
    EXPECT_EQ(safe_entry_name("\u0085\u200B\u2028\uFEFF"), "%C2%85%E2%80%8B%E2%80%A8%EF%BB%BF");
    EXPECT_EQ(safe_entry_name("caf\xE9"), "caf%E9");
    EXPECT_EQ(safe_entry_name("\xC3"), "%C3");
    EXPECT_EQ(safe_entry_name("\xF0\x9F\x98\x80 \xF0\x9F\x98"), "\xF0\x9F\x98\x80 %F0%9F%98");
    EXPECT_EQ(safe_entry_name(std::string("n\0l", 3)), "n%00l");
}

TEST(safe_entry_name, devices_of_windows_are_encoded) {
    EXPECT_EQ(safe_entry_name("CON"), "%43ON");
    EXPECT_EQ(safe_entry_name("sub/nul.txt"), "sub/%6Eul.txt");
    EXPECT_EQ(safe_entry_name("lpt1 .x"), "%6Cpt1 .x");
    EXPECT_EQ(safe_entry_name("Com9"), "%43om9");
}

TEST(safe_entry_name, different_names_stay_different) {
    const std::set<std::string> names{"a%2Eb", "a.b", "%",    "%%",     "%41",   "A",
                                      "%2541", "a:",  "a%3A", "a%253A", "%43ON", "CON"};
    std::set<std::string> safe;
    for (const auto& name : names)
        safe.insert(safe_entry_name(name));
    EXPECT_EQ(safe.size(), names.size());
    EXPECT_EQ(safe_entry_name("%41"), "%2541");
    EXPECT_EQ(safe_entry_name("100%zz"), "100%zz");
}

TEST(safe_entry_name, every_octet_gives_utf8_without_control_characters) {
    for (int octet = 0; octet < 256; ++octet) {
        const std::string name{'a', static_cast<char>(octet), 'b'};
        const auto safe = safe_entry_name(name);
        EXPECT_TRUE(base::is_utf8(safe)) << octet;
        for (const char c : safe)
            EXPECT_GE(static_cast<unsigned char>(c), 0x20) << octet;
    }
}

}  // namespace
}  // namespace gangway::archive
