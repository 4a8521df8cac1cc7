#include "openssh_file.hpp"

#include "bcrypt_pbkdf.hpp"
#include "curves.hpp"
#include "failures.hpp"
#include "key_parts.hpp"
#include "symmetric.hpp"
#include "wire_mpint.hpp"

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/base/escape.hpp>

#include <openssl/evp.h>

#include <array>
#include <optional>

namespace gangway::crypto {
namespace {

constexpr std::string_view magic("openssh-key-v1\0", 15);
constexpr std::size_t salt_limit = 1024;  ///< ssh-keygen uses 16

struct file_cipher {
    std::string_view name;
    std::size_t key, iv, block, tag;            ///< octets
    const EVP_CIPHER* (*implementation)(void);  ///< null where libcrypto has none
};

constexpr std::array ciphers{
    file_cipher{"aes256-ctr", 32, 16, 16, 0, ::EVP_aes_256_ctr},
    file_cipher{"aes192-ctr", 24, 16, 16, 0, ::EVP_aes_192_ctr},
    file_cipher{"aes128-ctr", 16, 16, 16, 0, ::EVP_aes_128_ctr},
    file_cipher{"aes256-cbc", 32, 16, 16, 0, ::EVP_aes_256_cbc},
    file_cipher{"aes192-cbc", 24, 16, 16, 0, ::EVP_aes_192_cbc},
    file_cipher{"aes128-cbc", 16, 16, 16, 0, ::EVP_aes_128_cbc},
    file_cipher{"3des-cbc", 24, 8, 8, 0, ::EVP_des_ede3_cbc},
    file_cipher{"aes256-gcm@openssh.com", 32, 12, 16, 16, ::EVP_aes_256_gcm},
    file_cipher{"aes128-gcm@openssh.com", 16, 12, 16, 16, ::EVP_aes_128_gcm},
    file_cipher{"chacha20-poly1305@openssh.com", 64, 0, 8, 16, nullptr},
};

constexpr file_cipher no_cipher{"none", 0, 0, 8, 0, nullptr};

const file_cipher* find_cipher(std::string_view name) {
    for (const auto& entry : ciphers)
        if (entry.name == name) return &entry;
    return nullptr;
}

/// The outer layer. Views into the file.
struct envelope {
    std::string_view cipher_name, kdf, kdf_options, public_blob, private_section, tag;
    const file_cipher* cipher = nullptr;  ///< `no_cipher` for a key that is not encrypted
    std::string_view salt;
    std::uint32_t rounds = 0;

