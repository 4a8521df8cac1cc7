#include "hex.hpp"

#include <gangway/store/database.hpp>
#include <gangway/store/files.hpp>
#include <gangway/store/tokens.hpp>

#include <gtest/gtest.h>

#include <set>

namespace gangway::store {
namespace {

using namespace std::chrono_literals;

TEST(ids, have_the_form_version_and_variant_of_rfc_9562) {
    const auto id = new_id(timestamp{1645557742000ms});  // the time of the example in appendix A.6
    ASSERT_EQ(id.size(), 36U);
    EXPECT_EQ(id.substr(0, 14), "017f22e2-79b0-");
    EXPECT_EQ(id[14], '7');
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
    for (const std::size_t at : {8U, 13U, 18U, 23U})
        EXPECT_EQ(id[at], '-');
}

TEST(ids, sort_by_time_and_never_repeat) {
    std::set<std::string> ids;
    for (int i = 0; i < 1000; ++i)
        ids.insert(new_id(timestamp{5ms}));
    EXPECT_EQ(ids.size(), 1000U);
    EXPECT_LT(*ids.rbegin(), new_id(timestamp{6ms}));
}

TEST(hex, keeps_every_octet) {
    std::string all;
    for (int value = 0; value < 256; ++value)
        all += static_cast<char>(value);
    EXPECT_EQ(to_hex(all).substr(0, 6), "000102");
    EXPECT_EQ(to_hex(all).substr(506), "fdfeff");
    EXPECT_EQ(from_hex(to_hex(all)), all);
    EXPECT_EQ(from_hex(""), "");
}

TEST(hex, refuses_what_is_not_made_by_it) {
    for (const char* const text : {"0", "0g", "FF", "0x", " 0", "00 ", "0:", "0`"})
        EXPECT_FALSE(from_hex(text)) << text;
}

TEST(named_enums, read_what_they_write_and_nothing_else) {
    for (const auto state : {file_state::discovered, file_state::recorded, file_state::abandoned})
        EXPECT_EQ(from_string<file_state>(to_string(state)), state);
    EXPECT_EQ(to_string(file_state::abandoned), "abandoned");
    EXPECT_EQ(to_string(role::operating), "operator");
    EXPECT_FALSE(from_string<file_state>("Recorded"));
    EXPECT_FALSE(from_string<file_state>(""));
}

TEST(file_identity, every_field_makes_another_id) {
    const file_identity what{.folder_id = "f", .path = "a/b", .size = 1, .mtime = 2, .repull = 0};
    const file_identity others[] = {{.folder_id = "g", .path = "a/b", .size = 1, .mtime = 2},
                                    {.folder_id = "f", .path = "a/c", .size = 1, .mtime = 2},
                                    {.folder_id = "fa", .path = "/b", .size = 1, .mtime = 2},
                                    {.folder_id = "f", .path = "a/b", .size = 2, .mtime = 1},
                                    {.folder_id = "f", .path = "a/b", .size = not_told, .mtime = 2},
                                    {.folder_id = "f", .path = "a/b", .size = 1, .mtime = 2, .repull = 1}};
    std::set<std::string> ids{file_id(what)};
    for (const auto& other : others)
        EXPECT_TRUE(ids.insert(file_id(other)).second);
    EXPECT_EQ(file_id(what), file_id(what));
    EXPECT_EQ(file_id(what).size(), 64U);
}

TEST(location, urls_of_postgresql_are_told_from_paths) {
    EXPECT_EQ(parse_location("postgresql://u@h/db").backend, backend::postgresql);
    EXPECT_EQ(parse_location("postgres:///db?host=/run").backend, backend::postgresql);
    EXPECT_EQ(parse_location("/var/lib/gangway/gangway.db").backend, backend::sqlite);
    EXPECT_EQ(parse_location("postgresql").backend, backend::sqlite);
    EXPECT_EQ(parse_location("/x y").where, "/x y");
}

}  // namespace
}  // namespace gangway::store
