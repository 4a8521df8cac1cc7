#include "key_parts.hpp"

#include "octets.hpp"
#include "openssl_handles.hpp"
#include "testdata.hpp"

#include <gangway/base/byte_reader.hpp>
#include <gangway/crypto/errors.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::crypto {
namespace {

using testdata::error_of;

const curve& p256 = curves[0];

std::string from_hex(std::string_view text) {
    std::string octets;
    for (std::size_t i = 0; i < text.size(); i += 2)
        octets.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
    return octets;
}

/// The numbers of the RSA test key.
struct rsa_key {
    std::string section = testdata::private_section(testdata::read_body("rsa.key"));
    rsa_parts parts;

    rsa_key() {
        base::byte_reader fields(section);
        fields.u64();
        fields.string();
        for (auto* part : {&parts.modulus, &parts.public_exponent, &parts.private_exponent, &parts.coefficient,
                           &parts.prime_1, &parts.prime_2})
            *part = fields.string();
    }
};

TEST(make_ed25519, computes_the_public_half_of_rfc_8032_test_1) {
    const auto key = make_ed25519(from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(key->type(), key_type::ed25519);
    EXPECT_TRUE(
        key->public_blob().ends_with(from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")));
}

TEST(make_ed25519, refuses_another_length) {
    for (const std::size_t size : {0U, 31U, 33U, 64U})
        EXPECT_EQ(error_of(make_ed25519(std::string(size, 'x'))).code, errc::bad_private_key);
}

// RFC 6979 appendix A.2.5
const std::string scalar = from_hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
const std::string x = from_hex("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6");
const std::string y = from_hex("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");

TEST(make_ecdsa, computes_the_public_half) {
    const auto key = make_ecdsa(p256, scalar, {});
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(key->type(), key_type::ecdsa_p256);
    EXPECT_TRUE(key->public_blob().ends_with("\x04" + x + y));
}

TEST(make_ecdsa, takes_the_right_point_in_both_forms_only) {
    EXPECT_TRUE(make_ecdsa(p256, scalar, "\x04" + x + y));
    EXPECT_TRUE(make_ecdsa(p256, scalar, "\x03" + x));
    for (const std::string& wrong : {"\x02" + x, "\x04" + y + x, "\x04" + x, std::string("\0", 1), x + y})
        EXPECT_EQ(error_of(make_ecdsa(p256, scalar, wrong)).code, errc::bad_private_key);
}

TEST(make_ecdsa, refuses_scalars_outside_the_group) {
    const auto order = from_hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
    auto below = order;
    --below.back();
    EXPECT_TRUE(make_ecdsa(p256, below, {}));
    for (const std::string& wrong : {order, std::string(), std::string(32, '\0'), std::string(32, '\xFF'),
                                     "\1" + scalar, std::string(1 << 16, '\1')})
        EXPECT_EQ(error_of(make_ecdsa(p256, wrong, {})).code, errc::bad_private_key);
}

TEST(make_rsa, takes_numbers_that_belong_together) {
    const rsa_key good;
    const auto key = make_rsa(good.parts);
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(key->public_blob(), testdata::public_blob("rsa"));
}

TEST(make_rsa, refuses_a_change_of_any_number) {
    const rsa_key good;
    for (const auto part : {&rsa_parts::modulus, &rsa_parts::public_exponent, &rsa_parts::private_exponent,
                            &rsa_parts::coefficient, &rsa_parts::prime_1, &rsa_parts::prime_2}) {
        std::string changed(good.parts.*part);
        changed.back() = static_cast<char>(changed.back() ^ 2);
        for (const std::string& wrong : {changed, std::string(), std::string("\1"), "\1" + changed}) {
            auto parts = good.parts;
            parts.*part = wrong;
            EXPECT_FALSE(make_rsa(parts));
        }
    }
}

TEST(make_rsa, refuses_swapped_primes) {
    const rsa_key good;
    auto parts = good.parts;
    std::swap(parts.prime_1, parts.prime_2);
    EXPECT_EQ(error_of(make_rsa(parts)).code, errc::bad_private_key) << "the coefficient is of the other prime";
}

TEST(make_rsa, refuses_sizes_outside_its_bounds) {
    const rsa_key good;
    auto parts = good.parts;
    const std::string small(127, '\xFF'), large(2049, '\xFF'), huge(1 << 16, '\xFF');
    parts.modulus = small;
    EXPECT_EQ(error_of(make_rsa(parts)).code, errc::unsupported_key);
    parts.modulus = large;
    EXPECT_EQ(error_of(make_rsa(parts)).code, errc::unsupported_key);
    parts = good.parts;
    parts.prime_2 = huge;
    EXPECT_EQ(error_of(make_rsa(parts)).code, errc::unsupported_key);
    parts = good.parts;
    parts.public_exponent = large;
    EXPECT_EQ(error_of(make_rsa(parts)).code, errc::bad_private_key);
}

std::string octets_of(const bignum& number) {
    std::string octets((static_cast<std::size_t>(::BN_num_bits(number.get())) + 7) / 8, '\0');
    ::BN_bn2bin(number.get(), data_of(octets));
    return octets;
}

/// An RSA key of 16384 bits whose factors pass for primes where nobody looks closely.
struct forged_rsa {
    bignum_context context{::BN_CTX_new()};
    bignum n{::BN_new()}, e{::BN_new()}, d{::BN_new()}, p{::BN_new()}, q{::BN_new()}, coefficient{::BN_new()};
    bignum p_less_1{::BN_new()}, q_less_1{::BN_new()}, phi{::BN_new()};

    /// The factors are the first that `e` allows below 2^8192 less these.
    forged_rsa(unsigned p_below, unsigned q_below) {
        ::BN_set_word(e.get(), 65537);
        choose_factor(p, p_less_1, p_below);
        choose_factor(q, q_less_1, q_below);
        ::BN_mul(n.get(), p.get(), q.get(), context.get());
        ::BN_mul(phi.get(), p_less_1.get(), q_less_1.get(), context.get());
        EXPECT_NE(::BN_mod_inverse(d.get(), e.get(), phi.get(), context.get()), nullptr);
        EXPECT_NE(::BN_mod_inverse(coefficient.get(), q.get(), p.get(), context.get()), nullptr);
        EXPECT_EQ(::BN_num_bits(n.get()), 16384);
    }
    [[nodiscard]] base::result<private_key> make() const {
        const std::string numbers[] = {octets_of(n), octets_of(e), octets_of(d),
                                       octets_of(p), octets_of(q), octets_of(coefficient)};
        return make_rsa({numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]});
    }

  private:
    void choose_factor(const bignum& factor, const bignum& less_1, unsigned below) {
        const bignum inverse(::BN_new());
        ::BN_set_bit(factor.get(), 8192);
        ::BN_sub_word(factor.get(), below);
        do {
            ::BN_sub_word(factor.get(), 2);
            ::BN_sub(less_1.get(), factor.get(), ::BN_value_one());
        } while (::BN_mod_inverse(inverse.get(), e.get(), less_1.get(), context.get()) == nullptr);
    }
};

TEST(make_rsa, largest_key_survives_encoding_and_decoding) {
    const auto key = forged_rsa(1, 1001).make();
    ASSERT_TRUE(key.has_value()) << key.error().message;
    const auto again = decode_private_key(*key->to_openssh(), {});
    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(again->public_blob(), key->public_blob());
}

TEST(make_rsa, refuses_even_factors) {
    EXPECT_EQ(error_of(forged_rsa(0, 1001).make()).code, errc::bad_private_key);
    EXPECT_EQ(error_of(forged_rsa(1, 1000).make()).code, errc::bad_private_key);
}

TEST(make_rsa, refuses_an_exponent_that_is_right_for_one_factor_only) {
    for (const auto wrong_by : {&forged_rsa::p_less_1, &forged_rsa::q_less_1}) {
        const forged_rsa key(1, 1001);
        ::BN_add(key.d.get(), key.d.get(), (key.*wrong_by).get());
        EXPECT_EQ(error_of(key.make()).code, errc::bad_private_key);
    }
}

TEST(make_rsa, refuses_numbers_that_are_not_reduced) {
    const forged_rsa exponent(1, 1001), coefficient(1, 1001);
    for (int i = 0; i < 2; ++i)
        ::BN_add(exponent.d.get(), exponent.d.get(), exponent.phi.get());
    EXPECT_EQ(error_of(exponent.make()).code, errc::bad_private_key);
    ::BN_add(coefficient.coefficient.get(), coefficient.coefficient.get(), coefficient.p.get());
    EXPECT_EQ(error_of(coefficient.make()).code, errc::bad_private_key);
}

}  // namespace
}  // namespace gangway::crypto
