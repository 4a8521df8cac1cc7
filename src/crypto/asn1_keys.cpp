#include "asn1_keys.hpp"

#include "curves.hpp"
#include "der.hpp"
#include "failures.hpp"
#include "key_parts.hpp"
#include "object_identifiers.hpp"

namespace gangway::crypto {
namespace {

/// The curve of ECParameters, RFC 5480 section 2.1.1. Curves spelled out in numbers are how a file makes a library
/// compute nonsense; only names are taken.
base::result<const curve*> read_curve(der_reader& parameters) {
    if (parameters.next_is(der_tag::sequence))
        return refuse(errc::unsupported_key, "EC keys with explicit curve parameters are not supported");
    const auto* found = find_curve(&curve::object_identifier, parameters.take(der_tag::object_identifier));
    if (!parameters.complete()) return damaged("its curve is not readable");
    if (found == nullptr)
        return refuse(errc::unsupported_key, "EC keys are supported on the curves P-256, P-384 and P-521 only");
    return found;
}

/// `outer` is the curve that PKCS#8 names; null in a file that has to name it itself.
base::result<private_key> decode_ec(std::string_view der, const curve* outer) {
    der_reader file(der);
    auto fields = file.enter(der_tag::sequence);
    const auto version = fields.number();
    const auto scalar = fields.take(der_tag::octet_string);
    const curve* found = outer;
    if (fields.next_is(der_tag::constructed_0)) {
        auto parameters = fields.enter(der_tag::constructed_0);
        const auto named = read_curve(parameters);
        if (!named) return std::unexpected(named.error());
        if (outer != nullptr && *named != outer) return damaged("it names two curves");
        found = *named;
    }
    std::string_view point;
    if (fields.next_is(der_tag::constructed_1)) {
        auto wrapper = fields.enter(der_tag::constructed_1);
        const auto bits = wrapper.take(der_tag::bit_string);
        if (!wrapper.complete() || bits.size() < 2 || bits[0] != '\0')
            return damaged("its public half is not readable");
        point = bits.substr(1);
    }
    if (!fields.complete() || !file.complete() || version != 1) return damaged("it is not an EC private key");
    if (found == nullptr) return damaged("it does not name its curve");
    return make_ecdsa(*found, scalar, point);
}

base::result<private_key> decode_ed25519(std::string_view der) {
    der_reader file(der);
    const auto seed = file.take(der_tag::octet_string);
    if (!file.complete()) return damaged("it is not an Ed25519 private key");
    return make_ed25519(seed);
}

base::result<private_key> decode_kind(std::string_view kind, der_reader& parameters, std::string_view key) {
    if (kind == oid::ed25519) return decode_ed25519(key);
    if (kind == oid::rsa) return decode_pkcs1(key);
    if (kind == oid::elliptic_curve) {
        const auto curve = read_curve(parameters);
        if (!curve) return std::unexpected(curve.error());
        return decode_ec(key, *curve);
    }
    if (kind == oid::dsa) return refuse(errc::unsupported_key, "DSA keys are not supported: use an Ed25519 key");
    return refuse(errc::unsupported_key, "this kind of key is not supported: use an Ed25519, ECDSA or RSA key");
}

}  // namespace

base::result<private_key> decode_pkcs1(std::string_view der) {
    der_reader file(der);
    auto fields = file.enter(der_tag::sequence);
    const auto version = fields.number();
    if (fields.ok() && version == 1)
        return refuse(errc::unsupported_key, "RSA keys of more than two primes are not supported");
    rsa_parts parts;
    std::string_view exponent_1, exponent_2;  // recomputed
    for (auto* part : {&parts.modulus, &parts.public_exponent, &parts.private_exponent, &parts.prime_1, &parts.prime_2,
                       &exponent_1, &exponent_2, &parts.coefficient})
        *part = fields.magnitude();
    if (!fields.complete() || !file.complete() || version != 0) return damaged("it is not an RSA private key");
    return make_rsa(parts);
}

base::result<private_key> decode_sec1(std::string_view der) {
    return decode_ec(der, nullptr);
}

base::result<private_key> decode_pkcs8(std::string_view der) {
    der_reader file(der);
    auto fields = file.enter(der_tag::sequence);
    const auto version = fields.number();
    auto parameters = fields.enter(der_tag::sequence);
    const auto kind = parameters.take(der_tag::object_identifier);
    const auto key = fields.take(der_tag::octet_string);
    fields.skip_optional(der_tag::constructed_0);  // attributes
    fields.skip_optional(der_tag::primitive_1);    // the public half, which is computed
    if (!fields.complete() || !file.complete() || kind.empty() || version > 1)
        return damaged("it is not a PKCS#8 private key");
    return decode_kind(kind, parameters, key);
}

}  // namespace gangway::crypto
