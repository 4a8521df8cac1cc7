#include "diffie_hellman.hpp"

#include <array>
#include <utility>

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
