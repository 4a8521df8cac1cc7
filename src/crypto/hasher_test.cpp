#include <gangway/crypto/hasher.hpp>

#include <gtest/gtest.h>

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

std::string digest_of(digest_algorithm algorithm, std::string_view octets) {
    hasher made{algorithm};
    made.update(octets);
    return hex(made.finish());
}

// RFC 1321 appendix A.5, FIPS 180-4's examples
TEST(hasher, gives_the_standards_examples) {
    EXPECT_EQ(digest_of(digest_algorithm::md5, "abc"), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(digest_of(digest_algorithm::sha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(digest_of(digest_algorithm::sha256, "abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(digest_of(digest_algorithm::sha512, "abc"),
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(hasher, gives_the_same_for_pieces) {
    hasher made{digest_algorithm::sha1};
    made.update("a");
    made.update({});
    made.update("bc");
    EXPECT_EQ(hex(made.finish()), digest_of(digest_algorithm::sha1, "abc"));
}

TEST(digest_algorithm, has_a_name_and_a_size) {
    for (const auto algorithm :
         {digest_algorithm::md5, digest_algorithm::sha1, digest_algorithm::sha256, digest_algorithm::sha512}) {
        EXPECT_EQ(digest_algorithm_named(to_string(algorithm)), algorithm);
        EXPECT_EQ(digest_of(algorithm, "").size(), 2 * digest_size(algorithm));
    }
    EXPECT_EQ(to_string(digest_algorithm::sha512), "sha512");
    EXPECT_EQ(digest_algorithm_named("SHA256"), std::nullopt);
    EXPECT_EQ(digest_algorithm_named("crc32"), std::nullopt);
}

}  // namespace
}  // namespace gangway::crypto
