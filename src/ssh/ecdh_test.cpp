#include "ecdh.hpp"

#include "testing/hex.hpp"

#include <gtest/gtest.h>
#include <openssl/obj_mac.h>

#include <algorithm>
#include <string>

namespace gangway::ssh {
namespace {

using testing_support::from_hex;
using testing_support::to_hex;

random_source fixed(std::string octets) {
    return [octets = std::move(octets)](std::span<unsigned char> out) {
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = i < octets.size() ? static_cast<unsigned char>(octets[i]) : 0;
    };
}

// RFC 7748 section 6.1.
TEST(x25519, agrees_as_the_rfc_shows) {
    const auto bob = make_x25519(fixed(from_hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")));
    EXPECT_EQ(to_hex(bob->public_value()), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    const auto shared = bob->agree(from_hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"));
    ASSERT_TRUE(shared);
    EXPECT_EQ(to_hex(shared->view()), "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

// The points of low order, as RFC 7748 section 6.1 has them found by a zero result.
TEST(x25519, refuses_points_of_low_order_and_wrong_sizes) {
    const auto ours = make_x25519(system_random);
    for (const auto* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                              "0100000000000000000000000000000000000000000000000000000000000000",
                              "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                              "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                              "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                              "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                              "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"})
        EXPECT_FALSE(ours->agree(from_hex(point))) << point;
    EXPECT_FALSE(ours->agree(""));
    EXPECT_FALSE(ours->agree(std::string(31, '\x09')));
    EXPECT_FALSE(ours->agree(std::string(33, '\x09')));
}

// RFC 5903 section 8.1: the two sides of a P-256 exchange. The scalar is one more than what the random octets give
// modulo order - 1, so the octets here are the RFC's number less one, behind eight zeros.
TEST(nist_ecdh, agrees_on_p256_as_the_rfc_shows) {
    const auto scalar = from_hex("0000000000000000c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1432");
    const auto ours = make_nist_ecdh(NID_X9_62_prime256v1, fixed(scalar));
    EXPECT_EQ(to_hex(ours->public_value()),
              "04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c456fa3e59ab1f45b"
              "33accf5f58389e0577b8990bb3");
    const auto shared = ours->agree(
        from_hex("04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c13c58d6aac2"
                 "3f046ada30f8353e74f33039872ab"));
    ASSERT_TRUE(shared);
    EXPECT_EQ(to_hex(shared->view()), "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
}

class nist_curve : public testing::TestWithParam<int> {};

TEST_P(nist_curve, gives_both_sides_the_same) {
    const auto left = make_nist_ecdh(GetParam(), system_random);
    const auto right = make_nist_ecdh(GetParam(), system_random);
    const auto one = left->agree(right->public_value());
    const auto other = right->agree(left->public_value());
    ASSERT_TRUE(one && other);
    EXPECT_EQ(one->view(), other->view());
    EXPECT_EQ(one->view().size(), (left->public_value().size() - 1) / 2);
}

TEST_P(nist_curve, refuses_what_is_not_a_point_of_it) {
    const auto ours = make_nist_ecdh(GetParam(), system_random);
    const auto good = ours->public_value();
    auto off_curve = good;
    off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
    auto compressed = good.substr(0, 1 + good.size() / 2);
    compressed.front() = '\x02';
    auto hybrid = good;
    hybrid.front() = static_cast<char>(6 + (good.back() & 1));
    const std::string beyond_field = "\x04" + std::string(good.size() - 1, '\xff');
    for (const auto& point : {off_curve, compressed, hybrid, beyond_field, good.substr(1), good + '\0', std::string(),
                              std::string(1, '\0'), "\x04" + std::string(good.size() - 1, '\0')})
        EXPECT_FALSE(ours->agree(point)) << to_hex(point);
}

INSTANTIATE_TEST_SUITE_P(nist_ecdh, nist_curve, testing::Values(NID_X9_62_prime256v1, NID_secp384r1, NID_secp521r1));

}  // namespace
}  // namespace gangway::ssh
