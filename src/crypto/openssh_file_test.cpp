#include "openssh_file.hpp"

#include "testdata.hpp"

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/crypto/errors.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::crypto {
namespace {

using testdata::error_of;

constexpr std::string_view magic("openssh-key-v1\0", 15);
const std::string types[] = {"ed25519", "p256", "p384", "p521", "rsa"};

/// The layers of a file, to be put together wrongly.
struct parts {
    std::string magic{crypto::magic}, cipher = "none", kdf = "none", options, public_blob, section, tail;
    std::uint32_t keys = 1;

    /// Those of a real file.
    explicit parts(const std::string& name) {
        const auto body = testdata::read_body(name);
        base::byte_reader reader(body);
        reader.take(magic.size());
        cipher = reader.string();
        kdf = reader.string();
        options = reader.string();
        keys = reader.u32();
        public_blob = reader.string();
        section = reader.string();
        tail = reader.rest();
    }
    [[nodiscard]] std::string encode() const {
        std::string out;
        base::byte_writer writer(out);
        writer.raw(magic);
        for (const auto* field : {&cipher, &kdf, &options})
            writer.string(*field);
        writer.u32(keys);
        writer.string(public_blob);
        writer.string(section);
        writer.raw(tail);
        return out;
    }
    void set_bcrypt(std::string_view salt, std::uint32_t rounds) {
        options.clear();
        base::byte_writer writer(options);
        writer.string(salt);
        writer.u32(rounds);
    }
};

base::result<private_key> decode(const parts& file, std::string_view passphrase = testdata::passphrase) {
    return decode_openssh(file.encode(), passphrase, testdata::patient());
}

TEST(openssh_file, test_parts_put_together_rightly_are_a_key) {
    EXPECT_TRUE(decode(parts("rsa.key")));
    EXPECT_TRUE(decode(parts("rsa.aes256-gcm.key")));
}

TEST(openssh_file, every_truncation_and_one_extra_octet_are_refused) {
    for (const auto& type : types)
        for (const std::string ending : {".key", ".aes256-ctr.key", ".aes128-gcm.key", ".chacha20-poly1305.key"}) {
            const auto body = testdata::read_body(type + ending);
            for (std::size_t size = 0; size < body.size(); ++size) {
                const auto error = error_of(decode_openssh(body.substr(0, size), testdata::passphrase, {}));
                EXPECT_EQ(error.code, errc::bad_private_key) << type << ending << size;
            }
            EXPECT_FALSE(decode_openssh(body + '\0', testdata::passphrase, {}));
        }
}

TEST(openssh_file, a_flipped_octet_gives_an_error_or_the_very_same_key) {
    for (const auto& type : types) {
        const auto body = testdata::read_body(type + ".key"), blob = testdata::public_blob(type);
        const auto original = decode_openssh(body, {}, {})->to_openssh();
        std::size_t accepted = 0;
        for (std::size_t at = 0; at < body.size(); ++at)
            for (const char mask : {'\x01', '\x80', '\xFF'}) {
                auto changed = body;
                changed[at] = static_cast<char>(changed[at] ^ mask);
                const auto key = decode_openssh(changed, {}, {});
                if (!key) continue;
                ++accepted;
                EXPECT_EQ(key->public_blob(), blob) << type << " at " << at;
                EXPECT_EQ(key->to_openssh()->view(), original->view()) << type << " at " << at;
            }
        EXPECT_EQ(accepted, 3 * std::string("gangway test key " + type).size()) << "only the comment may change";
    }
}

TEST(openssh_file, a_flipped_octet_of_an_authenticated_section_is_refused) {
    for (const std::string name : {"ed25519.aes128-gcm.key", "ed25519.chacha20-poly1305.key"}) {
        for (const auto field : {&parts::section, &parts::tail}) {
            for (const std::size_t at : {0U, 7U, 15U}) {
                parts file(name);
                (file.*field)[at] = static_cast<char>((file.*field)[at] ^ 1);
                EXPECT_EQ(error_of(decode(file)).code, errc::passphrase_wrong) << name;
            }
        }
    }
}

TEST(openssh_file, bcrypt_rounds_outside_the_limit_are_refused_before_any_work) {
    parts file("ed25519.aes256-ctr.key");
    file.set_bcrypt("0123456789abcdef", 0);
    EXPECT_EQ(error_of(decode(file)).code, errc::bad_private_key);
    for (const std::uint32_t rounds : {513U, 1000U, 0xFFFFFFFFU}) {
        file.set_bcrypt("0123456789abcdef", rounds);
        EXPECT_EQ(error_of(decode(file)).code, errc::kdf_too_costly) << rounds;
        EXPECT_EQ(error_of(decode(file, {})).code, errc::kdf_too_costly) << "told before the passphrase is asked for";
    }
    file.set_bcrypt("0123456789abcdef", 1);
    EXPECT_EQ(error_of(decode(file)).code, errc::passphrase_wrong) << "one round is enough; the salt is another";
}

TEST(openssh_file, bcrypt_out_of_time_is_refused) {
    auto limits = testdata::patient();
    limits.kdf_time = std::chrono::milliseconds(0);
    const auto error =
        error_of(decode_openssh(testdata::read_body("ed25519.rounds16.key"), testdata::passphrase, limits));
    EXPECT_EQ(error.code, errc::kdf_too_costly);
    EXPECT_NE(error.message.find("fewer rounds"), std::string::npos);
}

TEST(openssh_file, bcrypt_salt_is_bounded_both_ways) {
    parts file("ed25519.aes256-ctr.key");
    for (const std::size_t size : {0U, 1025U, 65536U}) {
        file.set_bcrypt(std::string(size, 's'), 1);
        EXPECT_EQ(error_of(decode(file)).code, errc::bad_private_key) << size;
    }
    for (const std::size_t size : {1U, 1024U}) {
        file.set_bcrypt(std::string(size, 's'), 1);
        EXPECT_EQ(error_of(decode(file)).code, errc::passphrase_wrong) << size;
    }
    file.options.push_back('x');
    EXPECT_EQ(error_of(decode(file)).code, errc::bad_private_key);
    file.options.clear();
    EXPECT_EQ(error_of(decode(file)).code, errc::bad_private_key);
}

TEST(openssh_file, cipher_and_derivation_have_to_fit_and_be_known) {
    parts file("ed25519.key");
    file.cipher = "aes256-ctr";
    EXPECT_EQ(error_of(decode(file)).code, errc::bad_private_key) << "cipher without derivation";
    file = parts("ed25519.aes256-ctr.key");
    file.cipher = "none";
    EXPECT_EQ(error_of(decode(file)).code, errc::unsupported_key) << "derivation without cipher";
    file.cipher = "rot13\x1B[2J";
    const auto error = error_of(decode(file));
    EXPECT_EQ(error.code, errc::unsupported_key);
    EXPECT_NE(error.message.find("\"rot13\\x1b[2J\""), std::string::npos) << error.message;
    file.kdf = "argon2id";
    EXPECT_NE(error_of(decode(file)).message.find("argon2id"), std::string::npos);
    file = parts("ed25519.key");
    file.options = "x";
    EXPECT_EQ(error_of(decode(file)).code, errc::bad_private_key) << "options of no derivation";
}

TEST(openssh_file, tag_has_to_be_of_the_ciphers_length) {
    for (const std::size_t size : {0U, 15U, 17U, 32U}) {
        parts file("ed25519.chacha20-poly1305.key");
        file.tail.resize(size, 'x');
        EXPECT_EQ(error_of(decode(file)).code, errc::bad_private_key) << size;
    }
}

TEST(openssh_file, number_of_keys_has_to_be_one) {
    for (const std::uint32_t keys : {0U, 2U, 0xFFFFFFFFU}) {
        parts file("ed25519.key");
        file.keys = keys;
        EXPECT_EQ(error_of(decode(file)).code, errc::unsupported_key) << keys;
    }
}

TEST(openssh_file, public_half_of_another_key_is_refused) {
    for (const std::string other : {"rsa", "p256"}) {
        parts file("ed25519.key");
        file.public_blob = testdata::public_blob(other);
        EXPECT_EQ(error_of(decode(file)).message, "the private key is damaged: its public half belongs to another key");
    }
}

TEST(openssh_file, public_point_in_both_places_has_to_come_from_the_seed) {
    parts file("ed25519.key");
    const auto point = file.public_blob.substr(file.public_blob.size() - 32);
    const std::string wrong(32, 'P');
    for (auto at = file.section.find(point); at != std::string::npos; at = file.section.find(point, at))
        file.section.replace(at, 32, wrong);
    EXPECT_EQ(error_of(decode(file)).code, errc::bad_private_key) << "only inside";
    file.public_blob.replace(file.public_blob.size() - 32, 32, wrong);
    EXPECT_EQ(error_of(decode(file)).code, errc::bad_private_key) << "inside and outside";
}

TEST(openssh_file, private_section_length_has_to_be_whole_blocks) {
    parts file("ed25519.aes256-cbc.key");
    file.section.resize(file.section.size() - 8);
    EXPECT_EQ(error_of(decode(file)).code, errc::bad_private_key);
    file.section.clear();
    EXPECT_EQ(error_of(decode(file, {})).code, errc::bad_private_key) << "no passphrase helps here";
}

/// A file that holds a key of this kind, as far as anyone can tell before decrypting it.
std::string of_kind(std::string_view kind) {
    parts file("ed25519.aes256-ctr.key");
    file.public_blob.clear();
    base::byte_writer writer(file.public_blob);
    writer.string(kind);
    return file.encode();
}

TEST(openssh_file, kinds_that_cannot_be_used_are_told_without_a_passphrase) {
    for (const std::string kind : {"sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"}) {
        const auto error = error_of(decode_openssh(of_kind(kind), {}, {}));
        EXPECT_EQ(error.code, errc::unsupported_key);
        EXPECT_NE(error.message.find("hardware token"), std::string::npos);
    }
    EXPECT_NE(error_of(decode_openssh(of_kind("ssh-dss"), {}, {})).message.find("DSA"), std::string::npos);
    EXPECT_EQ(error_of(decode_openssh(of_kind("ssh-ed25519-cert-v01@openssh.com"), {}, {})).code,
              errc::unsupported_key);
    EXPECT_EQ(error_of(decode_openssh(of_kind(""), {}, {})).code, errc::unsupported_key);
}

TEST(openssh_file, private_section_of_another_kind_is_refused) {
    auto file = parts("ed25519.key");
    file.section = parts("p256.key").section;
    EXPECT_EQ(error_of(decode(file)).code, errc::bad_private_key);
    file.section.replace(12, 19, "ssh-unknown-key-typ");
    EXPECT_EQ(error_of(decode(file)).message, "the private key is damaged: its private half is of another kind");
}

/// Puts the right padding behind the comment of a section, `more` octets of it than needed.
void pad(std::string& section, std::string_view comment, std::size_t more = 0) {
    section.resize(section.find(comment) + comment.size());
    for (char next = 1; section.size() % 8 != 0 || more != 0; ++next) {
        if (section.size() % 8 == 0) more -= 8;
        section.push_back(next);
    }
}

TEST(openssh_file, negative_numbers_are_refused) {
    auto file = parts("rsa.key");
    const auto modulus = file.section.find(std::string("\x00\x00\x01\x01\x00", 5));
    ASSERT_NE(modulus, std::string::npos);
    file.section.replace(modulus, 5, std::string("\x00\x00\x01\x00", 4));  // the same octets without their leading zero
    pad(file.section, "gangway test key rsa");
    EXPECT_EQ(error_of(decode(file)).message, "the private key is damaged: its RSA numbers are cut off or negative");
}

TEST(openssh_file, compressed_points_are_refused) {
    auto file = parts("p256.key");
    const auto point = file.section.find(std::string("\x00\x00\x00\x41\x04", 5));
    ASSERT_NE(point, std::string::npos);
    const auto x = file.section.substr(point + 5, 32);
    const bool odd = (file.section[point + 68] & 1) != 0;
    file.section.replace(point, 69, std::string("\x00\x00\x00\x21", 4) + (odd ? '\x03' : '\x02') + x);
    EXPECT_EQ(error_of(decode(file)).message,
              "the private key is damaged: its public half is not an uncompressed point");
}

TEST(openssh_file, padding_has_to_count_up_from_one) {
    auto file = parts("ed25519.key");
    pad(file.section, "gangway test key ed25519", 8);
    EXPECT_TRUE(decode(file)) << "more than needed, but right";
    file.section.back() = '\0';
    EXPECT_EQ(error_of(decode(file)).message, "the private key is damaged: its padding is wrong");
}

}  // namespace
}  // namespace gangway::crypto
