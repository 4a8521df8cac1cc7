#include "diffie_hellman.hpp"

#include "testing/scripted_server.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gangway::ssh {
namespace {

using testing_support::seeded_random;

const std::string two("\x02");

std::string prime_of(std::string_view name) {
    return magnitude_of(fixed_group(name).prime);
}
/// The prime plus a small number.
std::string prime_plus(std::string_view name, long more) {
    auto group = fixed_group(name);
    if (more < 0)
        ::BN_sub_word(group.prime.get(), static_cast<BN_ULONG>(-more));
    else
        ::BN_add_word(group.prime.get(), static_cast<BN_ULONG>(more));
    return magnitude_of(group.prime);
}

class fixed_groups : public testing::TestWithParam<const char*> {};

TEST_P(fixed_groups, give_both_sides_the_same) {
    const diffie_hellman left(fixed_group(GetParam()), seeded_random(1));
    const diffie_hellman right(fixed_group(GetParam()), seeded_random(2));
    const auto one = left.agree(right.public_value());
    const auto other = right.agree(left.public_value());
    ASSERT_TRUE(one && other);
    EXPECT_EQ(one->view(), other->view());
    EXPECT_EQ(one->view().size(), prime_of(GetParam()).size());
}

TEST_P(fixed_groups, refuse_values_that_give_the_secret_away) {
    const diffie_hellman ours(fixed_group(GetParam()), seeded_random(1));
    for (const auto& value : {std::string(), std::string("\x01"), prime_plus(GetParam(), -1), prime_plus(GetParam(), 0),
                              prime_plus(GetParam(), 1), prime_of(GetParam()) + "x"})
        EXPECT_FALSE(ours.agree(value)) << value.size();
    EXPECT_TRUE(ours.agree(two));
    EXPECT_TRUE(ours.agree(prime_plus(GetParam(), -2)));
}

INSTANTIATE_TEST_SUITE_P(diffie_hellman, fixed_groups,
                         testing::Values("diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512",
                                         "diffie-hellman-group18-sha512"));

// RFC 3526 gives the length and the ends of each prime.
TEST(fixed_group, is_of_the_size_its_number_says) {
    EXPECT_EQ(prime_of("group14").size(), 256U);
    EXPECT_EQ(prime_of("group16").size(), 512U);
    EXPECT_EQ(prime_of("group18").size(), 1024U);
    EXPECT_EQ(prime_of("group14").substr(8, 4), "\xc9\x0f\xda\xa2");
}

TEST(offered_group, is_taken_from_2048_to_8192_bits) {
    EXPECT_TRUE(offered_group(prime_of("group14"), two));
    EXPECT_TRUE(offered_group(prime_of("group18"), two));
    EXPECT_FALSE(offered_group(prime_of("group14").substr(1), two));
    EXPECT_FALSE(offered_group(std::string(127, '\xff'), two));
    EXPECT_FALSE(offered_group(prime_of("group18") + "\xff", two));
    EXPECT_FALSE(offered_group(std::string(2048, '\xff'), two));
    EXPECT_FALSE(offered_group("", two));
}

TEST(offered_group, with_an_even_modulus_or_a_bad_generator_is_refused) {
    const auto prime = prime_of("group14");
    EXPECT_FALSE(offered_group(prime_plus("group14", -1), two));
    for (const auto& generator : {std::string(), std::string("\x01"), prime, prime_plus("group14", -1), prime + prime})
        EXPECT_FALSE(offered_group(prime, generator)) << generator.size();
}

}  // namespace
}  // namespace gangway::ssh
