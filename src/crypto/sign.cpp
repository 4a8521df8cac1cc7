#include "failures.hpp"
#include "octets.hpp"
#include "openssl_handles.hpp"
#include "wire_mpint.hpp"

#include <gangway/crypto/sign.hpp>

#include <openssl/ecdsa.h>

#include <optional>

namespace gangway::crypto {
namespace {

using digest_context = std::unique_ptr<EVP_MD_CTX, freed_by<&::EVP_MD_CTX_free>>;
using ecdsa_signature = std::unique_ptr<ECDSA_SIG, freed_by<&::ECDSA_SIG_free>>;

struct method {
    const EVP_MD* hash;  ///< null for Ed25519, which hashes itself
};

std::optional<method> method_for(key_type type, std::string_view name, std::string_view algorithm) {
    if (type == key_type::rsa) {
        if (algorithm == "rsa-sha2-256") return method{::EVP_sha256()};
        if (algorithm == "rsa-sha2-512") return method{::EVP_sha512()};
        return std::nullopt;
    }
    if (algorithm != name) return std::nullopt;
    switch (type) {
        case key_type::ecdsa_p256:
            return method{::EVP_sha256()};
        case key_type::ecdsa_p384:
            return method{::EVP_sha384()};
        case key_type::ecdsa_p521:
            return method{::EVP_sha512()};
        default:
            return method{nullptr};
    }
}

/// libcrypto's encoding, or nothing.
std::string raw_signature(EVP_PKEY* key, const EVP_MD* hash, std::string_view octets) {
    const digest_context context(::EVP_MD_CTX_new());
    std::string made(static_cast<std::size_t>(::EVP_PKEY_get_size(key)), '\0');
    auto size = made.size();
    if (!context || ::EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key) != 1 ||
        ::EVP_DigestSign(context.get(), data_of(made), &size, data_of(octets), octets.size()) != 1)
        return {};
    made.resize(size);
    return made;
}

bool verifies(EVP_PKEY* key, const EVP_MD* hash, std::string_view signature, std::string_view octets) {
    const digest_context context(::EVP_MD_CTX_new());
    return context && ::EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key) == 1 &&
           ::EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(octets), octets.size()) == 1;
}

/// Two mpints where libcrypto has DER; empty if that is malformed.
std::string ecdsa_numbers(std::string_view der) {
    const auto* at = data_of(der);
    const ecdsa_signature decoded(::d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    std::string numbers;
    if (!decoded) return numbers;
    base::byte_writer writer(numbers);
    write_mpint(writer, ::ECDSA_SIG_get0_r(decoded.get()));
    write_mpint(writer, ::ECDSA_SIG_get0_s(decoded.get()));
    return numbers;
}

}  // namespace

base::result<std::string> sign(const private_key& key, std::string_view algorithm, std::string_view octets) {
    const error_queue_guard queue;
    const auto how = method_for(key.type_, key.algorithm(), algorithm);
    if (!how) return refuse(errc::unsupported_key, "the key cannot sign with " + std::string(algorithm));
    auto made = raw_signature(key.key_.get(), how->hash, octets);
    if (made.empty() || !verifies(key.key_.get(), how->hash, made, octets)) return library_failure("a signature");
    if (key.type_ != key_type::rsa && key.type_ != key_type::ed25519) made = ecdsa_numbers(made);
    if (made.empty()) return library_failure("a signature");
    std::string encoded;
    base::byte_writer writer(encoded);
    writer.string(algorithm);
    writer.string(made);
    return encoded;
}

}  // namespace gangway::crypto
