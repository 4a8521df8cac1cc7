#include "key_parts.hpp"

#include "failures.hpp"
#include "octets.hpp"
#include "openssl_handles.hpp"
#include "wire_mpint.hpp"

#include <gangway/base/byte_writer.hpp>

#include <openssl/core_names.h>

#include <string>
#include <utility>

namespace gangway::crypto {
namespace {

/// A number to compute with in constant time. Null if memory is short.
bignum number(std::string_view octets) {
    bignum made(::BN_bin2bn(data_of(octets), static_cast<int>(octets.size()), nullptr));
    if (made) ::BN_set_flags(made.get(), BN_FLG_CONSTTIME);
    return made;
}

private_key::handle key_from(const char* kind, OSSL_PARAM_BLD* builder) {
    const parameters values(::OSSL_PARAM_BLD_to_param(builder));
    const pkey_context context(::EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
    EVP_PKEY* key = nullptr;
    if (values && context && ::EVP_PKEY_fromdata_init(context.get()) == 1)
        ::EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, values.get());
    return private_key::handle(key);
}

std::string encode_point(const EC_GROUP* group, const EC_POINT* point, point_conversion_form_t form) {
    std::string octets(::EC_POINT_point2oct(group, point, form, nullptr, 0, nullptr), '\0');
    octets.resize(::EC_POINT_point2oct(group, point, form, data_of(octets), octets.size(), nullptr));
    return octets;
}

/// What RSA needs beyond its parts, and room to compute in.
struct rsa_numbers {
    bignum n, e, d, p, q, coefficient;
    bignum p_less_1{::BN_new()}, q_less_1{::BN_new()}, d_mod_p{::BN_new()}, d_mod_q{::BN_new()}, scratch{::BN_new()};
    bignum_context context{::BN_CTX_new()};

    explicit rsa_numbers(const rsa_parts& parts)
        : n(number(parts.modulus)),
          e(number(parts.public_exponent)),
          d(number(parts.private_exponent)),
          p(number(parts.prime_1)),
          q(number(parts.prime_2)),
          coefficient(number(parts.coefficient)) {}

    [[nodiscard]] bool allocated() const {
        return n && e && d && p && q && coefficient && p_less_1 && q_less_1 && d_mod_p && d_mod_q && scratch && context;
    }
    /// `a` · `b` ≡ 1 (mod `m`)
    [[nodiscard]] bool inverses(const bignum& a, const bignum& b, const bignum& m) const {
        return ::BN_mod_mul(scratch.get(), a.get(), b.get(), m.get(), context.get()) == 1 &&
               ::BN_is_one(scratch.get()) == 1;
    }
    /// Fills in the CRT exponents. Whether the numbers are an RSA key, as far as this can be told cheaply.
    [[nodiscard]] bool consistent() {
        const bool odd = ::BN_is_odd(e.get()) && ::BN_is_odd(p.get()) && ::BN_is_odd(q.get());
        const bool ordered = !::BN_is_one(e.get()) && !::BN_is_one(p.get()) && !::BN_is_one(q.get()) &&
                             ::BN_cmp(d.get(), n.get()) < 0 && ::BN_cmp(coefficient.get(), p.get()) < 0;
        return odd && ordered && ::BN_mul(scratch.get(), p.get(), q.get(), context.get()) == 1 &&
               ::BN_cmp(scratch.get(), n.get()) == 0 && ::BN_sub(p_less_1.get(), p.get(), ::BN_value_one()) == 1 &&
               ::BN_sub(q_less_1.get(), q.get(), ::BN_value_one()) == 1 &&
               ::BN_mod(d_mod_p.get(), d.get(), p_less_1.get(), context.get()) == 1 &&
               ::BN_mod(d_mod_q.get(), d.get(), q_less_1.get(), context.get()) == 1 && inverses(d_mod_p, e, p_less_1) &&
               inverses(d_mod_q, e, q_less_1) && inverses(coefficient, q, p);
    }
    [[nodiscard]] private_key::handle key() const {
        const parameter_builder builder(::OSSL_PARAM_BLD_new());
        if (!builder) return {};
        const auto push = [&](const char* name, const bignum& value) {
            return ::OSSL_PARAM_BLD_push_BN(builder.get(), name, value.get()) == 1;
        };
        const bool filled = push(OSSL_PKEY_PARAM_RSA_N, n) && push(OSSL_PKEY_PARAM_RSA_E, e) &&
                            push(OSSL_PKEY_PARAM_RSA_D, d) && push(OSSL_PKEY_PARAM_RSA_FACTOR1, p) &&
                            push(OSSL_PKEY_PARAM_RSA_FACTOR2, q) && push(OSSL_PKEY_PARAM_RSA_EXPONENT1, d_mod_p) &&
                            push(OSSL_PKEY_PARAM_RSA_EXPONENT2, d_mod_q) &&
                            push(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, coefficient);
        return filled ? key_from("RSA", builder.get()) : private_key::handle{};
    }
};

constexpr std::size_t rsa_octets_limit = 16384 / 8 + 1;  ///< with the zero octet a DER or SSH encoder puts before it

}  // namespace

base::result<private_key> make_ed25519(std::string_view seed) {
    if (seed.size() != 32) return damaged("an Ed25519 key has 32 octets");
    private_key::handle key(::EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, data_of(seed), seed.size()));
    std::string point(32, '\0');
    auto size = point.size();
    if (!key || ::EVP_PKEY_get_raw_public_key(key.get(), data_of(point), &size) != 1) return library_failure("Ed25519");
    std::string blob;
    base::byte_writer writer(blob);
    writer.string("ssh-ed25519");
    writer.string(point);
    return private_key(key_type::ed25519, std::move(blob), std::move(key));
}

