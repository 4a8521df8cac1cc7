#include "byte_range.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace gangway::api {
namespace {

using range = std::variant<whole_file, byte_range, unsatisfiable>;

TEST(byte_range, first_and_last_are_inclusive_and_cut_at_the_end) {
    EXPECT_EQ(parse_range("bytes=0-499", 10000), (range{byte_range{0, 499}}));  // RFC 9110 section 14.1.2
    EXPECT_EQ(parse_range("bytes=500-999", 10000), (range{byte_range{500, 999}}));
    EXPECT_EQ(parse_range("bytes=9500-", 10000), (range{byte_range{9500, 9999}}));
    EXPECT_EQ(parse_range("bytes=-500", 10000), (range{byte_range{9500, 9999}}));
    EXPECT_EQ(parse_range("bytes=0-0", 10000), (range{byte_range{0, 0}}));
    EXPECT_EQ(parse_range("bytes=9999-20000", 10000), (range{byte_range{9999, 9999}}));
    EXPECT_EQ(parse_range("bytes=-20000", 10000), (range{byte_range{0, 9999}}));
    EXPECT_EQ(parse_range("bytes= 1-2 ", 10000), (range{byte_range{1, 2}}));
    EXPECT_EQ((byte_range{3, 7}.length()), 5U);
}

TEST(byte_range, numbers_beyond_every_file_are_the_end) {
    EXPECT_EQ(parse_range("bytes=1-99999999999999999999999", 10), (range{byte_range{1, 9}}));
    EXPECT_EQ(parse_range("bytes=-18446744073709551616", 10), (range{byte_range{0, 9}}));
    EXPECT_EQ(parse_range("bytes=18446744073709551616-", 10), range{unsatisfiable{}});
    EXPECT_EQ(parse_range("bytes=18446744073709551614-", ~0ULL), (range{byte_range{~0ULL - 1, ~0ULL - 1}}));
}

TEST(byte_range, nothing_to_give_is_not_satisfiable) {
    for (const auto* const field :
         {"bytes=10-", "bytes=10-12", "bytes=-0", "bytes=5-4", "bytes=-", "bytes=", "bytes=5", "bytes=a-", "bytes=-a",
          "bytes=1-2x", "bytes=1 -2", "bytes=+1-2", "bytes=--2", "bytes=0-0,2-3", "bytes=0-0,", "bytes=0x1-2"})
        EXPECT_EQ(parse_range(field, 10), range{unsatisfiable{}}) << field;
    EXPECT_EQ(parse_range("bytes=0-0", 0), range{unsatisfiable{}});
}

TEST(byte_range, many_ranges_cost_no_more_than_one) {
    std::string field = "bytes=";
    for (int i = 0; i < 1000; ++i)
        field += "0-,";
    EXPECT_EQ(parse_range(field, 10), range{unsatisfiable{}});
}

TEST(byte_range, other_units_are_ignored) {
    for (const auto* const field : {"", "lines=1-2", "bytes", "byte=1-2", "=1-2"})
        EXPECT_EQ(parse_range(field, 10), range{whole_file{}}) << field;
}

}  // namespace
}  // namespace gangway::api
