#include "pkcs8_encryption.hpp"

#include "object_identifiers.hpp"
#include "testdata.hpp"

#include <gangway/crypto/errors.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::crypto {
namespace {

using namespace std::string_literals;
using testdata::error_of;

/// An element of less than 65536 octets.
std::string der(unsigned char tag, std::string_view contents) {
    std::string out(1, static_cast<char>(tag));
    const auto size = contents.size();
    if (size >= 256)
        out += '\x82', out += static_cast<char>(size >> 8);
    else if (size >= 128)
        out += '\x81';
    out += static_cast<char>(size);
    return out.append(contents);
}
std::string sequence(std::string_view contents) {
    return der(0x30, contents);
}
std::string octets(std::string_view contents) {
    return der(0x04, contents);
}
std::string id(std::string_view contents) {
    return der(0x06, contents);
}
std::string number(std::uint64_t value) {
    std::string contents;
    do {
        contents.insert(0, 1, static_cast<char>(value));
        value >>= 8;
    } while (value != 0);
    if ((contents[0] & 0x80) != 0) contents.insert(0, 1, '\0');
    return der(0x02, contents);
}

const std::string salt(8, 's'), iv(16, 'i');

/// EncryptedPrivateKeyInfo under PBES2, with a cipher text that nothing decrypts.
std::string pbes2(std::string_view function, std::string_view parameters,
                  const std::string& cipher = sequence(id(oid::aes256_cbc) + octets(iv))) {
    const auto derivation = sequence(id(function) + sequence(parameters));
    return sequence(sequence(id(oid::pbes2) + sequence(derivation + cipher)) + octets(std::string(32, 'c')));
}
std::string pbkdf2_with(std::uint64_t iterations, const std::string& rest = {}) {
    return pbes2(oid::pbkdf2, octets(salt) + number(iterations) + rest);
}
std::string scrypt_with(std::uint64_t n, std::uint64_t r, std::uint64_t p) {
    return pbes2(oid::scrypt, octets(salt) + number(n) + number(r) + number(p));
}
std::string pkcs12_with(std::uint64_t iterations) {
    return sequence(sequence(id(oid::pkcs12_sha1_3des) + sequence(octets(salt) + number(iterations))) +
                    octets(std::string(32, 'c')));
}

std::error_code code_of(const std::string& file, std::string_view passphrase = "p") {
    return error_of(decrypt_pkcs8(file, passphrase, {})).code;
}

TEST(pkcs8_encryption, affordable_parameters_reach_the_passphrase) {
    for (const auto& file : {pbkdf2_with(1), scrypt_with(2, 1, 1), pkcs12_with(1)}) {
        EXPECT_EQ(code_of(file), errc::passphrase_wrong);
        EXPECT_EQ(code_of(file, {}), errc::passphrase_missing);
    }
}

TEST(pkcs8_encryption, too_many_iterations_are_refused_before_any_work) {
    for (const std::uint64_t iterations :
         {std::uint64_t{500'001}, std::uint64_t{1} << 31, ~std::uint64_t{0}})  // SHA-1 runs twice for 32 octets
        EXPECT_EQ(code_of(pbkdf2_with(iterations)), errc::kdf_too_costly) << iterations;
    for (const std::uint64_t iterations : {std::uint64_t{333'334}, std::uint64_t{1} << 31, ~std::uint64_t{0}})
        EXPECT_EQ(code_of(pkcs12_with(iterations)), errc::kdf_too_costly) << iterations;
    EXPECT_EQ(code_of(pbkdf2_with(std::uint64_t{1} << 31), {}), errc::kdf_too_costly);
    EXPECT_EQ(code_of(pbkdf2_with(0)), errc::bad_private_key);
    EXPECT_EQ(code_of(pkcs12_with(0)), errc::bad_private_key);
}

TEST(pkcs8_encryption, iteration_limit_counts_the_digests_a_key_needs) {
    key_limits limits;
    limits.pbkdf2_work = 10;
    const auto code = [&](std::uint64_t iterations, std::string_view function) {
        const auto file = pbkdf2_with(iterations, sequence(id(function) + "\x05\x00"s));
        return error_of(decrypt_pkcs8(file, "p", limits)).code;
    };
    EXPECT_EQ(code(10, oid::hmac_sha256), errc::passphrase_wrong);
    EXPECT_EQ(code(11, oid::hmac_sha256), errc::kdf_too_costly);
    EXPECT_EQ(code(5, oid::hmac_sha1), errc::passphrase_wrong);
    EXPECT_EQ(code(6, oid::hmac_sha1), errc::kdf_too_costly);
}

TEST(pkcs8_encryption, scrypt_is_bounded_in_time_and_memory) {
    const std::uint64_t huge = ~std::uint64_t{0};
    struct {
        std::uint64_t n, r, p;
    } const costly[] = {
        {1ULL << 30, 8, 1}, {1ULL << 63, 8, 1}, {2, huge, 1},       {2, 1, huge},       {2, huge, huge},
        {16384, 8, 33},     {65536, 8, 1},      {1ULL << 22, 2, 1}, {2, 1ULL << 18, 1}, {1ULL << 21, 1ULL << 43, 1},
    };
    for (const auto& [n, r, p] : costly)
        EXPECT_EQ(code_of(scrypt_with(n, r, p)), errc::kdf_too_costly) << n << ' ' << r << ' ' << p;
}

TEST(pkcs8_encryption, scrypt_parameters_that_make_no_sense_are_refused) {
    EXPECT_EQ(code_of(scrypt_with(0, 8, 1)), errc::bad_private_key);
    EXPECT_EQ(code_of(scrypt_with(1, 8, 1)), errc::bad_private_key);
    EXPECT_EQ(code_of(scrypt_with(3, 8, 1)), errc::bad_private_key);
    EXPECT_EQ(code_of(scrypt_with(16, 0, 1)), errc::bad_private_key);
    EXPECT_EQ(code_of(scrypt_with(16, 8, 0)), errc::bad_private_key);
    EXPECT_EQ(code_of(scrypt_with(65536, 1, 1)), errc::bad_private_key) << "RFC 7914 section 2";
    EXPECT_EQ(code_of(scrypt_with(32768, 1, 1)), errc::passphrase_wrong);
}

TEST(pkcs8_encryption, salt_is_bounded_both_ways) {
    const auto with_salt = [](std::size_t size) {
        return pbes2(oid::pbkdf2, octets(std::string(size, 's')) + number(1));
    };
    for (const std::size_t size : {0U, 1025U, 60000U})
        EXPECT_EQ(code_of(with_salt(size)), errc::bad_private_key) << size;
    for (const std::size_t size : {1U, 1024U})
        EXPECT_EQ(code_of(with_salt(size)), errc::passphrase_wrong) << size;
}

TEST(pkcs8_encryption, key_length_has_to_be_the_ciphers) {
    EXPECT_EQ(code_of(pbkdf2_with(1, number(32))), errc::passphrase_wrong);
    EXPECT_EQ(code_of(pbkdf2_with(1, number(16))), errc::bad_private_key);
    EXPECT_EQ(code_of(pbkdf2_with(1, number(std::uint64_t{1} << 40))), errc::bad_private_key);
    const auto scrypt_parameters = octets(salt) + number(2) + number(1) + number(1);
    EXPECT_EQ(code_of(pbes2(oid::scrypt, scrypt_parameters + number(32))), errc::passphrase_wrong);
    EXPECT_EQ(code_of(pbes2(oid::scrypt, scrypt_parameters + number(33))), errc::bad_private_key);
}

TEST(pkcs8_encryption, initialization_vector_has_to_be_the_ciphers) {
    for (const std::size_t size : {0U, 8U, 15U, 17U})
        EXPECT_EQ(code_of(pbes2(oid::pbkdf2, octets(salt) + number(1),
                                sequence(id(oid::aes256_cbc) + octets(std::string(size, 'i'))))),
                  errc::bad_private_key)
            << size;
}

TEST(pkcs8_encryption, algorithms_it_does_not_know_are_named_as_such) {
    const auto other = "\x2A\x03"s;
    EXPECT_EQ(code_of(sequence(sequence(id(other) + sequence({})) + octets("c"))), errc::unsupported_key);
    EXPECT_EQ(code_of(pbes2(other, {})), errc::unsupported_key);
    EXPECT_EQ(code_of(pbes2(oid::pbkdf2, octets(salt) + number(1), sequence(id(other) + octets(iv)))),
              errc::unsupported_key);
    EXPECT_EQ(code_of(pbkdf2_with(1, sequence(id(other)))), errc::unsupported_key);
}

TEST(pkcs8_encryption, every_truncation_and_one_extra_octet_are_refused) {
    for (const std::string name : {"ed25519.pkcs8.pbkdf2", "ed25519.pkcs8.scrypt", "ed25519.pkcs8.pkcs12"}) {
        const auto file = testdata::read_body(name + ".key");
        for (std::size_t size = 0; size < file.size(); ++size)
            EXPECT_EQ(code_of(file.substr(0, size)), errc::bad_private_key) << name << size;
        EXPECT_EQ(code_of(file + '\0'), errc::bad_private_key);
    }
}

TEST(pkcs8_encryption, no_flipped_octet_gets_past_the_checks_to_fail_in_the_library) {
    key_limits cheap;
    cheap.pbkdf2_work = 8192;
    cheap.scrypt_work = std::uint64_t{1} << 18;
    for (const std::string name : {"ed25519.pkcs8.pbkdf2", "ed25519.pkcs8.pkcs12"}) {
        const auto file = testdata::read_body(name + ".key");
        for (std::size_t at = 0; at < file.size(); ++at)
            for (const int bit : {0, 1, 2, 3, 4, 5, 6, 7}) {
                auto changed = file;
                changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
                const auto plain = decrypt_pkcs8(changed, testdata::passphrase, cheap);
                EXPECT_TRUE(plain || plain.error().code != errc::crypto_failure) << name << " at " << at;
            }
    }
}

}  // namespace
}  // namespace gangway::crypto
