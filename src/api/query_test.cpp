#include <gangway/api/errors.hpp>
#include <gangway/api/query.hpp>

#include <gtest/gtest.h>

namespace gangway::api {
namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

TEST(query, pairs_are_decoded_in_their_order) {
    EXPECT_EQ(parse_query("host=127.0.0.1&port=2299").value(), (pairs{{"host", "127.0.0.1"}, {"port", "2299"}}));
    EXPECT_EQ(parse_query("a=b+c%20d%2B%26%3D&%61b=%C3%A9").value(), (pairs{{"a", "b c d+&="}, {"ab", "é"}}));
    EXPECT_EQ(parse_query("a=&b==x").value(), (pairs{{"a", ""}, {"b", "=x"}}));
    EXPECT_EQ(parse_query("").value(), pairs{});
}

class query_refused : public testing::TestWithParam<std::string_view> {};

TEST_P(query_refused, is_a_bad_request) {
    const auto parsed = parse_query(GetParam());
    ASSERT_FALSE(parsed) << GetParam();
    EXPECT_EQ(parsed.error().code, errc::bad_request);
}

INSTANTIATE_TEST_SUITE_P(shape, query_refused, testing::Values("a", "=b", "&", "a=b&", "&a=b", "a=b&&c=d", "a=b&c"));
INSTANTIATE_TEST_SUITE_P(encoding, query_refused,
                         testing::Values("a=%", "a=%2", "a=%g0", "a=%0g", "a=%+1", "a=%-1", "a=% 1", "a=%C3", "a=%FF",
                                         "a=%C0%AF", "a=%00", "%00=a", "a=%ED%A0%80"));
INSTANTIATE_TEST_SUITE_P(names_twice, query_refused,
                         testing::Values("host=a&host=b", "host=a&x=1&%68ost=b", "host=&host="));

TEST(query, number_of_pairs_is_limited) {
    std::string query = "0=x";
    for (std::size_t i = 1; i < query_pairs; ++i)
        query += "&" + std::to_string(i) + "=x";
    EXPECT_TRUE(parse_query(query).has_value());
    EXPECT_FALSE(parse_query(query + "&y=x").has_value());
}

}  // namespace
}  // namespace gangway::api
