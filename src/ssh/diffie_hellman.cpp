#include "diffie_hellman.hpp"

#include <array>
#include <utility>
#include <vector>

namespace gangway::ssh {
namespace {

constexpr int least_bits = 2048;
constexpr int most_bits = 8192;

/// Within 2 … p - 2.
bool is_element(const BIGNUM* value, const BIGNUM* prime) {
    const number last{::BN_dup(prime)};
    require(last && ::BN_sub_word(last.get(), 1) == 1, "Diffie-Hellman");
    return ::BN_cmp(value, ::BN_value_one()) > 0 && ::BN_cmp(value, last.get()) < 0;
}

/// base^exponent mod prime, in a time that does not depend on the exponent.
number power(const BIGNUM* base, const BIGNUM* exponent, const BIGNUM* prime) {
    const number_context context{::BN_CTX_secure_new()};
    number value{::BN_secure_new()};
    require(context && value &&
                ::BN_mod_exp_mont_consttime(value.get(), base, exponent, prime, context.get(), nullptr) == 1,
            "Diffie-Hellman");
    return value;
}

constexpr int miller_rabin_rounds = 4;

number less_one(const BIGNUM* value) {
    number less{::BN_dup(value)};
    require(less && ::BN_sub_word(less.get(), 1) == 1, "primality");
    return less;
}

number shifted_right(const BIGNUM* value, int bits) {
    number shifted{::BN_new()};
    require(shifted && ::BN_rshift(shifted.get(), value, bits) == 1, "primality");
    return shifted;
}

/// base^exponent mod modulus, of nothing secret.
number open_power(const number& base, const number& exponent, const number& modulus, BN_CTX* context) {
    number value{::BN_new()};
    require(value && ::BN_mod_exp_mont(value.get(), base.get(), exponent.get(), modulus.get(), context, nullptr) == 1,
            "primality");
    return value;
}

/// At least 2, and below `bound` for being an octet shorter.
number random_base(const number& bound, const random_source& random) {
    std::vector<unsigned char> octets(static_cast<std::size_t>(BN_num_bytes(bound.get())) - 1);
    random(octets);
    octets.front() &= 0x7f;
    number value{::BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr)};
    require(value && ::BN_add_word(value.get(), 2) == 1, "primality");
    return value;
}

/// Miller and Rabin for an odd number.
bool is_probable_prime(const number& value, const random_source& random, BN_CTX* context) {
    const auto last = less_one(value.get());
    int twos = 1;
    while (::BN_is_bit_set(last.get(), twos) == 0)
        ++twos;
    const auto odd_part = shifted_right(last.get(), twos);
    for (int round = 0; round < miller_rabin_rounds; ++round) {
        const auto power = open_power(random_base(value, random), odd_part, value, context);
        bool passed = ::BN_is_one(power.get()) == 1 || ::BN_cmp(power.get(), last.get()) == 0;
        for (int square = 1; square < twos && !passed; ++square) {
            require(::BN_mod_sqr(power.get(), power.get(), value.get(), context) == 1, "primality");
            passed = ::BN_cmp(power.get(), last.get()) == 0;
        }
        if (!passed) return false;
    }
    return true;
}

}  // namespace

dh_group fixed_group(std::string_view key_exchange) {
    number prime{key_exchange.contains("group14")   ? ::BN_get_rfc3526_prime_2048(nullptr)
                 : key_exchange.contains("group16") ? ::BN_get_rfc3526_prime_4096(nullptr)
                                                    : ::BN_get_rfc3526_prime_8192(nullptr)};
    number generator{::BN_new()};
    require(prime && generator && ::BN_set_word(generator.get(), 2) == 1, "Diffie-Hellman");
    return {std::move(prime), std::move(generator)};
}

std::optional<dh_group> offered_group(std::string_view prime, std::string_view generator) {
    if (prime.size() > most_bits / 8 || generator.size() > prime.size()) return std::nullopt;
    dh_group group{number_of(prime), number_of(generator)};
    if (::BN_num_bits(group.prime.get()) < least_bits || ::BN_is_odd(group.prime.get()) == 0 ||
        !is_element(group.generator.get(), group.prime.get()))
        return std::nullopt;
    return group;
}

/// The modulus itself needs no rounds (Pocklington): if q = (p - 1) / 2 is prime, 2^(p - 1) is 1 modulo p, and 3 does
/// not divide p, then p is.
bool is_safe_prime(const number& modulus, const random_source& random) {
    // All safe primes above 7 are 11 modulo 12. That also sorts out most others at no cost.
    if (::BN_mod_word(modulus.get(), 12) != 11) return false;
    const number_context context{::BN_CTX_new()};
    const number two{::BN_new()};
    require(context && two && ::BN_set_word(two.get(), 2) == 1, "primality");
    if (::BN_is_one(open_power(two, less_one(modulus.get()), modulus, context.get()).get()) == 0) return false;
    return is_probable_prime(shifted_right(modulus.get(), 1), random, context.get());
}

diffie_hellman::diffie_hellman(dh_group group, const random_source& random)
    : group_(std::move(group)), exponent_(::BN_secure_new()) {
    std::array<unsigned char, 64> octets;
    random(octets);
    octets.front() |= 0x80;
    require(exponent_ && ::BN_bin2bn(octets.data(), static_cast<int>(octets.size()), exponent_.get()),
            "Diffie-Hellman");
    base::wipe(octets.data(), octets.size());
    ::BN_set_flags(exponent_.get(), BN_FLG_CONSTTIME);
    public_value_ = magnitude_of(power(group_.generator.get(), exponent_.get(), group_.prime.get()));
}

std::optional<base::secret> diffie_hellman::agree(std::string_view peer) const {
    const auto size = static_cast<std::size_t>(BN_num_bytes(group_.prime.get()));
    if (peer.size() > size) return std::nullopt;
    const auto theirs = number_of(peer);
    if (!is_element(theirs.get(), group_.prime.get())) return std::nullopt;
    const auto shared = power(theirs.get(), exponent_.get(), group_.prime.get());
    std::string octets(size, '\0');
    require(::BN_bn2binpad(shared.get(), data_of(octets), static_cast<int>(size)) >= 0, "Diffie-Hellman");
    return base::secret::take(octets);
}

std::string magnitude_of(const number& value) {
    std::string octets(static_cast<std::size_t>(BN_num_bytes(value.get())), '\0');
    ::BN_bn2bin(value.get(), data_of(octets));
    return octets;
}

}  // namespace gangway::ssh
