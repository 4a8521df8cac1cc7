#include "blowfish.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gangway::crypto {
namespace {

std::string from_u64(std::uint64_t value) {
    std::string octets;
    for (unsigned shift = 64; shift > 0; shift -= 8)
        octets.push_back(static_cast<char>(value >> (shift - 8)));
    return octets;
}

/// One block under an ordinary Blowfish key of 8 octets: its schedule repeats the key, so eight of them are the same.
std::uint64_t encrypt_plainly(std::uint64_t key, std::uint64_t block) {
    std::string octets;
    for (int i = 0; i < 8; ++i)
        octets += from_u64(key);
    blowfish cipher;
    cipher.expand(schedule_words(octets));
    auto left = static_cast<std::uint32_t>(block >> 32), right = static_cast<std::uint32_t>(block);
    cipher.encrypt(left, right);
    return std::uint64_t{left} << 32 | right;
}

TEST(pi_fraction, begins_and_ends_as_blowfish_tables_do) {
    const auto words = pi_fraction();
    EXPECT_EQ(words[0], 0x243F6A88U);     // first subkey
    EXPECT_EQ(words[17], 0x8979FB1BU);    // last subkey
    EXPECT_EQ(words[18], 0xD1310BA6U);    // first word of the first box
    EXPECT_EQ(words[1041], 0x3AC372E6U);  // last word of the last box
}

TEST(blowfish, gives_the_authors_test_vectors) {
    EXPECT_EQ(encrypt_plainly(0, 0), 0x4EF997456198DD78U);
    EXPECT_EQ(encrypt_plainly(0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF), 0x51866FD5B85ECB8AU);
    EXPECT_EQ(encrypt_plainly(0x3000000000000000, 0x1000000000000001), 0x7D856F9A613063F2U);
    EXPECT_EQ(encrypt_plainly(0x1111111111111111, 0x1111111111111111), 0x2466DD878B963C9DU);
    EXPECT_EQ(encrypt_plainly(0x0123456789ABCDEF, 0x1111111111111111), 0x61F9C3802281B096U);
}

TEST(blowfish, salted_schedule_with_a_salt_of_zeros_is_the_plain_one) {
    const std::string key(64, 'k');
    blowfish plain, salted, other;
    plain.expand(schedule_words(key));
    salted.expand(schedule_words(key), schedule_words(std::string(64, '\0')));
    other.expand(schedule_words(key), schedule_words(std::string(64, '\1')));
    const auto encrypt = [](const blowfish& cipher) {
        std::uint32_t left = 1, right = 2;
        cipher.encrypt(left, right);
        return std::pair{left, right};
    };
    EXPECT_EQ(encrypt(plain), encrypt(salted));
    EXPECT_NE(encrypt(plain), encrypt(other));
}

}  // namespace
}  // namespace gangway::crypto
