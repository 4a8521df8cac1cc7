#include "asn1_keys.hpp"

#include "testdata.hpp"

#include <gangway/crypto/errors.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::crypto {
namespace {

using testdata::error_of;

struct encoded {
    std::string name;
    base::result<private_key> (*decode)(std::string_view);
};
const encoded files[] = {
    {"rsa.pem", decode_pkcs1},      {"p256.pem", decode_sec1},       {"p521.pem", decode_sec1},
    {"p256.pem.bare", decode_sec1}, {"ed25519.pkcs8", decode_pkcs8}, {"p256.pkcs8", decode_pkcs8},
    {"rsa.pkcs8", decode_pkcs8},
};

TEST(asn1_keys, every_truncation_and_one_extra_octet_are_refused) {
    for (const auto& [name, decode] : files) {
        const auto der = testdata::read_body(name + ".key");
        ASSERT_TRUE(decode(der)) << name;
        for (std::size_t size = 0; size < der.size(); ++size)
            EXPECT_EQ(error_of(decode(der.substr(0, size))).code, errc::bad_private_key) << name << size;
        EXPECT_EQ(error_of(decode(der + '\0')).code, errc::bad_private_key) << name;
    }
}

TEST(asn1_keys, a_flipped_octet_gives_an_error_or_a_key_that_decodes_again) {
    for (const auto& [name, decode] : files) {
        const auto der = testdata::read_body(name + ".key");
        for (std::size_t at = 0; at < der.size(); ++at)
            for (const char mask : {'\x01', '\x80', '\xFF'}) {
                auto changed = der;
                changed[at] = static_cast<char>(changed[at] ^ mask);
                const auto key = decode(changed);
                if (!key) continue;
                const auto again = decode_private_key(*key->to_openssh(), {});
                ASSERT_TRUE(again.has_value()) << name << " at " << at;
                EXPECT_EQ(again->public_blob(), key->public_blob()) << name << " at " << at;
            }
    }
}

/// An element of less than 128 octets.
std::string der(char tag, const std::string& contents) {
    return std::string(1, tag) + static_cast<char>(contents.size()) + contents;
}
std::string sequence(const std::string& contents) {
    return der('\x30', contents);
}

const std::string p256_name = der('\x06', "\x2A\x86\x48\xCE\x3D\x03\x01\x07");
const std::string p384_name = der('\x06', std::string("\x2B\x81\x04\x00\x22", 5));
const std::string version_0("\x02\x01\x00", 3), version_1("\x02\x01\x01", 3);
const std::string scalar = der('\x04', std::string(32, '\x11'));
const std::string ec_kind = der('\x06', "\x2A\x86\x48\xCE\x3D\x02\x01");
const std::string ed25519_kind = sequence(der('\x06', "\x2B\x65\x70"));
const std::string seed = der('\x04', der('\x04', std::string(32, 's')));

TEST(decode_sec1, wants_version_one_and_a_curve) {
    EXPECT_TRUE(decode_sec1(sequence(version_1 + scalar + der('\xA0', p256_name))));
    EXPECT_FALSE(decode_sec1(sequence(version_0 + scalar + der('\xA0', p256_name))));
    EXPECT_EQ(error_of(decode_sec1(sequence(version_1 + scalar))).message,
              "the private key is damaged: it does not name its curve");
    EXPECT_FALSE(decode_sec1(sequence(version_1 + scalar + der('\xA0', p256_name + p256_name))));
    EXPECT_FALSE(decode_sec1(sequence(version_1 + scalar + der('\xA0', p256_name) + version_1)));
}

TEST(decode_sec1, refuses_a_public_half_that_is_not_whole_octets) {
    const auto with_point = [](const std::string& bits) {
        return decode_sec1(sequence(version_1 + scalar + der('\xA0', p256_name) + der('\xA1', der('\x03', bits))));
    };
    EXPECT_FALSE(with_point(""));
    EXPECT_FALSE(with_point(std::string(1, '\0')));
    EXPECT_FALSE(with_point(std::string("\0\x04", 2)));

    auto file = testdata::read_body("p256.pem.key");
    const auto unused_bits = file.find(std::string("\x03\x42\x00\x04", 4)) + 2;
    file.at(unused_bits) = '\1';
    EXPECT_EQ(error_of(decode_sec1(file)).message, "the private key is damaged: its public half is not readable");
}

TEST(decode_pkcs8, takes_the_curve_from_outside_and_bears_no_contradiction) {
    const auto with_key = [](const std::string& key) {
        return decode_pkcs8(sequence(version_0 + sequence(ec_kind + p256_name) + der('\x04', key)));
    };
    EXPECT_TRUE(with_key(sequence(version_1 + scalar)));
    EXPECT_TRUE(with_key(sequence(version_1 + scalar + der('\xA0', p256_name))));
    EXPECT_EQ(error_of(with_key(sequence(version_1 + scalar + der('\xA0', p384_name)))).message,
              "the private key is damaged: it names two curves");
}

TEST(decode_pkcs8, takes_attributes_and_a_public_half_behind_the_key) {
    const auto start = version_1 + ed25519_kind + seed;
    const auto attributes = der('\xA0', "x"), public_half = der('\x81', "y");
    EXPECT_TRUE(decode_pkcs8(sequence(start + attributes + public_half)));
    EXPECT_FALSE(decode_pkcs8(sequence(start + public_half + attributes))) << "order";
    EXPECT_FALSE(decode_pkcs8(sequence(start + attributes + attributes)));
    EXPECT_FALSE(decode_pkcs8(sequence(der('\x02', "\x02") + ed25519_kind + seed))) << "version";
}

TEST(decode_pkcs8, refuses_an_ed25519_seed_of_another_length) {
    for (const std::size_t size : {0U, 31U, 33U})
        EXPECT_EQ(error_of(decode_pkcs8(
                               sequence(version_0 + ed25519_kind + der('\x04', der('\x04', std::string(size, 's'))))))
                      .code,
                  errc::bad_private_key);
}

}  // namespace
}  // namespace gangway::crypto