    [[nodiscard]] bool encrypted() const { return cipher != &no_cipher; }
};

/// Whether this kind of key can be used at all; told before a passphrase is asked for.
base::result<void> check_kind(std::string_view kind) {
    if (kind == "ssh-ed25519" || kind == "ssh-rsa" || find_curve(&curve::algorithm, kind)) return {};
    if (kind == "ssh-dss") return refuse(errc::unsupported_key, "DSA keys are not supported: use an Ed25519 key");
    if (kind.starts_with("sk-"))
        return refuse(errc::unsupported_key,
                      "security-key (sk-) keys need their hardware token and cannot be used by a gateway");
    return refuse(errc::unsupported_key, "keys of the kind \"" + base::escape(kind, 64) + "\" are not supported");
}

base::result<void> read_kdf(envelope& file, const key_limits& limits) {
    base::byte_reader options(file.kdf_options);
    if (file.kdf == "none") {
        if (file.cipher_name != "none" || !options.complete())
            return damaged("its cipher and its key derivation contradict each other");
        file.cipher = &no_cipher;
        return {};
    }
    if (file.kdf != "bcrypt")
        return refuse(errc::unsupported_key,
                      "key derivation \"" + base::escape(file.kdf, 64) + "\" is not supported; bcrypt is");
    file.cipher = find_cipher(file.cipher_name);
    if (file.cipher == nullptr)
        return refuse(errc::unsupported_key, "the cipher \"" + base::escape(file.cipher_name, 64) +
                                                 "\" is not supported: save the key again with ssh-keygen -p");
    file.salt = options.string();
    file.rounds = options.u32();
    if (!options.complete() || file.salt.empty() || file.salt.size() > salt_limit || file.rounds == 0)
        return damaged("its key derivation parameters make no sense");
    if (file.rounds > limits.bcrypt_rounds)
        return too_costly("it asks for " + std::to_string(file.rounds) + " bcrypt rounds, and at most " +
                          std::to_string(limits.bcrypt_rounds) + " are allowed");
    return {};
}

base::result<envelope> read_envelope(std::string_view octets, const key_limits& limits) {
    base::byte_reader reader(octets);
    if (reader.take(magic.size()) != magic) return damaged("it does not begin as an OpenSSH key");
    envelope file;
    file.cipher_name = reader.string();
    file.kdf = reader.string();
    file.kdf_options = reader.string();
    const auto keys = reader.u32();
    if (reader.ok() && keys != 1)
        return refuse(errc::unsupported_key, "the file holds " + std::to_string(keys) + " keys instead of one");
    file.public_blob = reader.string();
    file.private_section = reader.string();
    if (!reader.ok()) return damaged("it is cut off");
    if (auto known = check_kind(base::byte_reader(file.public_blob).string()); !known)
        return std::unexpected(std::move(known.error()));
    if (auto known = read_kdf(file, limits); !known) return std::unexpected(std::move(known.error()));
    file.tag = reader.take(file.cipher->tag);
    if (!reader.complete()) return damaged("its length is wrong");
    if (file.private_section.empty() || file.private_section.size() % file.cipher->block != 0)
        return damaged("its private section has the wrong length");
    return file;
}

base::result<secret_octets> open_private_section(const envelope& file, std::string_view passphrase,
                                                 const key_limits& limits) {
    if (passphrase.empty()) return missing_passphrase();
    const auto& cipher = *file.cipher;
    auto derived = bcrypt_pbkdf(passphrase, file.salt, file.rounds, cipher.key + cipher.iv, limits.kdf_time);
    if (!derived) return std::unexpected(std::move(derived.error()));
    const auto key = view(*derived).substr(0, cipher.key), iv = view(*derived).substr(cipher.key);
    auto plain = cipher.implementation == nullptr
                     ? decrypt_chacha20_poly1305(key, file.private_section, file.tag)
                     : decrypt(cipher.implementation(), key, iv, file.private_section, padding::none, file.tag);
    if (!plain) return wrong_passphrase();
    return *std::move(plain);
}

base::result<private_key> read_ed25519(base::byte_reader& fields) {
    const auto point = fields.string(), pair = fields.string();  // `pair` is the seed and, once more, the point
    if (pair.size() != 64 || pair.substr(32) != point) return damaged("its Ed25519 halves differ");
    auto key = make_ed25519(pair.substr(0, 32));
    if (key && !key->public_blob().ends_with(point)) return damaged("its Ed25519 halves differ");
    return key;
}

base::result<private_key> read_ecdsa(base::byte_reader& fields, const curve& curve) {
    if (fields.string() != curve.name) return damaged("its curve has two names");
    const auto point = fields.string(), scalar = read_mpint(fields);
    if (!point.starts_with('\x04')) return damaged("its public half is not an uncompressed point");
    return make_ecdsa(curve, scalar, point);
}

base::result<private_key> read_rsa(base::byte_reader& fields) {
    rsa_parts parts;
    for (auto* part : {&parts.modulus, &parts.public_exponent, &parts.private_exponent, &parts.coefficient,
                       &parts.prime_1, &parts.prime_2})
        *part = read_mpint(fields);
    if (!fields.ok()) return damaged("its RSA numbers are cut off or negative");
    return make_rsa(parts);
}

/// The inner layer, decrypted: two equal check numbers, the key, a comment, and padding 1, 2, 3, …
base::result<private_key> read_private_section(std::string_view section, const envelope& file) {
    base::byte_reader fields(section);
    const auto check_1 = fields.u32(), check_2 = fields.u32();
    if (check_1 != check_2) {
        if (file.encrypted()) return wrong_passphrase();
        return damaged("its check numbers differ");
    }
    const auto kind = fields.string();
    const auto* curve = find_curve(&curve::algorithm, kind);
    auto key = kind == "ssh-ed25519" ? read_ed25519(fields)
               : kind == "ssh-rsa"   ? read_rsa(fields)
               : curve != nullptr    ? read_ecdsa(fields, *curve)
                                     : damaged("its private half is of another kind");
    if (!key) return key;
    fields.string();
    std::uint8_t expected = 0;
    for (const char pad : fields.rest())
        if (static_cast<std::uint8_t>(pad) != ++expected) return damaged("its padding is wrong");
    if (!fields.ok()) return damaged("its private section is cut off");
    if (key->public_blob() != file.public_blob) return damaged("its public half belongs to another key");
    return key;
}

}  // namespace

base::result<private_key> decode_openssh(std::string_view file, std::string_view passphrase, const key_limits& limits) {
    const auto envelope = read_envelope(file, limits);
    if (!envelope) return std::unexpected(envelope.error());
    if (!envelope->encrypted()) return read_private_section(envelope->private_section, *envelope);
    const auto section = open_private_section(*envelope, passphrase, limits);
    if (!section) return std::unexpected(section.error());
    return read_private_section(view(*section), *envelope);
}

}  // namespace gangway::crypto
