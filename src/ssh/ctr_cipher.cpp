#include "octet_order.hpp"
#include "openssl.hpp"
#include "packet_cipher.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include <array>
#include <cstring>

namespace gangway::ssh {
namespace {

constexpr std::size_t block_size = 16;
constexpr std::size_t longest_tag = 64;

/// RFC 4344 (AES in counter mode) with an HMAC of RFC 6668, over the clear packet or, as OpenSSH's "-etm" MACs do, over
/// the encrypted packet with its length in the clear.
class ctr_cipher final : public packet_cipher {
  public:
    ctr_cipher(const cipher_keys& keys, direction way, const char* digest, bool encrypt_then_mac)
        : packet_cipher({.block = block_size,
                         .head = encrypt_then_mac ? 4 : block_size,
                         .tag = keys.mac_key.view().size(),
                         .length_is_separate = encrypt_then_mac}),
          stream_(::EVP_CIPHER_CTX_new()),
          etm_(encrypt_then_mac) {
        const auto size = keys.key.view().size();
        const auto* kind = size == 16 ? ::EVP_aes_128_ctr() : size == 24 ? ::EVP_aes_192_ctr() : ::EVP_aes_256_ctr();
        require(stream_ && keys.iv.view().size() == block_size &&
                    ::EVP_CipherInit_ex(stream_.get(), kind, nullptr, data_of(keys.key.view()), data_of(keys.iv.view()),
                                        way == direction::seal ? 1 : 0) == 1,
                "AES-CTR");
        make_hmac(keys.mac_key.view(), digest);
    }

    std::uint32_t open_length(std::uint32_t, char* packet) override {
        if (!etm_) pass(packet, block_size);
        return load_u32(packet);
    }

    bool open(std::uint32_t sequence, char* packet, std::size_t length) override {
        if (!etm_) pass(packet + block_size, 4 + length - block_size);
        std::array<unsigned char, longest_tag> expected;
        authenticate(sequence, packet, length, expected.data());
        if (::CRYPTO_memcmp(expected.data(), packet + 4 + length, form().tag) != 0) return false;
        if (etm_) pass(packet + 4, length);
        return true;
    }

    void seal(std::uint32_t sequence, char* packet, std::size_t length) override {
        if (etm_) pass(packet + 4, length);
        authenticate(sequence, packet, length, data_of(packet + 4 + length));
        if (!etm_) pass(packet, 4 + length);
    }

  private:
    void make_hmac(std::string_view key, const char* digest) {
        const std::unique_ptr<EVP_MAC, releaser<::EVP_MAC_free>> hmac{
            ::EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr)};
        require(hmac != nullptr, "HMAC");
        mac_.reset(::EVP_MAC_CTX_new(hmac.get()));
        // The parameter is read only; libcrypto's signature predates const.
        const std::array parameters = {
            ::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest), 0),
            ::OSSL_PARAM_construct_end()};
        require(mac_ && ::EVP_MAC_init(mac_.get(), data_of(key), key.size(), parameters.data()) == 1, "HMAC");
    }
    void pass(char* octets, std::size_t count) {
        int written = 0;
        require(
            ::EVP_CipherUpdate(stream_.get(), data_of(octets), &written, data_of(octets), static_cast<int>(count)) == 1,
            "AES-CTR");
    }
    void authenticate(std::uint32_t sequence, const char* packet, std::size_t length, unsigned char* out) {
        std::array<char, 4> number;
        store_u32(number.data(), sequence);
        std::size_t written = 0;
        require(::EVP_MAC_init(mac_.get(), nullptr, 0, nullptr) == 1 &&
                    ::EVP_MAC_update(mac_.get(), data_of(number.data()), number.size()) == 1 &&
                    ::EVP_MAC_update(mac_.get(), data_of(packet), 4 + length) == 1 &&
                    ::EVP_MAC_final(mac_.get(), out, &written, form().tag) == 1,
                "HMAC");
    }

    cipher_context stream_;
    mac_context mac_;
    bool etm_;
};

}  // namespace

std::unique_ptr<packet_cipher> make_ctr_cipher(const cipher_keys& keys, direction way, const char* digest,
                                               bool encrypt_then_mac) {
    return std::make_unique<ctr_cipher>(keys, way, digest, encrypt_then_mac);
}

}  // namespace gangway::ssh
