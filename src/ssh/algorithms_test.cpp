#include "algorithms.hpp"

#include "message_numbers.hpp"
#include "testing/hex.hpp"
#include "wire.hpp"

#include <gangway/ssh/errors.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace gangway::ssh {
namespace {

using list = std::vector<std::string>;

/// A KEXINIT with these lists, written field by field.
std::string kexinit_payload(const list& fields, std::string_view tail = std::string_view("\0\0\0\0\0", 5)) {
    std::string payload(1, static_cast<char>(msg::kexinit));
    payload += std::string(16, 'c');
    base::byte_writer out(payload);
    for (const auto& field : fields)
        out.string(field);
    out.raw(tail);
    return payload;
}

// What OpenSSH 9.2p1 of Debian 12 offers as it comes.
const list openssh = {
    "sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,"
    "ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,"
    "diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256,"
    "kex-strict-s-v00@openssh.com",
    "rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256,ssh-ed25519",
    "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com",
    "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"
    "hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1",
    "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"
    "hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1",
    "none,zlib@openssh.com",
    "none,zlib@openssh.com",
    "",
    ""};

algorithm_preferences few() {
    return {{"curve25519-sha256", "diffie-hellman-group14-sha256"},
            {"ssh-ed25519", "rsa-sha2-512"},
            {"aes128-gcm@openssh.com", "aes256-ctr"},
            {"hmac-sha2-256"}};
}

TEST(kexinit, of_openssh_is_read_and_agreed_with) {
    const auto payload = kexinit_payload(openssh);
    const auto server = read_kexinit(payload);
    ASSERT_TRUE(server);
    EXPECT_EQ(server->host_keys,
              (std::vector<std::string_view>{"rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256", "ssh-ed25519"}));
    EXPECT_FALSE(server->guess_follows);
    const auto agreed = agree(few(), *server);
    ASSERT_TRUE(agreed);
    EXPECT_EQ(agreed->key_exchange, "curve25519-sha256");
    EXPECT_EQ(agreed->host_key, "ssh-ed25519");
    EXPECT_EQ(agreed->cipher_in, "aes128-gcm@openssh.com");
    EXPECT_EQ(agreed->mac_in, "");
}

TEST(kexinit, is_written_as_it_is_read) {
    const auto payload = write_kexinit(few(), std::string(16, 'c'), true);
    EXPECT_EQ(payload,
              kexinit_payload(
                  {"curve25519-sha256,diffie-hellman-group14-sha256,ext-info-c,kex-strict-c-v00@openssh.com",
                   "ssh-ed25519,rsa-sha2-512", "aes128-gcm@openssh.com,aes256-ctr", "aes128-gcm@openssh.com,aes256-ctr",
                   "hmac-sha2-256", "hmac-sha2-256", "none", "none", "", ""}));
    const auto later = write_kexinit(few(), std::string(16, 'c'), false);
    EXPECT_EQ(later.find("strict"), later.npos);
    EXPECT_EQ(later.find("ext-info"), later.npos);
}

TEST(kexinit, that_is_cut_off_or_has_more_is_refused) {
    const auto whole = kexinit_payload(openssh);
    for (std::size_t size = 1; size < whole.size(); ++size) {
        const auto cut = whole.substr(0, size);
        EXPECT_FALSE(read_kexinit(cut)) << size;
    }
    const auto more = whole + '\0';
    EXPECT_FALSE(read_kexinit(more));
}

TEST(kexinit, with_hostile_names_is_refused) {
    auto many = openssh;
    for (int i = 0; i < 10'000; ++i)
        many[0] += ",a";
    const auto names = {many[0], std::string(1 << 20, 'a'), std::string("a\0b", 3), std::string("\xc3\xa4"),
                        std::string("a,,b")};
    for (const auto& name : names) {
        auto fields = openssh;
        fields[0] = name;
        const auto payload = kexinit_payload(fields);
        const auto read = read_kexinit(payload);
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().code, errc::protocol_error);
    }
}

TEST(agreement, is_the_first_of_the_client_s_names) {
    auto fields = openssh;
    fields[2] = "aes256-ctr";
    fields[3] = "aes256-ctr,aes128-gcm@openssh.com";
    const auto payload = kexinit_payload(fields);
    const auto agreed = agree(few(), *read_kexinit(payload));
    ASSERT_TRUE(agreed);
    EXPECT_EQ(agreed->cipher_out, "aes256-ctr");
    EXPECT_EQ(agreed->mac_out, "hmac-sha2-256");
    EXPECT_EQ(agreed->cipher_in, "aes128-gcm@openssh.com");
    EXPECT_EQ(agreed->mac_in, "");
}

TEST(agreement, fails_where_nothing_is_common_and_says_what_the_server_has) {
    for (const std::size_t field : {0U, 1U, 2U, 3U, 6U, 7U}) {
        auto fields = openssh;
        fields[field] = "other-one,other-two";
        const auto payload = kexinit_payload(fields);
        const auto agreed = agree(few(), *read_kexinit(payload));
        ASSERT_FALSE(agreed) << field;
        EXPECT_EQ(agreed.error().code, errc::no_common_algorithm);
        EXPECT_NE(agreed.error().message.find("other-one, other-two"), std::string::npos);
        fields[field] = "";
        const auto empty = kexinit_payload(fields);
        EXPECT_FALSE(agree(few(), *read_kexinit(empty))) << field;
    }
}

TEST(agreement, needs_no_mac_beside_a_cipher_that_authenticates) {
    auto fields = openssh;
    fields[4] = fields[5] = "";
    const auto payload = kexinit_payload(fields);
    EXPECT_TRUE(agree(few(), *read_kexinit(payload)));
    auto without_aead = few();
    without_aead.ciphers = {"aes256-ctr"};
    EXPECT_FALSE(agree(without_aead, *read_kexinit(payload)));
}

// RFC 4253 section 7: right only if both first names are the same.
TEST(guess, is_right_only_if_both_sides_put_the_same_first) {
    auto fields = openssh;
    fields[0] = "curve25519-sha256";
    fields[1] = "ssh-ed25519";
    const auto same = kexinit_payload(fields);
    EXPECT_FALSE(guessed_wrong(few(), *read_kexinit(same)));
    fields[1] = "rsa-sha2-512,ssh-ed25519";
    const auto other_key = kexinit_payload(fields);
    EXPECT_TRUE(guessed_wrong(few(), *read_kexinit(other_key)));
    fields[1] = "ssh-ed25519";
    fields[0] = "diffie-hellman-group14-sha256,curve25519-sha256";
    const auto other_exchange = kexinit_payload(fields);
    EXPECT_TRUE(guessed_wrong(few(), *read_kexinit(other_exchange)));
}

TEST(preferences, by_default_are_all_implemented_and_without_sha1) {
    const auto all = default_algorithms();
    EXPECT_NO_THROW(check(all));
    EXPECT_FALSE(contains(all.host_keys, "ssh-rsa"));
    EXPECT_EQ(all.key_exchanges.front(), "curve25519-sha256");
    EXPECT_EQ(all.key_exchanges.size(), 9U);
    EXPECT_EQ(all.ciphers.size(), 6U);
}

TEST(preferences, with_unknown_names_or_none_are_refused) {
    for (const auto names : {&algorithm_preferences::key_exchanges, &algorithm_preferences::host_keys,
                             &algorithm_preferences::ciphers, &algorithm_preferences::macs}) {
        auto wrong = default_algorithms();
        wrong.*names = {"ssh-rsa"};
        EXPECT_THROW(check(wrong), std::invalid_argument);
        wrong.*names = {};
        EXPECT_THROW(check(wrong), std::invalid_argument);
    }
}

TEST(hash, is_the_one_of_the_method) {
    EXPECT_STREQ(hash_of("curve25519-sha256@libssh.org"), "SHA256");
    EXPECT_STREQ(hash_of("ecdh-sha2-nistp256"), "SHA256");
    EXPECT_STREQ(hash_of("ecdh-sha2-nistp384"), "SHA384");
    EXPECT_STREQ(hash_of("ecdh-sha2-nistp521"), "SHA512");
    EXPECT_STREQ(hash_of("diffie-hellman-group18-sha512"), "SHA512");
    EXPECT_STREQ(hash_of("diffie-hellman-group-exchange-sha256"), "SHA256");
}

}  // namespace
}  // namespace gangway::ssh
