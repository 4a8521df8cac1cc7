#include "testdata.hpp"

#include <gangway/base/base64.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/crypto/errors.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::crypto {
namespace {

std::string hex(std::string_view octets) {
    std::string text;
    for (const char c : octets) {
        constexpr std::string_view digits = "0123456789abcdef";
        text += digits[static_cast<unsigned char>(c) >> 4];
        text += digits[static_cast<unsigned char>(c) & 15];
    }
    return text;
}

// FIPS 180-4's examples
constexpr std::string_view abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(sha256, gives_the_standards_examples) {
    EXPECT_EQ(hex(sha256("abc")), abc);
    EXPECT_EQ(hex(sha256({})), nothing);
}

TEST(sha256_hasher, gives_the_same_for_pieces) {
    sha256_hasher hasher;
    hasher.update("a");
    hasher.update({});
    hasher.update("bc");
    EXPECT_EQ(hex(hasher.finish()), abc);
}

TEST(sha256_hasher, starts_afresh_after_finish) {
    sha256_hasher hasher;
    hasher.update("something");
    EXPECT_EQ(hasher.finish(), sha256("something"));
    EXPECT_EQ(hex(hasher.finish()), nothing);
    hasher.update("abc");
    EXPECT_EQ(hex(hasher.finish()), abc);
}

TEST(hmac_sha1, gives_the_examples_of_rfc_2202) {
    EXPECT_EQ(hex(hmac_sha1(std::string(20, '\x0b'), "Hi There")), "b617318655057264e28bc0b6fb378c8ef146be00");
    EXPECT_EQ(hex(hmac_sha1("Jefe", "what do ya want for nothing?")), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    EXPECT_EQ(hex(hmac_sha1(std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
              "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(hmac_sha1, matches_a_host_hashed_by_ssh_keygen) {
    const auto salt = base::from_base64("iT8LtdAJIWM6axqZ0a1qSDmXWLg=").value();
    EXPECT_EQ(base::to_base64(hmac_sha1(salt, "sftp.example.com")), "05cljrzbeHJhR6BY/IdGQNa2nY8=");
}

TEST(hmac_sha256, gives_the_examples_of_rfc_4231) {
    EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(hmac_sha256, takes_an_empty_key_and_no_octets) {
    EXPECT_EQ(hex(hmac_sha256({}, {})), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(constant_time_equal, compares_like_equality) {
    EXPECT_TRUE(constant_time_equal("", ""));
    EXPECT_TRUE(constant_time_equal("token", "token"));
    EXPECT_FALSE(constant_time_equal("token", "tokeN"));
    EXPECT_FALSE(constant_time_equal("Token", "token"));
    EXPECT_FALSE(constant_time_equal("token", "toke"));
    EXPECT_FALSE(constant_time_equal("", "token"));
}

TEST(random_bytes, gives_as_many_as_asked_and_never_the_same) {
    EXPECT_EQ(random_bytes(0), "");
    const auto first = random_bytes(32), second = random_bytes(32);
    EXPECT_EQ(first.size(), 32U);
    EXPECT_NE(first, second);
}

TEST(errc, converts_to_an_error_code_of_this_room) {
    const std::error_code code = errc::kdf_too_costly;
    EXPECT_STREQ(code.category().name(), "gangway.crypto");
    EXPECT_EQ(code.message(), "key derivation too costly");
    EXPECT_EQ(code, errc::kdf_too_costly);
    EXPECT_NE(code, errc::bad_private_key);
}

}  // namespace
}  // namespace gangway::crypto
