#include "bcrypt_pbkdf.hpp"

#include "blowfish.hpp"
#include "failures.hpp"

#include <gangway/base/byte_reader.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <functional>
#include <string>

namespace gangway::crypto {
namespace {

constexpr std::size_t sha512_octets = 64, hash_octets = 32;

/// What the calling thread has computed so far: a busy machine does not make a key more costly.
std::chrono::nanoseconds computed() noexcept {
    ::timespec spent{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return std::chrono::seconds{spent.tv_sec} + std::chrono::nanoseconds{spent.tv_nsec};
}

/// False if the library fails.
bool sha512(std::string_view octets, secret_octets& digest) {
    digest.resize(sha512_octets);
    return ::EVP_Digest(octets.data(), octets.size(), digest.data(), nullptr, ::EVP_sha512(), nullptr) == 1;
}

/// The bcrypt core at cost 6, over SHA-512 digests of the passphrase and of the salt.
void bcrypt_hash(const schedule_words& passphrase, const schedule_words& salt, secret_octets& hash) {
    blowfish state;
    state.expand(passphrase, salt);
    for (int i = 0; i < 64; ++i) {
        state.expand(salt);
        state.expand(passphrase);
    }
    base::byte_reader magic("OxychromaticBlowfishSwatDynamite");
    hash.clear();
    for (std::size_t block = 0; block < hash_octets; block += 8) {
        std::array words{magic.u32(), magic.u32()};
        for (int i = 0; i < 64; ++i)
            state.encrypt(words[0], words[1]);
        for (const auto word : words)  // little-endian, against the custom of everything else here
            for (const unsigned shift : {0U, 8U, 16U, 24U})
                hash.push_back(static_cast<unsigned char>(word >> shift));
    }
}

/// Everything one block of output needs, allocated once and zeroed at the end.
struct workspace {
    secret_octets salt_digest, round_hash, sum;
};

enum class outcome { done, late, library_failed };

/// PBKDF2's inner loop with bcrypt as the pseudo-random function: the sum of `rounds` chained hashes.
outcome derive_block(const schedule_words& passphrase, std::string_view salt, std::uint32_t rounds,
                     std::chrono::nanoseconds limit, workspace& work) {
    work.sum.assign(hash_octets, 0);
    for (std::uint32_t round = 0; round < rounds; ++round) {
        if (!sha512(round == 0 ? salt : view(work.round_hash), work.salt_digest)) return outcome::library_failed;
        bcrypt_hash(passphrase, schedule_words(view(work.salt_digest)), work.round_hash);
        std::ranges::transform(work.sum, work.round_hash, work.sum.begin(), std::bit_xor{});
        if (computed() >= limit) return outcome::late;
    }
    return outcome::done;
}

}  // namespace

base::result<secret_octets> bcrypt_pbkdf(std::string_view passphrase, std::string_view salt, std::uint32_t rounds,
                                         std::size_t length, std::chrono::milliseconds time) {
    const auto limit = computed() + time;
    secret_octets passphrase_digest;
    if (!sha512(passphrase, passphrase_digest)) return library_failure("SHA-512");
    const schedule_words key(view(passphrase_digest));

    workspace work;
    secret_octets derived(length);
    const std::size_t blocks = (length + hash_octets - 1) / hash_octets;
    for (std::size_t block = 0; block < blocks; ++block) {
        std::string block_salt(salt);
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            block_salt.push_back(static_cast<char>((block + 1) >> shift));
        switch (derive_block(key, block_salt, rounds, limit, work)) {
            case outcome::done:
                break;
            case outcome::late:
                return too_costly("bcrypt ran out of time; save the key again with fewer rounds (-a)");
            case outcome::library_failed:
                return library_failure("SHA-512");
        }
        // Unlike PBKDF2, the blocks are dealt out octet by octet, so that no part of the key comes from one block.
        for (std::size_t i = 0, at = block; at < length && i < hash_octets; ++i, at += blocks)
            derived[at] = work.sum[i];
    }
    return derived;
}

}  // namespace gangway::crypto
