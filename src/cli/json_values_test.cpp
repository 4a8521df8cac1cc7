#include "json_values.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace gangway::cli {
namespace {

namespace json = boost::json;

const json::object example = json::parse(R"({"name":"a","n":3,"minus":-1,"yes":true,"none":null,"list":[1,2],
    "in":{"ner":{"text":"deep"}},"path":"a\uFFFDb","pathBase64":"Yf9i","bad":"x","badBase64":"*"})")
                                 .as_object();

TEST(json_values, members_are_found_along_a_path) {
    EXPECT_EQ(text_at(example, "name"), "a");
    EXPECT_EQ(text_at(example, "in.ner.text"), "deep");
    EXPECT_EQ(number_at(example, "n"), 3U);
    EXPECT_TRUE(flag_at(example, "yes"));
    EXPECT_EQ(array_at(example, "list").size(), 2U);
    EXPECT_TRUE(object_at(example, "in.ner").contains("text"));
}

TEST(json_values, what_is_missing_or_of_another_type_is_nothing) {
    EXPECT_EQ(text_at(example, "missing"), "");
    EXPECT_EQ(text_at(example, "n"), "");
    EXPECT_EQ(text_at(example, "name.more"), "");
    EXPECT_EQ(text_at(example, "in.ner.text.x"), "");
    EXPECT_EQ(text_at(example, ""), "");
    EXPECT_EQ(text_at(example, "in."), "");
    EXPECT_EQ(number_at(example, "name"), std::nullopt);
    EXPECT_EQ(number_at(example, "minus"), std::nullopt);
    EXPECT_FALSE(flag_at(example, "name"));
    EXPECT_TRUE(array_at(example, "name").empty());
    EXPECT_TRUE(object_at(example, "none").empty());
}

TEST(json_values, octets_come_from_the_twin_where_it_is_right) {
    EXPECT_EQ(octets_at(example, "path"),
              "a\xFF"
              "b");
    EXPECT_EQ(octets_at(example, "bad"), "x");
    EXPECT_EQ(octets_at(example, "name"), "a");
}

TEST(json_values, put_makes_the_objects_above_and_keeps_what_stands_beside) {
    json::object object{{"a", {{"b", 1}}}, {"c", 2}};
    put_at(object, "a.d", 3);
    put_at(object, "c.e", 4);
    put_at(object, "f", 5);
    EXPECT_EQ(json::serialize(object), R"({"a":{"b":1,"d":3},"c":{"e":4},"f":5})");
}

}  // namespace
}  // namespace gangway::cli
