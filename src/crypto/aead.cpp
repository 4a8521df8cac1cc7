#include "octets.hpp"

#include <gangway/crypto/aead.hpp>
#include <gangway/crypto/errors.hpp>

#include <sodium.h>

#include <stdexcept>

namespace gangway::crypto {
namespace {

static_assert(aead_key_size == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(aead_nonce_size == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(aead_overhead == aead_nonce_size + crypto_aead_xchacha20poly1305_ietf_ABYTES);

void check(const locked_octets& key) {
    if (key.size() != aead_key_size) throw std::logic_error("an AEAD key has 32 octets");
}

}  // namespace

std::string aead_seal(const locked_octets& key, std::string_view associated, std::string_view plain) {
    check(key);
    std::string sealed(plain.size() + aead_overhead, '\0');
    ::randombytes_buf(sealed.data(), aead_nonce_size);
    ::crypto_aead_xchacha20poly1305_ietf_encrypt(data_of(sealed) + aead_nonce_size, nullptr, data_of(plain),
                                                 plain.size(), data_of(associated), associated.size(), nullptr,
                                                 data_of(sealed), data_of(key.view()));
    return sealed;
}

std::optional<locked_octets> aead_open(const locked_octets& key, std::string_view associated, std::string_view sealed) {
    check(key);
    if (sealed.size() < aead_overhead) return std::nullopt;
    locked_octets plain(sealed.size() - aead_overhead);
    const auto box = sealed.substr(aead_nonce_size);
    if (::crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(plain.data()), nullptr, nullptr,
                                                     data_of(box), box.size(), data_of(associated), associated.size(),
                                                     data_of(sealed), data_of(key.view())) != 0)
        return std::nullopt;
    return plain;
}

}  // namespace gangway::crypto
