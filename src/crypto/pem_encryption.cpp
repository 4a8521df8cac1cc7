#include "pem_encryption.hpp"

#include "failures.hpp"
#include "octets.hpp"
#include "symmetric.hpp"

#include <gangway/base/escape.hpp>

#include <openssl/evp.h>

#include <array>
#include <optional>
#include <string>

namespace gangway::crypto {
namespace {

struct pem_cipher {
    std::string_view name;
    const EVP_CIPHER* (*cipher)(void);
};
constexpr std::array ciphers{
    pem_cipher{"AES-256-CBC", ::EVP_aes_256_cbc},
    pem_cipher{"AES-192-CBC", ::EVP_aes_192_cbc},
    pem_cipher{"AES-128-CBC", ::EVP_aes_128_cbc},
    pem_cipher{"DES-EDE3-CBC", ::EVP_des_ede3_cbc},
};

/// The value of the header `name`, without the white space around it; empty if it is not there.
std::string_view header(std::string_view headers, std::string_view name) {
    constexpr std::string_view blank = " \t\r\n";
    for (std::size_t at = 0; at < headers.size();) {
        const auto line = headers.substr(at, headers.find_first_of("\r\n", at) - at);
        at += line.size() + 1;
        if (!line.starts_with(name) || line.substr(name.size(), 1) != ":") continue;
        const auto value = line.substr(name.size() + 1);
        const auto first = value.find_first_not_of(blank);
        return first == std::string_view::npos ? std::string_view{}
                                               : value.substr(first, value.find_last_not_of(blank) - first + 1);
    }
    return {};
}

std::optional<std::string> from_hex(std::string_view text) {
    const auto digit = [](char c) {
        return c >= '0' && c <= '9'   ? c - '0'
               : c >= 'A' && c <= 'F' ? c - 'A' + 10
               : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                      : -1;
    };
    std::string octets;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        const int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        octets.push_back(static_cast<char>(high << 4 | low));
    }
    if (text.size() % 2 != 0) return std::nullopt;
    return octets;
}

}  // namespace

bool is_pem_encrypted(std::string_view headers) {
    return header(headers, "Proc-Type").ends_with("ENCRYPTED");
}

base::result<secret_octets> decrypt_pem(std::string_view headers, std::string_view cipher_text,
                                        std::string_view passphrase) {
    const auto info = header(headers, "DEK-Info");
    const auto comma = std::min(info.find(','), info.size());
    const auto name = info.substr(0, comma);
    const EVP_CIPHER* cipher = nullptr;
    for (const auto& entry : ciphers)
        if (entry.name == name) cipher = entry.cipher();
    if (cipher == nullptr)
        return refuse(errc::unsupported_key, "keys encrypted with \"" + base::escape(name, 64) +
                                                 "\" are not supported: encrypt it again with AES-256-CBC");
    const auto iv = from_hex(info.substr(std::min(comma + 1, info.size())));
    if (!iv || iv->size() != static_cast<std::size_t>(::EVP_CIPHER_get_iv_length(cipher)))
        return damaged("its DEK-Info line is not readable");
    if (passphrase.empty()) return missing_passphrase();

    secret_octets key(static_cast<std::size_t>(::EVP_CIPHER_get_key_length(cipher)));
    // The salt is what of the initialization vector fits into 8 octets; the vector derived along with the key is
    // unused.
    if (::EVP_BytesToKey(cipher, ::EVP_md5(), data_of(*iv), data_of(passphrase), static_cast<int>(passphrase.size()), 1,
                         key.data(), nullptr) != static_cast<int>(key.size()))
        return library_failure("key derivation");
    auto plain = decrypt(cipher, view(key), *iv, cipher_text, padding::pkcs7);
    if (!plain) return wrong_passphrase();
    return *std::move(plain);
}

}  // namespace gangway::crypto
