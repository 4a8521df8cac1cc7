#include <gangway/model/errors.hpp>
#include <gangway/model/fingerprint.hpp>

#include <gtest/gtest.h>

namespace gangway::model {
namespace {

/// As ssh-keygen -l printed it, and the same SHA-256 digest in octets.
constexpr std::string_view printed = "SHA256:yLYq211l8+mUzToqj3hULjDQbzf+b4bfwa8FCdOWyAI";
constexpr fingerprint::digest octets{0xc8, 0xb6, 0x2a, 0xdb, 0x5d, 0x65, 0xf3, 0xe9, 0x94, 0xcd, 0x3a,
                                     0x2a, 0x8f, 0x78, 0x54, 0x2e, 0x30, 0xd0, 0x6f, 0x37, 0xfe, 0x6f,
                                     0x86, 0xdf, 0xc1, 0xaf, 0x05, 0x09, 0xd3, 0x96, 0xc8, 0x02};

TEST(fingerprint, reads_and_writes_what_ssh_keygen_prints) {
    EXPECT_EQ(fingerprint{octets}.text(), printed);
    EXPECT_EQ(fingerprint::parse(printed).value(), fingerprint{octets});
}

TEST(fingerprint, one_padding_character_is_tolerated) {
    EXPECT_EQ(fingerprint::parse(std::string{printed} + "=").value(), fingerprint{octets});
    EXPECT_FALSE(fingerprint::parse(std::string{printed} + "=="));
}

TEST(fingerprint, one_octet_of_difference_is_seen) {
    auto other = octets;
    other.back() ^= 1;
    EXPECT_NE(fingerprint{other}, fingerprint{octets});
}

TEST(fingerprint, every_truncation_is_refused) {
    for (std::size_t length = 0; length < printed.size(); ++length)
        EXPECT_FALSE(fingerprint::parse(printed.substr(0, length))) << length;
}

TEST(fingerprint, anything_else_is_refused_with_the_right_form) {
    const auto digits = printed.substr(7);
    for (const std::string& text : {
             std::string{digits},
             "sha256:" + std::string{digits},
             std::string{"MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48"},
             std::string{"16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48"},
             " " + std::string{printed},
             std::string{printed} + "\n",
             "SHA256: " + std::string{digits},
             "SHA256: " + std::string{digits.substr(1)},
             "SHA256:" + std::string(42, 'A') + " ",
             "SHA256:" + std::string(43, '-'),
             "SHA256:" + std::string(43, '='),
             std::string{printed} + "A",
         }) {
        const auto parsed = fingerprint::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, errc::invalid_value);
        EXPECT_EQ(parsed.error().fact_named("field"), "hostKey");
        EXPECT_TRUE(parsed.error().message.contains("SHA256:"));
    }
}

}  // namespace
}  // namespace gangway::model
