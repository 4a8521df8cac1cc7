#include <gangway/model/errors.hpp>
#include <gangway/model/remote_path.hpp>

#include <gtest/gtest.h>

#include <tuple>

namespace gangway::model {
namespace {

using namespace std::string_view_literals;

remote_path path(std::string_view octets) {
    return remote_path::parse(std::string{octets}).value();
}

TEST(remote_path, octets_stay_exactly_as_they_are) {
    for (const auto octets : {"/"sv, "."sv, ".."sv, "a/../b"sv, "//a//b//"sv, "caf\xe9"sv, "-rf"sv, "~"sv, " a "sv,
                              "line\nbreak"sv, "C:\\dir"sv, "\x01\xff"sv})
        EXPECT_EQ(path(octets).octets(), octets);
}

TEST(remote_path, empty_nul_and_too_long_are_refused) {
    for (const std::string& octets :
         {std::string{}, std::string{"a\0b"sv}, std::string{"\0"sv}, std::string(4097, 'a')}) {
        const auto parsed = remote_path::parse(octets, "oldPath");
        ASSERT_FALSE(parsed);
        EXPECT_EQ(parsed.error().code, errc::invalid_value);
        EXPECT_EQ(parsed.error().fact_named("field"), "oldPath");
    }
    EXPECT_TRUE(remote_path::parse(std::string(4096, 'a')));
}

TEST(remote_path, parent_and_name_of_every_shape) {
    for (const auto& [octets, parent, name] :
         {std::tuple{"a", ".", "a"}, std::tuple{"a/", ".", "a"}, std::tuple{"a/b", "a", "b"},
          std::tuple{"a/b/", "a", "b"}, std::tuple{"a//b//", "a", "b"}, std::tuple{"/a", "/", "a"},
          std::tuple{"//a", "/", "a"}, std::tuple{"/a/b", "/a", "b"}, std::tuple{"/", "/", ""},
          std::tuple{"///", "/", ""}, std::tuple{".", ".", "."}, std::tuple{"./a", ".", "a"}}) {
        EXPECT_EQ(path(octets).parent().octets(), parent) << octets;
        EXPECT_EQ(path(octets).name(), name) << octets;
    }
}

TEST(remote_path, child_puts_one_slash_between) {
    EXPECT_EQ(path("a").child("b").value(), path("a/b"));
    EXPECT_EQ(path("a/").child("b").value(), path("a/b"));
    EXPECT_EQ(path("/").child("b").value(), path("/b"));
    EXPECT_EQ(path(".").child("b").value(), path("./b"));
}

TEST(remote_path, child_is_bounded_like_any_path) {
    const auto folder = path(std::string(4094, 'a'));
    EXPECT_TRUE(folder.child("b"));
    EXPECT_FALSE(folder.child("bc"));
    EXPECT_FALSE(path("a").child("b\0c"sv));
}

TEST(is_entry_name, only_names_that_a_folder_can_hold) {
    for (const auto name : {"a"sv, "..."sv, ".hidden"sv, "a\\b"sv, "caf\xe9"sv, "a\nb"sv, " "sv, "-"sv, "a.."sv})
        EXPECT_TRUE(is_entry_name(name)) << name;
    for (const auto name : {""sv, "."sv, ".."sv, "/"sv, "a/b"sv, "../a"sv, "/a"sv, "a/"sv, "a\0b"sv, "\0"sv})
        EXPECT_FALSE(is_entry_name(name)) << name;
}

}  // namespace
}  // namespace gangway::model
