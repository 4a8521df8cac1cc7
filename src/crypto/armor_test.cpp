#include "armor.hpp"

#include "testdata.hpp"

#include <gangway/crypto/errors.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace gangway::crypto {
namespace {

using testdata::error_of;

constexpr std::string_view pkcs8 = "-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----\n";

TEST(find_key_block, tells_the_encodings_apart) {
    const std::pair<std::string, key_encoding> cases[] = {
        {"OPENSSH PRIVATE KEY", key_encoding::openssh},
        {"RSA PRIVATE KEY", key_encoding::pkcs1},
        {"EC PRIVATE KEY", key_encoding::sec1},
        {"PRIVATE KEY", key_encoding::pkcs8},
        {"ENCRYPTED PRIVATE KEY", key_encoding::encrypted_pkcs8},
    };
    for (const auto& [label, encoding] : cases) {
        const auto text = "-----BEGIN " + label + "-----\nAQID\n-----END " + label + "-----\n";
        const auto block = find_key_block(text);
        ASSERT_TRUE(block.has_value()) << label;
        EXPECT_EQ(block->encoding, encoding) << label;
        EXPECT_EQ(view(decode_block(block->base64).value()), "\1\2\3") << label;
    }
}

TEST(find_key_block, skips_what_is_not_a_private_key) {
    const auto text = "Dear all,\n-----BEGIN -----BEGIN CERTIFICATE-----\nBAUG\n-----END CERTIFICATE-----\n" +
                      std::string(pkcs8) + "Yours";
    const auto block = find_key_block(text);
    ASSERT_TRUE(block.has_value());
    EXPECT_EQ(view(decode_block(block->base64).value()), "\1\2\3");
}

TEST(find_key_block, parts_headers_from_base64) {
    for (const std::string end : {"\n", "\r\n"}) {
        const auto text = "-----BEGIN RSA PRIVATE KEY-----" + end + "Proc-Type: 4,ENCRYPTED" + end + "DEK-Info: X,00" +
                          end + end + "AQID" + end + "-----END RSA PRIVATE KEY-----";
        const auto block = find_key_block(text);
        ASSERT_TRUE(block.has_value());
        EXPECT_EQ(block->headers, "Proc-Type: 4,ENCRYPTED" + end + "DEK-Info: X,00");
        EXPECT_EQ(view(decode_block(block->base64).value()), "\1\2\3");
    }
}

TEST(find_key_block, refuses_a_block_without_its_own_end) {
    for (std::size_t size = pkcs8.find("KEY-----") + 8; size < pkcs8.size() - 1; ++size)
        EXPECT_EQ(error_of(find_key_block(pkcs8.substr(0, size))).message,
                  "the private key is damaged: its END line is missing");
    EXPECT_FALSE(find_key_block("-----BEGIN PRIVATE KEY-----\nAQID\n-----END RSA PRIVATE KEY-----"));
    EXPECT_FALSE(find_key_block("-----BEGIN PRIVATE KEY"));
    EXPECT_FALSE(find_key_block("-----BEGIN "));
}

TEST(find_key_block, says_what_a_wrong_text_is) {
    struct {
        std::string_view text;
        errc code;
        std::string_view advice;
    } const cases[] = {
        {"", errc::bad_private_key, "the private key is empty"},
        {" \r\n\t", errc::bad_private_key, "the private key is empty"},
        {"secret", errc::bad_private_key, "this is not a private key"},
        {"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPublic-Lines: 2\n", errc::unsupported_key,
         "puttygen KEY.ppk -O private-openssh"},
        {"-----BEGIN DSA PRIVATE KEY-----\nAQID\n-----END DSA PRIVATE KEY-----", errc::unsupported_key, "DSA"},
        {"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nAQID", errc::unsupported_key, "ssh-keygen -i"},
        {"SSH PRIVATE KEY FILE FORMAT 1.1\n", errc::unsupported_key, "SSH version 1"},
        {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me@here", errc::bad_private_key, "send the private half"},
        {"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNo me@here", errc::bad_private_key, "send the private half"},
        {"sk-ssh-ed25519@openssh.com AAAAGnNrLXNza me@here", errc::bad_private_key, "send the private half"},
        {"-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----", errc::bad_private_key, "send the private half"},
        {"-----BEGIN RSA PUBLIC KEY-----\nAQID", errc::bad_private_key, "send the private half"},
        {"---- BEGIN SSH2 PUBLIC KEY ----\nAQID", errc::bad_private_key, "send the private half"},
        {"-----BEGIN CERTIFICATE-----\nAQID", errc::bad_private_key, "this is a certificate"},
        {"b3BlbnNzaC1rZXktdjEAAAAABG5vbmU", errc::bad_private_key, "send the whole file"},
    };
    for (const auto& wrong : cases) {
        const auto error = error_of(find_key_block(wrong.text));
        EXPECT_EQ(error.code, wrong.code) << wrong.text;
        EXPECT_EQ(error.where, base::phase::request) << wrong.text;
        EXPECT_NE(error.message.find(wrong.advice), std::string::npos) << error.message;
    }
}

TEST(decode_block, ignores_white_space_and_nothing_else) {
    EXPECT_EQ(view(decode_block(" A\tQ\r\nI D\n").value()), "\1\2\3");
    EXPECT_EQ(view(decode_block("AQ==\n").value()), "\1");
    EXPECT_EQ(view(decode_block("").value()), "");
    for (const std::string_view wrong : {"AQ!D", "A", "AQ=D", "AQID=", "AQ-_"})
        EXPECT_FALSE(decode_block(wrong)) << wrong;
}

TEST(unescape_line_ends, mends_text_without_real_line_ends) {
    EXPECT_EQ(view(unescape_line_ends(R"(a\r\nb\nc\d\)").value()), "a\r\nb\nc\\d\\");
}

TEST(unescape_line_ends, leaves_other_text_alone) {
    EXPECT_FALSE(unescape_line_ends("a\\nb\n"));
    EXPECT_FALSE(unescape_line_ends("a\\nb\r"));
    EXPECT_FALSE(unescape_line_ends("a b"));
}

}  // namespace
}  // namespace gangway::crypto
