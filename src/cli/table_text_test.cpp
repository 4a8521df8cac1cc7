#include "table_text.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <array>

namespace gangway::cli {
namespace {

namespace json = boost::json;

json::object parsed(std::string_view text) {
    return json::parse({text.data(), text.size()}).as_object();
}

constexpr auto columns =
    std::to_array<column>({{"NAME", "name"}, {"SIZE", "size", as::size}, {"N", "n", as::count}, {"ID", "id"}});

TEST(table_text, columns_are_as_wide_as_their_widest_cell_and_numbers_stand_right) {
    const auto rows = json::parse(R"([{"name":"short","size":5,"n":7,"id":"x"},
                                      {"name":"Gr\u00FC\u00DFe","size":2048,"n":1000,"id":"y"}])")
                          .as_array();
    EXPECT_EQ(table_text(rows, columns),
              "NAME      SIZE     N  ID\n"
              "short      5 B     7  x\n"
              "Grüße  2.0 KiB  1000  y\n");
}

TEST(table_text, missing_members_are_empty_and_lines_end_without_spaces) {
    const auto rows = json::parse(R"([{"name":"a"}, 7, null, {"id":"b"}])").as_array();
    EXPECT_EQ(table_text(rows, columns),
              "NAME  SIZE  N  ID\n"
              "a\n"
              "               b\n");
}

TEST(table_text, hostile_text_is_escaped_in_every_kind_of_cell) {
    const auto row = parsed(R"({"t":"a\u001b[2Jb\n","time":"2026\u001b[2J","list":["\u001b","\u202e"],
                                "host":"h\u001b","port":22,"username":"u\r","o":{"x":"\u001b"}})");
    EXPECT_EQ(cell_text(row, {"", "t"}), "a\\x1b[2Jb\\n");
    EXPECT_EQ(cell_text(row, {"", "time", as::time}), "2026\\x1b[2J");
    EXPECT_EQ(cell_text(row, {"", "list", as::list}), "\\x1b, \\u{202e}");
    EXPECT_EQ(cell_text(row, {"", "", as::login}), "u\\r@h\\x1b");
    EXPECT_FALSE(cell_text(row, {"", "o"}).contains('\x1b'));
}

TEST(table_text, octets_that_are_no_text_are_shown_as_they_are) {
    EXPECT_EQ(cell_text(parsed(R"({"path":"a\uFFFD","pathBase64":"Yf8="})"), {"", "path"}), "a\\xff");
}

TEST(table_text, times_lose_what_nobody_reads) {
    EXPECT_EQ(cell_text(parsed(R"({"t":"2026-01-15T12:00:01.000Z"})"), {"", "t", as::time}), "2026-01-15 12:00:01Z");
    EXPECT_EQ(cell_text(parsed(R"({"t":"2026-01-15"})"), {"", "t", as::time}), "2026-01-15");
    EXPECT_EQ(cell_text(parsed(R"({"t":7})"), {"", "t", as::time}), "");
}

TEST(table_text, login_has_the_port_only_if_it_is_unusual_and_brackets_for_ipv6) {
    EXPECT_EQ(cell_text(parsed(R"({"host":"h","port":22,"username":"u"})"), {"", "", as::login}), "u@h");
    EXPECT_EQ(cell_text(parsed(R"({"host":"::1","port":2222,"username":"u"})"), {"", "", as::login}), "u@[::1]:2222");
}

TEST(table_text, details_show_what_is_there) {
    const auto text = details_text(parsed(R"({"name":"a","id":"x","n":0})"), columns);
    EXPECT_EQ(text, "NAME  a\nN     0\nID    x\n");
}

}  // namespace
}  // namespace gangway::cli
