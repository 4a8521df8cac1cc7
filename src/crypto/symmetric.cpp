#include "symmetric.hpp"

#include "octets.hpp"
#include "openssl_handles.hpp"

#include <sodium.h>

#include <array>

namespace gangway::crypto {

std::optional<secret_octets> decrypt(const EVP_CIPHER* cipher, std::string_view key, std::string_view iv,
                                     std::string_view cipher_text, padding padding, std::string_view tag) {
    if (key.size() != static_cast<std::size_t>(::EVP_CIPHER_get_key_length(cipher)) ||
        iv.size() != static_cast<std::size_t>(::EVP_CIPHER_get_iv_length(cipher)))
        return std::nullopt;
    const cipher_context context(::EVP_CIPHER_CTX_new());
    if (!context || ::EVP_DecryptInit_ex(context.get(), cipher, nullptr, data_of(key), data_of(iv)) != 1)
        return std::nullopt;
    ::EVP_CIPHER_CTX_set_padding(context.get(), padding == padding::pkcs7 ? 1 : 0);
    if (!tag.empty()) {
        std::array<char, 16> expected{};
        const auto size = tag.copy(expected.data(), expected.size());
        if (::EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(size), expected.data()) != 1)
            return std::nullopt;
    }
    secret_octets plain(cipher_text.size() + EVP_MAX_BLOCK_LENGTH);
    int size = 0, rest = 0;
    if (::EVP_DecryptUpdate(context.get(), plain.data(), &size, data_of(cipher_text),
                            static_cast<int>(cipher_text.size())) != 1 ||
        ::EVP_DecryptFinal_ex(context.get(), plain.data() + size, &rest) != 1)
        return std::nullopt;
    plain.resize(static_cast<std::size_t>(size) + static_cast<std::size_t>(rest));
    return plain;
}

std::optional<secret_octets> decrypt_chacha20_poly1305(std::string_view key, std::string_view cipher_text,
                                                       std::string_view tag) {
    constexpr std::array<unsigned char, crypto_stream_chacha20_NONCEBYTES> packet_number{};
    if (key.size() != 64 || tag.size() != crypto_onetimeauth_poly1305_BYTES || ::sodium_init() < 0) return std::nullopt;
    secret_octets authentication_key(crypto_onetimeauth_poly1305_KEYBYTES);
    ::crypto_stream_chacha20(authentication_key.data(), authentication_key.size(), packet_number.data(), data_of(key));
    if (::crypto_onetimeauth_poly1305_verify(data_of(tag), data_of(cipher_text), cipher_text.size(),
                                             authentication_key.data()) != 0)
        return std::nullopt;
    secret_octets plain(cipher_text.size());
    ::crypto_stream_chacha20_xor_ic(plain.data(), data_of(cipher_text), cipher_text.size(), packet_number.data(), 1,
                                    data_of(key));
    return plain;
}

}  // namespace gangway::crypto