base::result<private_key> make_ecdsa(const curve& curve, std::string_view scalar, std::string_view point) {
    const ec_group group(::EC_GROUP_new_by_curve_name(curve.nid));
    const ec_point computed(group ? ::EC_POINT_new(group.get()) : nullptr);
    const bignum d = scalar.size() <= 67 ? number(scalar) : nullptr;  // P-521 and a zero octet
    if (!group || !computed) return library_failure("ECDSA");
    if (!d || ::BN_is_zero(d.get()) || ::BN_cmp(d.get(), ::EC_GROUP_get0_order(group.get())) >= 0)
        return damaged("its secret number does not fit the curve");
    if (::EC_POINT_mul(group.get(), computed.get(), d.get(), nullptr, nullptr, nullptr) != 1)
        return library_failure("ECDSA");
    const auto octets = encode_point(group.get(), computed.get(), POINT_CONVERSION_UNCOMPRESSED);
    if (!point.empty() && point != octets &&
        point != encode_point(group.get(), computed.get(), POINT_CONVERSION_COMPRESSED))
        return damaged("its public half belongs to another key");

    const parameter_builder builder(::OSSL_PARAM_BLD_new());
    private_key::handle key;
    if (builder &&
        ::OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, ::OBJ_nid2sn(curve.nid), 0) == 1 &&
        ::OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, octets.data(), octets.size()) == 1 &&
        ::OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, d.get()) == 1)
        key = key_from("EC", builder.get());
    if (!key) return library_failure("ECDSA");

    std::string blob;
    base::byte_writer writer(blob);
    writer.string(curve.algorithm);
    writer.string(curve.name);
    writer.string(octets);
    return private_key(curve.type, std::move(blob), std::move(key));
}

base::result<private_key> make_rsa(const rsa_parts& parts) {
    for (const auto part : {parts.modulus, parts.private_exponent, parts.prime_1, parts.prime_2, parts.coefficient})
        if (part.size() > rsa_octets_limit)
            return refuse(errc::unsupported_key, "RSA keys of more than 16384 bits are not supported");
    if (parts.public_exponent.size() > 9) return damaged("its public exponent has more than 64 bits");
    rsa_numbers numbers(parts);
    if (!numbers.allocated()) return library_failure("RSA");
    const int bits = ::BN_num_bits(numbers.n.get());
    if (bits < 1024 || bits > 16384)
        return refuse(errc::unsupported_key,
                      "this RSA key has " + std::to_string(bits) + " bits; keys of 1024 to 16384 bits are supported");
    if (!numbers.consistent()) return damaged("its RSA numbers do not belong together");
    auto key = numbers.key();
    if (!key) return library_failure("RSA");

    std::string blob;
    base::byte_writer writer(blob);
    writer.string("ssh-rsa");
    write_mpint(writer, numbers.e.get());
    write_mpint(writer, numbers.n.get());
    return private_key(key_type::rsa, std::move(blob), std::move(key));
}

}  // namespace gangway::crypto
