#include "testdata.hpp"

#include <gangway/crypto/errors.hpp>
#include <gangway/crypto/generate_key.hpp>
#include <gangway/crypto/public_key.hpp>
#include <gangway/crypto/sign.hpp>

#include <gtest/gtest.h>

namespace gangway::crypto {
namespace {

const std::pair<key_type, std::string_view> types[] = {{key_type::ed25519, "ssh-ed25519"},
                                                       {key_type::ecdsa_p256, "ecdsa-sha2-nistp256"},
                                                       {key_type::ecdsa_p384, "ecdsa-sha2-nistp384"},
                                                       {key_type::ecdsa_p521, "ecdsa-sha2-nistp521"},
                                                       {key_type::rsa, "ssh-rsa"}};

TEST(generate_key, makes_keys_that_sign_and_survive_being_written_down) {
    for (const auto& [type, algorithm] : types) {
        const auto key = generate_key(type);
        ASSERT_TRUE(key) << algorithm;
        EXPECT_EQ(key->type(), type);
        EXPECT_EQ(key->algorithm(), algorithm);
        // sign() verifies what it has made.
        EXPECT_TRUE(sign(*key, type == key_type::rsa ? "rsa-sha2-512" : algorithm, "octets")) << algorithm;
        const auto file = key->to_openssh();
        ASSERT_TRUE(file);
        const auto again = testdata::decode(file->view());
        ASSERT_TRUE(again) << algorithm;
        EXPECT_EQ(again->public_blob(), key->public_blob());
    }
}

TEST(generate_key, rsa_keys_have_4096_bits) {
    const auto key = generate_key(key_type::rsa);
    ASSERT_TRUE(key);
    base::byte_reader fields(key->public_blob());
    fields.string();
    fields.string();
    const auto modulus = fields.string();
    EXPECT_EQ(modulus.size(), 4096U / 8 + 1);
    EXPECT_EQ(modulus[0], '\0');
    EXPECT_NE(static_cast<unsigned char>(modulus[1]) & 0x80, 0);
    EXPECT_TRUE(fields.complete());
}

TEST(generate_key, no_two_are_the_same) {
    EXPECT_NE(generate_key(key_type::ed25519)->public_blob(), generate_key(key_type::ed25519)->public_blob());
    EXPECT_NE(generate_key(key_type::ecdsa_p256)->public_blob(), generate_key(key_type::ecdsa_p256)->public_blob());
}

TEST(authorized_key, is_the_line_that_ssh_keygen_writes) {
    for (const std::string type : {"ed25519", "p256", "p384", "p521", "rsa"})
        EXPECT_EQ(authorized_key(testdata::public_blob(type), "gangway test key " + type) + "\n",
                  testdata::read(type + ".pub"));
}

TEST(authorized_key, a_comment_cannot_start_another_line) {
    const auto blob = testdata::public_blob("ed25519");
    const auto bare = authorized_key(blob, "");
    EXPECT_EQ(bare.find('\n'), std::string::npos);
    EXPECT_EQ(authorized_key(blob, "a\nssh-rsa AAAA"), bare + " a\\nssh-rsa AAAA");
}

}  // namespace
}  // namespace gangway::crypto
