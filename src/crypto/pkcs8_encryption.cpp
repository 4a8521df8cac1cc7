#include "pkcs8_encryption.hpp"

#include "der.hpp"
#include "failures.hpp"
#include "object_identifiers.hpp"
#include "octets.hpp"
#include "symmetric.hpp"

#include <openssl/evp.h>
#include <openssl/pkcs12.h>

#include <array>
#include <bit>
#include <limits>
#include <string>
#include <variant>

namespace gangway::crypto {
namespace {

constexpr std::size_t salt_limit = 1024;

/// How the cipher's key comes from the passphrase, checked against the limits.
struct pbkdf2 {
    int iterations;
    const EVP_MD* digest;
};
struct scrypt {
    std::uint64_t n, r, p, memory;
};
struct pkcs12 {  ///< with SHA-1; also makes the initialization vector
    int iterations;
};

struct encryption {
    std::variant<pbkdf2, scrypt, pkcs12> derivation;
    std::string_view salt;
    const EVP_CIPHER* cipher;
    std::string_view iv;  ///< empty with `pkcs12`
};

struct named_digest {
    std::string_view id;
    const EVP_MD* (*digest)(void);
};
constexpr std::array digests{
    named_digest{oid::hmac_sha1, ::EVP_sha1},     named_digest{oid::hmac_sha224, ::EVP_sha224},
    named_digest{oid::hmac_sha256, ::EVP_sha256}, named_digest{oid::hmac_sha384, ::EVP_sha384},
    named_digest{oid::hmac_sha512, ::EVP_sha512},
};

struct named_cipher {
    std::string_view id;
    const EVP_CIPHER* (*cipher)(void);
};
constexpr std::array ciphers{
    named_cipher{oid::aes256_cbc, ::EVP_aes_256_cbc},
    named_cipher{oid::aes192_cbc, ::EVP_aes_192_cbc},
    named_cipher{oid::aes128_cbc, ::EVP_aes_128_cbc},
    named_cipher{oid::des_ede3_cbc, ::EVP_des_ede3_cbc},
};

std::unexpected<base::error> unsupported(std::string_view what) {
    return refuse(errc::unsupported_key,
                  "this PKCS#8 key is encrypted with " + std::string(what) +
                      ", which is not supported: encrypt it with openssl pkcs8 -topk8 -v2 aes256");
}

std::unexpected<base::error> unreadable() {
    return damaged("its encryption parameters are not readable");
}

/// Bounds `iterations` of a derivation that runs through them `runs` times.
base::result<int> check_iterations(std::uint64_t iterations, std::uint64_t runs, const key_limits& limits) {
    if (iterations == 0) return unreadable();
    if (iterations > std::numeric_limits<int>::max() || iterations > limits.pbkdf2_work / runs)
        return too_costly("it asks for " + std::to_string(iterations) + " iterations, and at most " +
                          std::to_string(limits.pbkdf2_work / runs) + " are allowed");
    return static_cast<int>(iterations);
}

/// RFC 8018 appendix A.4: the cipher and its initialization vector.
base::result<void> read_cipher(der_reader fields, encryption& out) {
    const auto id = fields.take(der_tag::object_identifier);
    for (const auto& entry : ciphers)
        if (entry.id == id) out.cipher = entry.cipher();
    if (out.cipher == nullptr) return unsupported("another cipher than AES or 3DES in CBC mode");
    out.iv = fields.take(der_tag::octet_string);
    if (!fields.complete() || out.iv.size() != static_cast<std::size_t>(::EVP_CIPHER_get_iv_length(out.cipher)))
        return unreadable();
    return {};
}

/// RFC 8018 appendix A.2; its key length has to be the cipher's.
base::result<void> read_pbkdf2(der_reader fields, const key_limits& limits, encryption& out) {
    const auto key_octets = static_cast<std::uint64_t>(::EVP_CIPHER_get_key_length(out.cipher));
    out.salt = fields.take(der_tag::octet_string);
    const auto iterations = fields.number();
    if (fields.next_is(der_tag::integer) && fields.number() != key_octets) return unreadable();
    std::string_view function = oid::hmac_sha1;
    if (fields.next_is(der_tag::sequence)) {
        auto algorithm = fields.enter(der_tag::sequence);
        function = algorithm.take(der_tag::object_identifier);
        algorithm.skip_optional(der_tag::null);
        if (!algorithm.complete()) return unreadable();
    }
    if (!fields.complete()) return unreadable();
    const EVP_MD* digest = nullptr;
    for (const auto& entry : digests)
        if (entry.id == function) digest = entry.digest();
    if (digest == nullptr) return unsupported("another digest than SHA-1 or SHA-2");
    const auto digest_octets = static_cast<std::uint64_t>(::EVP_MD_get_size(digest));
    const auto checked = check_iterations(iterations, (key_octets + digest_octets - 1) / digest_octets, limits);
    if (!checked) return std::unexpected(checked.error());
    out.derivation = pbkdf2{*checked, digest};
    return {};
}

/// RFC 7914 section 7.
base::result<void> read_scrypt(der_reader fields, const key_limits& limits, encryption& out) {
    out.salt = fields.take(der_tag::octet_string);
    const auto n = fields.number(), r = fields.number(), p = fields.number();
    if (fields.next_is(der_tag::integer) &&
        fields.number() != static_cast<std::uint64_t>(::EVP_CIPHER_get_key_length(out.cipher)))
        return unreadable();
    if (!fields.complete() || n < 2 || !std::has_single_bit(n) || r == 0 || p == 0 ||
        (r == 1 && n >= 65536))  // section 2: N < 2^(128 r / 8)
        return unreadable();
    // Division instead of products, which could overflow. Within the first bound neither can the memory's.
    const auto work = limits.scrypt_work;
    if (n > work || r > work / n || p > work / (n * r) || r * (n + p + 2) > limits.scrypt_memory / 128)
        return too_costly("scrypt with N=" + std::to_string(n) + ", r=" + std::to_string(r) +
                          ", p=" + std::to_string(p) + " needs more time or memory than allowed");
    out.derivation = scrypt{n, r, p, limits.scrypt_memory};
    return {};
}

/// RFC 8018 appendix A.4. The cipher comes second and is read first: it decides how long a key is derived.
base::result<encryption> read_pbes2(der_reader fields, const key_limits& limits) {
    auto derivation = fields.enter(der_tag::sequence);
    encryption out{};
    if (auto known = read_cipher(fields.enter(der_tag::sequence), out); !known) return std::unexpected(known.error());
    if (!fields.complete()) return unreadable();
    const auto function = derivation.take(der_tag::object_identifier);
    const auto parameters = derivation.enter(der_tag::sequence);
    if (function != oid::pbkdf2 && function != oid::scrypt)
        return unsupported("another derivation than PBKDF2 or scrypt");
    if (!derivation.complete()) return unreadable();
    const auto read =
        function == oid::pbkdf2 ? read_pbkdf2(parameters, limits, out) : read_scrypt(parameters, limits, out);
    if (!read) return std::unexpected(read.error());
    return out;
}

/// RFC 7292 appendix C: three SHA-1 values, for the key of 24 octets and the initialization vector.
base::result<encryption> read_pkcs12(der_reader fields, const key_limits& limits) {
    const auto salt = fields.take(der_tag::octet_string);
    const auto iterations = fields.number();
    if (!fields.complete()) return unreadable();
    const auto checked = check_iterations(iterations, 3, limits);
    if (!checked) return std::unexpected(checked.error());
    return encryption{pkcs12{*checked}, salt, ::EVP_des_ede3_cbc(), {}};
}

base::result<encryption> read_encryption(der_reader algorithm, const key_limits& limits) {
    const auto scheme = algorithm.take(der_tag::object_identifier);
    if (scheme.empty()) return damaged("it is not an encrypted PKCS#8 private key");
    if (scheme != oid::pbes2 && scheme != oid::pkcs12_sha1_3des) return unsupported("a scheme of before 2000");
    const auto parameters = algorithm.enter(der_tag::sequence);
    if (!algorithm.complete()) return unreadable();
    auto read = scheme == oid::pbes2 ? read_pbes2(parameters, limits) : read_pkcs12(parameters, limits);
    if (read && (read->salt.empty() || read->salt.size() > salt_limit)) return unreadable();
    return read;
}

/// Runs a derivation that has been checked. False if the library fails.
struct derive {
    std::string_view passphrase, salt;
    secret_octets &key, &iv;

