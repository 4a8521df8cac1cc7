#include "octet_order.hpp"
#include "openssl.hpp"
#include "packet_cipher.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include <array>
#include <cstring>

namespace gangway::ssh {
namespace {

constexpr std::size_t tag_size = 16;
constexpr std::size_t key_size = 32;
constexpr std::size_t block_size = 64;

/// One ChaCha20 key with its context; the nonce is the packet's sequence number.
class stream {
  public:
    explicit stream(std::string_view key) : context_(::EVP_CIPHER_CTX_new()) {
        require(context_ && ::EVP_EncryptInit_ex(context_.get(), ::EVP_chacha20(), nullptr, data_of(key), nullptr) == 1,
                "ChaCha20");
    }
    /// Goes to block 0 of the packet: libcrypto's nonce is a 64-bit block counter, then these 64 bits.
    void start(std::uint32_t sequence) {
        std::array<char, 16> counter_and_nonce{};
        store_u32(counter_and_nonce.data() + 12, sequence);
        require(::EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, data_of(counter_and_nonce.data())) == 1,
                "ChaCha20");
    }
    void pass(unsigned char* to, const unsigned char* from, std::size_t count) {
        int written = 0;
        require(::EVP_EncryptUpdate(context_.get(), to, &written, from, static_cast<int>(count)) == 1, "ChaCha20");
    }

  private:
    cipher_context context_;
};

/// OpenSSH's PROTOCOL.chacha20poly1305: the length is encrypted by a key of its own, the first block of the packet's
/// key stream keys Poly1305, and the payload starts at the second.
class chacha20_poly1305_cipher final : public packet_cipher {
  public:
    explicit chacha20_poly1305_cipher(const cipher_keys& keys)
        : packet_cipher({.block = 8, .head = 4, .tag = tag_size, .length_is_separate = true}),
          body_(keys.key.view().substr(0, key_size)),
          length_(keys.key.view().substr(key_size)) {
        const std::unique_ptr<EVP_MAC, releaser<::EVP_MAC_free>> poly1305{
            ::EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_POLY1305, nullptr)};
        require(poly1305 != nullptr, "Poly1305");
        mac_.reset(::EVP_MAC_CTX_new(poly1305.get()));
        require(mac_ != nullptr, "Poly1305");
    }

    std::uint32_t open_length(std::uint32_t sequence, char* packet) override {
        // The packet keeps its encrypted length: the tag covers it.
        std::array<char, 4> clear;
        length_.start(sequence);
        length_.pass(data_of(clear.data()), data_of(packet), clear.size());
        return load_u32(clear.data());
    }

    bool open(std::uint32_t sequence, char* packet, std::size_t length) override {
        std::array<unsigned char, tag_size> expected;
        tag(sequence, packet, length, expected.data());
        auto* body = data_of(packet + 4);
        if (::CRYPTO_memcmp(expected.data(), body + length, tag_size) != 0) return false;
        body_.pass(body, body, length);
        return true;
    }

    void seal(std::uint32_t sequence, char* packet, std::size_t length) override {
        length_.start(sequence);
        length_.pass(data_of(packet), data_of(packet), 4);
        start_body(sequence);
        auto* body = data_of(packet + 4);
        body_.pass(body, body, length);
        authenticate(packet, length, body + length);
    }

  private:
    /// Leaves the body's key stream at its second block.
    void tag(std::uint32_t sequence, const char* packet, std::size_t length, unsigned char* out) {
        start_body(sequence);
        authenticate(packet, length, out);
    }
    void start_body(std::uint32_t sequence) {
        static constexpr std::array<unsigned char, block_size> zeros{};
        std::array<unsigned char, block_size> block;
        body_.start(sequence);
        body_.pass(block.data(), zeros.data(), block.size());
        const bool keyed = ::EVP_MAC_init(mac_.get(), block.data(), key_size, nullptr) == 1;
        base::wipe(block.data(), block.size());
        require(keyed, "Poly1305");
    }
    void authenticate(const char* packet, std::size_t length, unsigned char* out) {
        std::size_t written = 0;
        require(::EVP_MAC_update(mac_.get(), data_of(packet), 4 + length) == 1 &&
                    ::EVP_MAC_final(mac_.get(), out, &written, tag_size) == 1,
                "Poly1305");
    }

    stream body_;
    stream length_;
    mac_context mac_;
};

}  // namespace

std::unique_ptr<packet_cipher> make_chacha20_poly1305_cipher(const cipher_keys& keys) {
    require(keys.key.view().size() == 2 * key_size, "ChaCha20 keys");
    return std::make_unique<chacha20_poly1305_cipher>(keys);
}

}  // namespace gangway::ssh
