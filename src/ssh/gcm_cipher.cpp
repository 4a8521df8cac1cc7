#include "octet_order.hpp"
#include "openssl.hpp"
#include "packet_cipher.hpp"

#include <array>
#include <cstring>

namespace gangway::ssh {
namespace {

constexpr std::size_t tag_size = 16;
constexpr std::size_t nonce_size = 12;

/// RFC 5647 as OpenSSH reads it: the length is in the clear and authenticated; the nonce is 4 fixed octets and a 64-bit
/// counter of packets. The key schedule is made once; a packet only sets the nonce.
class gcm_cipher final : public packet_cipher {
  public:
    gcm_cipher(const cipher_keys& keys, direction way)
        : packet_cipher({.block = 16, .head = 4, .tag = tag_size, .length_is_separate = true}),
          context_(::EVP_CIPHER_CTX_new()) {
        const auto* kind = keys.key.view().size() == 16 ? ::EVP_aes_128_gcm() : ::EVP_aes_256_gcm();
        require(context_ && keys.iv.view().size() == nonce_size &&
                    ::EVP_CipherInit_ex(context_.get(), kind, nullptr, data_of(keys.key.view()), nullptr,
                                        way == direction::seal ? 1 : 0) == 1,
                "AES-GCM");
        std::memcpy(nonce_.data(), keys.iv.view().data(), nonce_size);
    }

    std::uint32_t open_length(std::uint32_t, char* packet) override { return load_u32(packet); }

    bool open(std::uint32_t, char* packet, std::size_t length) override {
        set_nonce();
        auto* body = data_of(packet + 4);
        require(::EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, body + length) == 1, "AES-GCM");
        pass(packet, length);
        int written = 0;
        return ::EVP_CipherFinal_ex(context_.get(), body + length, &written) == 1;
    }

    void seal(std::uint32_t, char* packet, std::size_t length) override {
        set_nonce();
        pass(packet, length);
        auto* tag = data_of(packet + 4) + length;
        int written = 0;
        require(::EVP_CipherFinal_ex(context_.get(), tag, &written) == 1 &&
                    ::EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, tag) == 1,
                "AES-GCM");
    }

  private:
    void set_nonce() {
        require(::EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, nonce_.data(), -1) == 1, "AES-GCM");
        for (std::size_t i = nonce_size; i-- > 4;)
            if (++nonce_[i] != 0) break;
    }
    void pass(char* packet, std::size_t length) {
        auto* body = data_of(packet + 4);
        int written = 0;
        require(::EVP_CipherUpdate(context_.get(), nullptr, &written, data_of(packet), 4) == 1 &&
                    ::EVP_CipherUpdate(context_.get(), body, &written, body, static_cast<int>(length)) == 1,
                "AES-GCM");
    }

    cipher_context context_;
    std::array<unsigned char, nonce_size> nonce_{};
};

}  // namespace

std::unique_ptr<packet_cipher> make_gcm_cipher(const cipher_keys& keys, direction way) {
    return std::make_unique<gcm_cipher>(keys, way);
}

}  // namespace gangway::ssh
