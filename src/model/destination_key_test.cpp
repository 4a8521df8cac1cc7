#include <gangway/model/destination_key.hpp>
#include <gangway/model/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::model {
namespace {

using namespace std::string_literals;

TEST(destination_key, plain_paths_are_taken_as_they_are) {
    for (const auto& text : {"a"s, "a/b/c.csv"s, "Müller & Söhne/März.pdf"s, "a..b/...c"s, ".hidden"s, "x.gangway"s}) {
        const auto key = destination_key::parse(text);
        ASSERT_TRUE(key) << text;
        EXPECT_EQ(key->text(), text);
    }
}

TEST(destination_key, folder_and_name_are_its_parts) {
    const auto deep = destination_key::parse("a/b/c.csv").value();
    EXPECT_EQ(deep.folder(), "a/b");
    EXPECT_EQ(deep.name(), "c.csv");
    const auto flat = destination_key::parse("c.csv").value();
    EXPECT_EQ(flat.folder(), "");
    EXPECT_EQ(flat.name(), "c.csv");
}

TEST(destination_key, ways_out_and_own_names_are_refused) {
    for (const auto& text : {""s, "/"s, "/a"s, "a/"s, "a//b"s, "."s, ".."s, "../a"s, "a/../b"s, "a/."s, "a/.."s, "./a"s,
                             ".gangway"s, "a/.gangway-1.part"s, ".gangway/x"s}) {
        const auto key = destination_key::parse(text, "destination");
        ASSERT_FALSE(key) << text;
        EXPECT_EQ(key.error().code, errc::invalid_value);
        EXPECT_EQ(key.error().fact_named("field"), "destination");
    }
}

TEST(destination_key, control_characters_and_broken_text_are_refused) {
    for (const auto& text : {"a\0b"s, "a\nb"s, "a\x7f"s, "a\xc2\x80"s, "a\xc2\x9f"s, "\xff"s, "a\xc3"s, "\xc0\xaf"s})
        EXPECT_FALSE(destination_key::parse(text)) << text;
    EXPECT_TRUE(destination_key::parse("a\xc2\xa0"s));
}

TEST(destination_key, lengths_are_bounded) {
    EXPECT_TRUE(destination_key::parse(std::string(255, 'a')));
    EXPECT_FALSE(destination_key::parse(std::string(256, 'a')));
    std::string path;
    while (path.size() < 1024)
        path += "aaaaaaa/";
    path.back() = 'a';
    EXPECT_EQ(path.size(), 1024U);
    EXPECT_TRUE(destination_key::parse(path));
    EXPECT_FALSE(destination_key::parse(path + "a"));
}

}  // namespace
}  // namespace gangway::model
