#include "unpack_rules.hpp"

#include <gtest/gtest.h>

namespace gangway::transfer {
namespace {

using enum model::unpacking;

TEST(unpack_rules, ending_behind_a_name_decides) {
    EXPECT_EQ(unpacking_of(gzip, "in/a.csv.gz"), gzip);
    EXPECT_EQ(unpacking_of(gzip, "A.GZ"), gzip);
    EXPECT_EQ(unpacking_of(zip, "a.Zip"), zip);
    for (const auto* path : {"a.csv", "gz", ".gz", "in/.gz", "a.gz/b", "a.gzip", "a.zip", ""})
        EXPECT_EQ(unpacking_of(gzip, path), none) << path;
    EXPECT_EQ(unpacking_of(zip, "a.gz"), none);
    EXPECT_EQ(unpacking_of(none, "a.gz"), none);
}

TEST(unpack_rules, content_has_the_name_without_the_ending) {
    EXPECT_EQ(unpacked_path(gzip, "in/a.csv.GZ"), "in/a.csv");
    EXPECT_EQ(unpacked_path(zip, "in/orders.zip"), "in/orders");
    EXPECT_EQ(unpacked_path(zip, "in/orders.csv"), "in/orders.csv");
    EXPECT_EQ(unpacked_path(none, "in/a.gz"), "in/a.gz");
}

TEST(unpack_rules, growth_is_limited_where_it_could_do_harm) {
    constexpr std::uint64_t mebibyte = 1 << 20;
    EXPECT_EQ(most_unpacked(0), 64 * mebibyte);
    EXPECT_EQ(most_unpacked(1000), 64 * mebibyte);
    EXPECT_EQ(most_unpacked(mebibyte), 200 * mebibyte);
    EXPECT_EQ(most_unpacked(1024 * mebibyte), 64 * 1024 * mebibyte);
    EXPECT_EQ(most_unpacked(~std::uint64_t{0}), 64 * 1024 * mebibyte);
}

}  // namespace
}  // namespace gangway::transfer
