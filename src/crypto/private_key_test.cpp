#include "testdata.hpp"

#include <gangway/base/byte_reader.hpp>
#include <gangway/crypto/errors.hpp>
#include <gangway/crypto/private_key.hpp>

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <string>
#include <vector>

namespace gangway::crypto {
namespace {

using testdata::decode;
using testdata::error_of;

const std::vector<std::string> types{"ed25519", "p256", "p384", "p521", "rsa"};

std::vector<std::string> with_types(const std::vector<std::string>& endings) {
    std::vector<std::string> names;
    for (const auto& type : types)
        for (const auto& ending : endings)
            if (type != "ed25519" || !ending.starts_with(".pem")) names.push_back(type + ending);
    return names;
}

std::vector<std::string> plain_files() {
    auto names = with_types({"", ".pem", ".pkcs8"});
    for (const auto* name : {"p256.pem.bare", "p256.pem.compressed", "p256.pem.parameters", "rsa1024.pem"})
        names.emplace_back(name);
    return names;
}

std::vector<std::string> encrypted_files() {
    auto names =
        with_types({".3des-cbc", ".aes128-cbc", ".aes192-cbc", ".aes256-cbc", ".aes128-ctr", ".aes192-ctr",
                    ".aes256-ctr", ".aes128-gcm", ".aes256-gcm", ".chacha20-poly1305", ".rfc4716", ".pem.aes128",
                    ".pem.aes192", ".pem.aes256", ".pem.des3", ".pkcs8.pbkdf2", ".pkcs8.scrypt"});
    for (const auto* ending : {"SHA1", "SHA224", "SHA384", "SHA512", "aes128", "aes192", "des3", "pkcs12"})
        names.push_back(std::string("ed25519.pkcs8.") + ending);
    for (const auto* type : {"p256", "p384", "p521", "rsa"})
        names.push_back(std::string(type) + ".pkcs8.ssh-keygen");
    names.emplace_back("ed25519.rounds16");
    return names;
}

class plain_file : public testing::TestWithParam<std::string> {};
class encrypted_file : public testing::TestWithParam<std::string> {};

std::string test_name(const testing::TestParamInfo<std::string>& info) {
    std::string name = info.param;
    for (char& c : name)
        if (c == '.' || c == '-') c = '_';
    return name;
}

TEST_P(plain_file, gives_the_public_half_whatever_the_passphrase) {
    const auto text = testdata::read(GetParam() + ".key");
    for (const std::string_view passphrase : {std::string_view(), testdata::passphrase}) {
        const auto key = decode(text, passphrase);
        ASSERT_TRUE(key.has_value()) << key.error().message;
        EXPECT_EQ(key->public_blob(), testdata::public_blob(GetParam()));
    }
}
INSTANTIATE_TEST_SUITE_P(decode_private_key, plain_file, testing::ValuesIn(plain_files()), test_name);

TEST_P(encrypted_file, opens_with_its_passphrase_only) {
    const auto text = testdata::read(GetParam() + ".key");
    const auto key = decode(text, testdata::passphrase);
    ASSERT_TRUE(key.has_value()) << key.error().message;
    EXPECT_EQ(key->public_blob(), testdata::public_blob(GetParam()));

    const auto missing = error_of(decode(text));
    EXPECT_EQ(missing.code, errc::passphrase_missing);
    EXPECT_EQ(missing.message, "the private key is encrypted: send its passphrase");
    EXPECT_EQ(missing.where, base::phase::request);

    const auto wrong = error_of(decode(text, "Correct horse"));
    EXPECT_EQ(wrong.code, errc::passphrase_wrong);
    EXPECT_EQ(wrong.message, "the passphrase is wrong");
}
INSTANTIATE_TEST_SUITE_P(decode_private_key, encrypted_file, testing::ValuesIn(encrypted_files()), test_name);

TEST(decode_private_key, tells_a_wrong_passphrase_even_where_the_padding_is_right_by_chance) {
    for (const std::string name : {"p256.pem.aes128.key", "ed25519.pkcs8.des3.key"}) {
        const auto text = testdata::read(name);
        for (int i = 0; i < 1500; ++i)  // one in 256 gets that far
            EXPECT_EQ(error_of(decode(text, "wrong " + std::to_string(i))).code, errc::passphrase_wrong) << name << i;
    }
}

TEST(decode_private_key, takes_other_line_ends_and_white_space_around) {
    const auto text = testdata::read("p256.pem.aes128.key");
    const auto with_line_ends = [&](std::string_view end) {
        std::string other;
        for (const char c : text)
            c == '\n' ? other.append(end) : other.append(1, c);
        return other;
    };
    for (const std::string& other :
         {with_line_ends("\r\n"), with_line_ends("\r"), with_line_ends("\\n"), with_line_ends("\\r\\n"),
          with_line_ends("  \n"), "\n \t" + text + "\r\n  ", "\xEF\xBB\xBF" + text, text.substr(0, text.size() - 1)})
        EXPECT_TRUE(decode(other, testdata::passphrase)) << other;
}

TEST(decode_private_key, takes_a_key_pasted_into_one_line) {
    auto text = testdata::read("rsa.key");
    for (char& c : text)
        if (c == '\n') c = ' ';
    EXPECT_TRUE(decode(text));
}

TEST(decode_private_key, refuses_kinds_it_cannot_use_and_says_so) {
    const std::pair<std::string, std::string_view> cases[] = {
        {"dsa.refused", "DSA keys are not supported"},
        {"dsa.pem.refused", "DSA keys are not supported"},
        {"dsa.pkcs8.refused", "DSA keys are not supported"},
        {"ed448.pkcs8.refused", "this kind of key is not supported"},
        {"rsa-pss.pkcs8.refused", "this kind of key is not supported"},
        {"secp256k1.pem.refused", "P-256, P-384 and P-521 only"},
        {"p256.pem.refused-explicit", "explicit curve parameters"},
        {"rsa512.pem.refused", "this RSA key has 512 bits"},
        {"rsa-primes.pem.refused", "more than two primes"},
        {"rsa.pem.refused-des", "\"DES-CBC\""},
        {"ed25519.pkcs8.refused-des", "openssl pkcs8 -topk8 -v2 aes256"},
    };
    for (const auto& [name, advice] : cases) {
        const auto error = error_of(decode(testdata::read(name + ".key"), testdata::passphrase));
        EXPECT_EQ(error.code, errc::unsupported_key) << name;
        EXPECT_NE(error.message.find(advice), std::string::npos) << error.message;
    }
}

TEST(decode_private_key, refuses_a_public_key) {
    EXPECT_EQ(error_of(decode(testdata::read("rsa.pub"))).message, "this is a public key: send the private half");
}

TEST(decode_private_key, refuses_what_is_longer_than_the_limits) {
    auto text = testdata::read("ed25519.key");
    text.resize(key_limits{}.file_size, '\n');
    EXPECT_TRUE(decode(text));
    EXPECT_EQ(error_of(decode(text + "\n")).code, errc::bad_private_key);

    const auto encrypted = testdata::read("ed25519.aes128-ctr.key");
    EXPECT_EQ(error_of(decode(encrypted, std::string(key_limits{}.passphrase_size, 'x'))).message,
              "the passphrase is wrong");
    EXPECT_EQ(error_of(decode(encrypted, std::string(key_limits{}.passphrase_size + 1, 'x'))).message,
              "the passphrase is longer than 65536 octets");
}

TEST(decode_private_key, refuses_damaged_base64) {
    auto text = testdata::read("ed25519.key");
    text[text.find("b3Bl")] = '*';
    EXPECT_EQ(error_of(decode(text)).message, "the private key is damaged: it is not base64");
}

TEST(decode_private_key, leaves_the_error_queue_of_libcrypto_as_it_was) {
    ::ERR_clear_error();
    EXPECT_FALSE(decode(testdata::read("p256.pem.aes128.key"), "wrong"));
    EXPECT_EQ(::ERR_peek_error(), 0U);
}

TEST(private_key, tells_its_type_and_algorithm) {
    const std::pair<key_type, std::string> expected[] = {
        {key_type::ed25519, "ssh-ed25519"},
        {key_type::ecdsa_p256, "ecdsa-sha2-nistp256"},
        {key_type::ecdsa_p384, "ecdsa-sha2-nistp384"},
        {key_type::ecdsa_p521, "ecdsa-sha2-nistp521"},
        {key_type::rsa, "ssh-rsa"},
    };
    for (std::size_t i = 0; i < types.size(); ++i) {
        const auto key = decode(testdata::read(types[i] + ".key"));
        ASSERT_TRUE(key.has_value());
        EXPECT_EQ(key->type(), expected[i].first);
        EXPECT_EQ(key->algorithm(), expected[i].second);
    }
}

/// The key in the private section of an OpenSSH file: no check numbers, comment and padding.
std::string key_fields(std::string_view body) {
    const auto fields = testdata::private_section(body).substr(8);
    base::byte_reader reader(fields);
    const auto kind = reader.string();
    for (int i = kind == "ssh-rsa" ? 6 : kind == "ssh-ed25519" ? 2 : 3; i > 0; --i)
        reader.string();
    return fields.substr(0, fields.size() - reader.remaining());
}

TEST(private_key, to_openssh_holds_what_ssh_keygen_wrote) {
    for (const auto& type : types) {
        const auto key = decode(testdata::read(type + ".key"));
        ASSERT_TRUE(key.has_value());
        const auto file = key->to_openssh();
        ASSERT_TRUE(file.has_value());
        const auto block = find_key_block(file->view());
        ASSERT_TRUE(block.has_value());
        const auto body = decode_block(block->base64).value();
        EXPECT_EQ(key_fields(view(body)), key_fields(testdata::read_body(type + ".key")));
    }
}

TEST(private_key, to_openssh_decodes_to_the_same_key) {
    for (const auto& name : plain_files()) {
        const auto file = decode(testdata::read(name + ".key"))->to_openssh();
        ASSERT_TRUE(file.has_value());
        const auto again = decode_private_key(*file, {});
        ASSERT_TRUE(again.has_value()) << name;
        EXPECT_EQ(again->public_blob(), testdata::public_blob(name));
        EXPECT_EQ(again->to_openssh()->view(), file->view());
    }
}

TEST(private_key, to_openssh_writes_lines_as_openssh_does) {
    const auto file = decode(testdata::read("rsa.key"))->to_openssh();
    const auto text = file->view();
    EXPECT_TRUE(text.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU"));
    EXPECT_TRUE(text.ends_with("\n-----END OPENSSH PRIVATE KEY-----\n"));
    EXPECT_EQ(text.find('\n', 36), 36U + 70U);
}

}  // namespace
}  // namespace gangway::crypto