    bool operator()(const pbkdf2& with) const {
        return ::PKCS5_PBKDF2_HMAC(passphrase.data(), static_cast<int>(passphrase.size()), data_of(salt),
                                   static_cast<int>(salt.size()), with.iterations, with.digest,
                                   static_cast<int>(key.size()), key.data()) == 1;
    }
    bool operator()(const scrypt& with) const {
        return ::EVP_PBE_scrypt(passphrase.data(), passphrase.size(), data_of(salt), salt.size(), with.n, with.r,
                                with.p, with.memory, key.data(), key.size()) == 1;
    }
    bool operator()(const pkcs12& with) const {
        iv.resize(8);
        return generate(with, PKCS12_KEY_ID, key) && generate(with, PKCS12_IV_ID, iv);
    }

  private:
    [[nodiscard]] bool generate(const pkcs12& with, int purpose, secret_octets& out) const {
        std::string salt_copy(salt);  // the library wants to be able to write to it
        return ::PKCS12_key_gen_utf8(passphrase.data(), static_cast<int>(passphrase.size()), data_of(salt_copy),
                                     static_cast<int>(salt_copy.size()), purpose, with.iterations,
                                     static_cast<int>(out.size()), out.data(), ::EVP_sha1()) == 1;
    }
};

}  // namespace

base::result<secret_octets> decrypt_pkcs8(std::string_view der, std::string_view passphrase, const key_limits& limits) {
    der_reader file(der);
    auto fields = file.enter(der_tag::sequence);
    const auto algorithm = fields.enter(der_tag::sequence);
    const auto cipher_text = fields.take(der_tag::octet_string);
    if (!fields.complete() || !file.complete()) return damaged("it is not an encrypted PKCS#8 private key");
    const auto how = read_encryption(algorithm, limits);
    if (!how) return std::unexpected(how.error());
    if (passphrase.empty()) return missing_passphrase();

    secret_octets key(static_cast<std::size_t>(::EVP_CIPHER_get_key_length(how->cipher)));
    secret_octets iv(how->iv.begin(), how->iv.end());
    if (!std::visit(derive{passphrase, how->salt, key, iv}, how->derivation)) return library_failure("key derivation");
    auto plain = decrypt(how->cipher, view(key), view(iv), cipher_text, padding::pkcs7);
    if (!plain) return wrong_passphrase();
    return *std::move(plain);
}

}  // namespace gangway::crypto
