#include "host_key_verifier.hpp"

#include "algorithms.hpp"
#include "failures.hpp"
#include "openssl.hpp"
#include "wire.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>

#include <array>
#include <optional>
#include <utility>

namespace gangway::ssh {
namespace {

constexpr int rsa_least_bits = 2048;
constexpr int rsa_most_bits = 16384;
constexpr std::size_t rsa_longest_exponent = 8;  ///< octets; 65537 in practice

using parameter_builder = std::unique_ptr<OSSL_PARAM_BLD, releaser<::OSSL_PARAM_BLD_free>>;
using parameters = std::unique_ptr<OSSL_PARAM, releaser<::OSSL_PARAM_free>>;

struct ecdsa_facts {
    std::string_view algorithm, curve;
    const char* group;
    std::size_t field;
    const char* hash;
};

constexpr std::array ecdsa_kinds = {
    ecdsa_facts{"ecdsa-sha2-nistp256", "nistp256", "P-256", 32, "SHA256"},
    ecdsa_facts{"ecdsa-sha2-nistp384", "nistp384", "P-384", 48, "SHA384"},
    ecdsa_facts{"ecdsa-sha2-nistp521", "nistp521", "P-521", 66, "SHA512"},
};

const ecdsa_facts* ecdsa_kind(std::string_view algorithm) noexcept {
    for (const auto& kind : ecdsa_kinds)
        if (kind.algorithm == algorithm) return &kind;
    return nullptr;
}

/// Null if libcrypto finds the values wrong.
key_handle public_key(const char* type, const parameter_builder& builder) {
    const parameters values{::OSSL_PARAM_BLD_to_param(builder.get())};
    const key_context context{::EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
    require(values && context && ::EVP_PKEY_fromdata_init(context.get()) == 1, "public key");
    EVP_PKEY* key = nullptr;
    if (::EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, values.get()) != 1) return nullptr;
    return key_handle{key};
}

key_handle ed25519_key(base::byte_reader& in) {
    const auto octets = in.string();
    if (!in.complete() || octets.size() != 32) return nullptr;
    return key_handle{::EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, data_of(octets), octets.size())};
}

key_handle ecdsa_key(base::byte_reader& in, const ecdsa_facts& kind) {
    const auto curve_name = in.string();
    const auto point = in.string();
    if (!in.complete() || curve_name != kind.curve || point.size() != 1 + 2 * kind.field || point.front() != '\x04')
        return nullptr;
    const parameter_builder builder{::OSSL_PARAM_BLD_new()};
    require(builder && ::OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kind.group, 0) &&
                ::OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
            "public key");
    return public_key("EC", builder);
}

key_handle rsa_key(base::byte_reader& in) {
    const auto exponent = read_magnitude(in);
    const auto modulus = read_magnitude(in);
    if (!in.complete() || exponent.empty() || exponent.size() > rsa_longest_exponent ||
        modulus.size() > rsa_most_bits / 8)
        return nullptr;
    const auto e = number_of(exponent);
    const auto n = number_of(modulus);
    if (::BN_num_bits(n.get()) < rsa_least_bits || ::BN_is_odd(n.get()) == 0 || ::BN_is_odd(e.get()) == 0 ||
        ::BN_is_one(e.get()) == 1)
        return nullptr;
    const parameter_builder builder{::OSSL_PARAM_BLD_new()};
    require(builder && ::OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) &&
                ::OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()),
            "public key");
    return public_key("RSA", builder);
}

key_handle read_key(std::string_view algorithm, std::string_view blob) {
    base::byte_reader in(blob);
    if (in.string() != key_type_of(algorithm)) return nullptr;
    if (algorithm == "ssh-ed25519") return ed25519_key(in);
    if (const auto* kind = ecdsa_kind(algorithm)) return ecdsa_key(in, *kind);
    return rsa_key(in);
}

/// RFC 5656 section 3.1.2 has two mpints where libcrypto wants DER.
std::optional<std::string> ecdsa_signature(std::string_view octets, std::size_t field) {
    base::byte_reader in(octets);
    const auto r = read_magnitude(in);
    const auto s = read_magnitude(in);
    if (!in.complete() || r.size() > field || s.size() > field) return std::nullopt;
    const std::unique_ptr<ECDSA_SIG, releaser<::ECDSA_SIG_free>> signature{::ECDSA_SIG_new()};
    auto r_value = number_of(r);
    auto s_value = number_of(s);
    require(signature && ::ECDSA_SIG_set0(signature.get(), r_value.get(), s_value.get()) == 1, "ECDSA signature");
    (void)r_value.release();  // the signature's own now
    (void)s_value.release();
    unsigned char* der = nullptr;
    const int size = ::i2d_ECDSA_SIG(signature.get(), &der);
    require(size > 0, "ECDSA signature");
    std::string encoded(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    ::OPENSSL_free(der);
    return encoded;
}

/// RFC 8332 section 3 has as many octets as the modulus; servers that leave out leading zeros are understood.
std::optional<std::string> rsa_signature(std::string_view octets, std::size_t modulus) {
    if (octets.empty() || octets.size() > modulus) return std::nullopt;
    return std::string(modulus - octets.size(), '\0').append(octets);
}

bool verifies(EVP_PKEY* key, const char* hash, std::string_view signature, std::string_view octets) {
    const digest_context context{::EVP_MD_CTX_new()};
    const EVP_MD* kind = hash == nullptr ? nullptr : ::EVP_get_digestbyname(hash);
    // Without a digest libcrypto would take the key type's default.
    require(hash == nullptr || kind != nullptr, "signature");
    require(context && ::EVP_DigestVerifyInit(context.get(), nullptr, kind, nullptr, key) == 1, "signature");
    return ::EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(octets), octets.size()) == 1;
}

}  // namespace

base::result<void> verify_host_key(std::string_view algorithm, std::string_view blob, std::string_view signature,
                                   std::string_view octets) {
    const auto key = read_key(algorithm, blob);
    if (!key) {
        ::ERR_clear_error();
        return bad_exchange("the server's host key is not a usable " + std::string(key_type_of(algorithm)) + " key");
    }
    base::byte_reader in(signature);
    const auto name = in.string();
    const auto value = in.string();
    if (in.complete() && name == algorithm) {
        std::optional<std::string> encoded;
        const char* hash = nullptr;
        if (const auto* kind = ecdsa_kind(algorithm)) {
            encoded = ecdsa_signature(value, kind->field);
            hash = kind->hash;
        } else if (algorithm == "ssh-ed25519") {
            if (value.size() == 64) encoded = value;
        } else {
            encoded = rsa_signature(value, static_cast<std::size_t>(::EVP_PKEY_get_size(key.get())));
            hash = algorithm == "rsa-sha2-512" ? "SHA512" : "SHA256";
        }
        if (encoded && verifies(key.get(), hash, *encoded, octets)) return {};
    }
    ::ERR_clear_error();
    return refuse(errc::bad_signature, "the server did not prove that it holds the host key it shows");
}

}  // namespace gangway::ssh
