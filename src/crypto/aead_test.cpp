#include <gangway/crypto/aead.hpp>

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

namespace gangway::crypto {
namespace {

std::string octets(std::string_view hex) {
    std::string made;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        made += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return made;
}

// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
const std::string plain =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be "
    "it.";
const std::string associated = octets("50515253c0c1c2c3c4c5c6c7");
const std::string nonce = octets("404142434445464748494a4b4c4d4e4f5051525354555657");
const std::string box = octets(
    "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb"
    "96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e"
    "c0875924c1c7987947deafd8780acf49");

locked_octets draft_key() {
    return locked_octets(octets("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"));
}

TEST(aead_open, reads_the_vector_of_the_draft) {
    const auto opened = aead_open(draft_key(), associated, nonce + box);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->view(), plain);
}

TEST(aead_open, refuses_every_flipped_bit) {
    const auto key = draft_key();
    const auto sealed = nonce + box;
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        auto other = sealed;
        other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
        ASSERT_FALSE(aead_open(key, associated, other)) << bit;
    }
    for (std::size_t bit = 0; bit < associated.size() * 8; ++bit) {
        auto other = associated;
        other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
        ASSERT_FALSE(aead_open(key, other, sealed)) << bit;
    }
    for (std::size_t bit = 0; bit < aead_key_size * 8; ++bit) {
        locked_octets other(key.view());
        other.data()[bit / 8] = static_cast<char>(other.data()[bit / 8] ^ (1 << bit % 8));
        ASSERT_FALSE(aead_open(other, associated, sealed)) << bit;
    }
}

TEST(aead_open, refuses_every_truncation_and_one_octet_more) {
    const auto key = draft_key();
    const auto sealed = nonce + box;
    for (std::size_t size = 0; size < sealed.size(); ++size)
        ASSERT_FALSE(aead_open(key, associated, sealed.substr(0, size))) << size;
    EXPECT_FALSE(aead_open(key, associated, sealed + '\0'));
}

TEST(aead_seal, what_is_sealed_opens_and_is_longer_by_the_overhead) {
    const auto key = locked_octets::random(aead_key_size);
    for (const std::string& text : {std::string(), std::string("x"), std::string(100'000, 'y')}) {
        const auto sealed = aead_seal(key, "a", text);
        EXPECT_EQ(sealed.size(), text.size() + aead_overhead);
        const auto opened = aead_open(key, "a", sealed);
        ASSERT_TRUE(opened);
        EXPECT_EQ(opened->view(), text);
    }
}

TEST(aead_seal, never_uses_a_nonce_twice) {
    const auto key = locked_octets::random(aead_key_size);
    std::set<std::string> nonces;
    for (int i = 0; i < 10'000; ++i)
        nonces.insert(aead_seal(key, "", "same").substr(0, aead_nonce_size));
    EXPECT_EQ(nonces.size(), 10'000U);
}

TEST(aead_seal, a_key_of_another_size_is_a_bug) {
    EXPECT_THROW((void)aead_seal(locked_octets(31U), "", ""), std::logic_error);
    EXPECT_THROW((void)aead_open(locked_octets(33U), "", ""), std::logic_error);
}

}  // namespace
}  // namespace gangway::crypto
