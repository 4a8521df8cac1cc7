// No copy of key material may be left in memory that is given back: this file sees every block that C++ or libcrypto
// frees in the test program, and looks into it.

#include "testdata.hpp"

#include <gangway/base/byte_reader.hpp>
#include <gangway/crypto/sign.hpp>

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <new>
#include <string>
#include <vector>

namespace gangway::crypto {
namespace {

/// What to look for. All of it is static, so that looking allocates and frees nothing.
struct watch {
    static constexpr std::size_t pattern_octets = 16;

    std::array<std::array<char, pattern_octets>, 32> patterns;
    std::size_t count = 0;  ///< zero: not looking
    int found = 0;

    void inspect(const void* block, std::size_t size) noexcept {
        for (std::size_t i = 0; i < count; ++i)
            if (::memmem(block, size, patterns[i].data(), pattern_octets) != nullptr) ++found;
    }
};
constinit watch watched{};

/// Frees a block and zeroes it, so that what the test itself has read does not turn up in blocks that reuse it.
void release(void* block) noexcept {
    if (block == nullptr) return;
    const auto size = ::malloc_usable_size(block);
    watched.inspect(block, size);
    base::wipe(block, size);
    std::free(block);
}

void* crypto_malloc(std::size_t size, const char*, int) {
    return std::malloc(size);
}
void* crypto_realloc(void* block, std::size_t size, const char*, int) {
    void* moved = std::malloc(size);
    if (moved != nullptr && block != nullptr) std::memcpy(moved, block, std::min(size, ::malloc_usable_size(block)));
    if (moved != nullptr) release(block);
    return moved;
}
void crypto_free(void* block, const char*, int) {
    release(block);
}

/// Only works before libcrypto allocates for the first time, hence before main.
const bool hooked = ::CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free) == 1;

}  // namespace
}  // namespace gangway::crypto

void* operator new(std::size_t size) {
    if (void* block = std::malloc(size)) return block;
    throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
    gangway::crypto::release(block);
}
void operator delete(void* block, std::size_t) noexcept {
    gangway::crypto::release(block);
}

namespace gangway::crypto {
namespace {

/// The secret numbers of an OpenSSH file that is not encrypted.
std::vector<std::string> secrets_of(const std::string& type) {
    const auto section = testdata::private_section(testdata::read_body(type + ".key"));
    base::byte_reader fields(section);
    fields.u64();
    for (int i = type == "ed25519" ? 2 : 3; i > 0; --i)
        fields.string();
    std::vector<std::string> secrets;
    for (int i = type == "rsa" ? 4 : 1; i > 0; --i)
        secrets.emplace_back(fields.string());
    if (type == "ed25519") secrets[0].resize(32);
    return secrets;
}

void watch_for(const std::string& secret) {
    const auto add = [](const std::string& octets) {
        octets.copy(watched.patterns[watched.count].data(), watch::pattern_octets, octets.size() - 24);
        ++watched.count;
    };
    add(secret);
    add(std::string(secret.rbegin(), secret.rend()));  // libcrypto's numbers begin with the low end
}

/// How often key material was found in freed memory while `name` was decoded, encoded again and used.
int leaks_of(const std::string& name, std::string_view passphrase) {
    const auto secrets = secrets_of(name.substr(0, name.find('.')));
    const auto text = testdata::read(name + ".key");
    for (const auto& secret : secrets)
        watch_for(secret);
    watch_for(text.substr(0, text.find("\n-----END")));
    watched.found = 0;
    {
        const auto key = testdata::decode(text, passphrase);
        EXPECT_TRUE(key.has_value()) << name;
        if (key) {
            EXPECT_TRUE(key->to_openssh().has_value()) << name;
            EXPECT_TRUE(sign(*key, key->type() == key_type::rsa ? "rsa-sha2-256" : key->algorithm(), "octets")) << name;
        }
    }
    watched.count = 0;
    return watched.found;
}

TEST(zeroed_memory, the_watch_sees_what_is_freed) {
    ASSERT_TRUE(hooked);
    const std::string secret = "0123456789abcdefghijklmnopqrstuv";
    watch_for(secret);
    watched.found = 0;
    delete new std::string(secret);
    EXPECT_EQ(watched.found, 1);
    void* block = ::OPENSSL_malloc(32);
    secret.copy(static_cast<char*>(block), 32);
    ::OPENSSL_free(block);
    watched.count = 0;
    EXPECT_EQ(watched.found, 2);
}

TEST(zeroed_memory, no_key_is_left_in_freed_memory) {
    ASSERT_TRUE(hooked);
    for (const std::string type : {"ed25519", "p256", "p384", "p521", "rsa"})
        for (const std::string ending : {"", ".pem", ".pkcs8", ".pem.aes256", ".pkcs8.pbkdf2", ".pkcs8.scrypt",
                                         ".aes256-ctr", ".3des-cbc", ".aes128-gcm", ".chacha20-poly1305"})
            if (type != "ed25519" || !ending.starts_with(".pem"))
                EXPECT_EQ(leaks_of(type + ending, testdata::passphrase), 0) << type << ending;
}

TEST(zeroed_memory, no_key_is_left_in_freed_memory_when_decoding_fails) {
    const auto text = testdata::read("rsa.key");
    for (const auto& secret : secrets_of("rsa"))
        watch_for(secret);
    watched.found = 0;
    std::size_t failed = 0;
    for (const std::size_t at : {text.find("-----END"), text.find("\n", 200)}) {
        auto damaged = text;
        damaged.insert(at, "*");
        failed += testdata::decode(damaged) ? 0 : 1;
    }
    watched.count = 0;
    EXPECT_EQ(failed, 2U);
    EXPECT_EQ(watched.found, 0);
}

}  // namespace
}  // namespace gangway::crypto
