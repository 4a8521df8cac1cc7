#include "diffie_hellman.hpp"

#include "testing/hex.hpp"
#include "testing/scripted_server.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gangway::ssh {
namespace {

using testing_support::from_hex;
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

bool is_safe(std::string_view prime) {
    return is_safe_prime(number_of(prime), seeded_random(3));
}

TEST(safe_prime, is_what_the_rfcs_and_openssh_hand_out) {
    EXPECT_TRUE(is_safe(prime_of("group14")));
    EXPECT_TRUE(is_safe(prime_of("group16")));
    // The first of 2048 bits in Debian's /etc/ssh/moduli; half of it is 1 modulo 4.
    EXPECT_TRUE(is_safe(
        from_hex("e98f2a209ba9f4c8c1ffb02490e599a99fbe28f6a053e240a4bd5fede80b23fea8a1476e9ef6605a4b4b41cc74cb945c"
                 "7e168a91db112424480a85cbf5853234b9b1f60f030d38f678ba80ae1461f716c463d7396151eb5f037cc88690feef8d"
                 "16a1b67f56c11874db5aa3d541beff390077c79c86434edbc2b46821d2ae5d2fa4fff1b086b07669b09498ea11b0fe26"
                 "c773f79aca044e085e0ba43bbe1ebe954aa1ec7a465a3232699e54958b1760ab7a04d9627ec1810970706c96b58bf849"
                 "99ebed8846d8b384cb945bf782141b1be2b7c0e04d531a2334db41bbfd1bea428c5fd22f50babdbdfcc5b848f64cba8d"
                 "039636311f8d844dfffbd77a429a9923")));
}

// All are 11 modulo 12, as safe primes are. What is prime and what is not was computed with another program.
TEST(safe_prime, is_not_a_composite_nor_a_prime_whose_half_is_one) {
    EXPECT_FALSE(is_safe(prime_plus("group14", 12)));
    EXPECT_FALSE(is_safe(prime_plus("group14", 12'648))) << "half is prime, the whole is not";
    EXPECT_FALSE(is_safe(prime_plus("group14", 17'904))) << "the whole is prime, half is not";
}

TEST(safe_prime, is_not_what_has_a_small_factor) {
    for (const long more : {1, 2, 4, 6, 8, 10})
        EXPECT_FALSE(is_safe(prime_plus("group14", more))) << more;
}

}  // namespace
}  // namespace gangway::ssh
