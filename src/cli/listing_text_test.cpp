#include "listing_text.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace gangway::cli {
namespace {

net::directory_entry entry(std::string name, sftp::attributes attributes = {}) {
    return {std::move(name), attributes};
}

class listing_text_in_utc : public ::testing::Test {
  protected:
    listing_text_in_utc() {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
    }
};

TEST_F(listing_text_in_utc, long_format_aligns_columns) {
    const std::vector entries{
        entry("data", {.size = 4096, .uid = 0, .gid = 0, .permissions = 040755U, .atime = 0, .mtime = 1'768'478'400}),
        entry("report.csv",
              {.size = 1'234'567, .uid = 1000, .gid = 100, .permissions = 0100644U, .atime = 0, .mtime = 0})};
    EXPECT_EQ(listing_text(entries, {.long_format = true}),
              "drwxr-xr-x    0   0    4096 2026-01-15 12:00 data\n"
              "-rw-r--r-- 1000 100 1234567 1970-01-01 00:00 report.csv\n");
}

TEST_F(listing_text_in_utc, fields_that_were_not_sent_are_question_marks) {
    EXPECT_EQ(listing_text({entry("x")}, {.long_format = true}), "?????????? ? ? ? ? x\n");
}

TEST(listing_text, short_format_is_one_name_per_line) {
    EXPECT_EQ(listing_text({entry("a"), entry("b c")}, {}), "a\nb c\n");
    EXPECT_EQ(listing_text({}, {}), "");
    EXPECT_EQ(listing_text({}, {.long_format = true}), "");
}

TEST(listing_text, hostile_names_stay_on_their_line_and_off_the_terminal) {
    const auto text = listing_text({entry("a\nb"), entry("\x1b[2J"), entry("\xff"),
                                    entry("\xe2\x80\xae"
                                          "fdp.exe")},
                                   {});
    EXPECT_EQ(text, "a\\nb\n\\x1b[2J\n\\xff\n\\u{202e}fdp.exe\n");
}

TEST(listing_text, long_names_are_shown_whole) {
    const std::string name(1000, 'n');
    EXPECT_EQ(listing_text({entry(name)}, {}), name + "\n");
}

TEST(listing_text, arrange_sorts_by_octets_and_hides_dot_names) {
    std::vector entries{entry("b"), entry(".profile"), entry("\xc3\xa9"), entry("B"), entry("a")};
    auto everything = entries;
    arrange(entries, {});
    EXPECT_EQ(listing_text(entries, {}), "B\na\nb\n\xc3\xa9\n");
    arrange(everything, {.all = true});
    EXPECT_EQ(listing_text(everything, {}), ".profile\nB\na\nb\n\xc3\xa9\n");
}

TEST(listing_text, stat_shows_what_was_sent_and_no_more) {
    EXPECT_EQ(stat_text("/a\tb",
                        {.size = 2048, .uid = 1, .gid = 2, .permissions = 04755U, .atime = 0, .mtime = 1'768'478'400}),
              "path        /a\\tb\n"
              "type        unknown\n"
              "size        2048 (2.0 KiB)\n"
              "mode        4755 (-rwxr-xr-x)\n"
              "owner       1\n"
              "group       2\n"
              "modified    2026-01-15T12:00:00.000Z\n"
              "accessed    1970-01-01T00:00:00.000Z\n");
    EXPECT_EQ(stat_text("x", {}), "path        x\ntype        unknown\n");
}

TEST(listing_text, kinds_have_names) {
    EXPECT_TRUE(stat_text("x", {.permissions = 040755U}).contains("folder"));
    EXPECT_TRUE(stat_text("x", {.permissions = 0120777U}).contains("symbolic link"));
    EXPECT_TRUE(stat_text("x", {.permissions = 0100644U}).contains("type        file"));
    EXPECT_TRUE(stat_text("x", {.permissions = 010644U}).contains("special file"));
}

}  // namespace
}  // namespace gangway::cli
