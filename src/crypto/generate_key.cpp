#include "curves.hpp"
#include "failures.hpp"
#include "key_parts.hpp"
#include "openssl_handles.hpp"
#include "secret_octets.hpp"

#include <gangway/crypto/generate_key.hpp>

#include <openssl/core_names.h>
#include <sodium.h>

namespace gangway::crypto {
namespace {

/// The number `name` of `key`, or nothing.
secret_octets number_of(const EVP_PKEY* key, const char* name) {
    BIGNUM* fetched = nullptr;
    ::EVP_PKEY_get_bn_param(key, name, &fetched);
    const bignum number(fetched);
    secret_octets octets(number ? static_cast<std::size_t>(BN_num_bytes(number.get())) : 0);
    if (number) ::BN_bn2binpad(number.get(), octets.data(), static_cast<int>(octets.size()));
    return octets;
}

base::result<private_key> generate_ed25519() {
    secret_octets seed(32);
    if (::sodium_init() < 0) return library_failure("generating a key");
    ::randombytes_buf(seed.data(), seed.size());
    return make_ed25519(view(seed));
}

base::result<private_key> generate_ecdsa(const curve& curve) {
    const private_key::handle made(::EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", ::OBJ_nid2sn(curve.nid)));
    if (!made) return library_failure("generating a key");
    return make_ecdsa(curve, view(number_of(made.get(), OSSL_PKEY_PARAM_PRIV_KEY)), {});
}

base::result<private_key> generate_rsa() {
    const private_key::handle made(
        ::EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(generated_rsa_bits)));
    if (!made) return library_failure("generating a key");
    const auto part = [&made](const char* name) { return number_of(made.get(), name); };
    const auto n = part(OSSL_PKEY_PARAM_RSA_N), e = part(OSSL_PKEY_PARAM_RSA_E), d = part(OSSL_PKEY_PARAM_RSA_D),
               p = part(OSSL_PKEY_PARAM_RSA_FACTOR1), q = part(OSSL_PKEY_PARAM_RSA_FACTOR2),
               coefficient = part(OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
    return make_rsa({.modulus = view(n),
                     .public_exponent = view(e),
                     .private_exponent = view(d),
                     .prime_1 = view(p),
                     .prime_2 = view(q),
                     .coefficient = view(coefficient)});
}

}  // namespace

base::result<private_key> generate_key(key_type type) {
    const error_queue_guard errors;
    if (type == key_type::ed25519) return generate_ed25519();
    if (type == key_type::rsa) return generate_rsa();
    return generate_ecdsa(*find_curve(&curve::type, type));
}

}  // namespace gangway::crypto
