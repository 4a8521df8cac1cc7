#include "ecdh.hpp"

#include "openssl.hpp"

#include <openssl/obj_mac.h>

#include <array>

namespace gangway::ssh {
namespace {

constexpr std::size_t x25519_size = 32;

class x25519 final : public ecdh {
  public:
    explicit x25519(const random_source& random) {
        std::array<unsigned char, x25519_size> scalar;
        random(scalar);
        key_.reset(::EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, scalar.data(), scalar.size()));
        base::wipe(scalar.data(), scalar.size());
        std::size_t size = x25519_size;
        require(key_ && ::EVP_PKEY_get_raw_public_key(key_.get(), data_of(public_value_), &size) == 1, "X25519");
    }

    const std::string& public_value() const noexcept override { return public_value_; }

    /// Points of low order make the secret zero (RFC 8731 section 3); libcrypto refuses them, and so do we.
    std::optional<base::secret> agree(std::string_view peer) override {
        if (peer.size() != x25519_size) return std::nullopt;
        const key_handle theirs{::EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, data_of(peer), peer.size())};
        const key_context context{::EVP_PKEY_CTX_new(key_.get(), nullptr)};
        require(theirs && context && ::EVP_PKEY_derive_init(context.get()) == 1 &&
                    ::EVP_PKEY_derive_set_peer(context.get(), theirs.get()) == 1,
                "X25519");
        std::string shared(x25519_size, '\0');
        std::size_t size = shared.size();
        if (::EVP_PKEY_derive(context.get(), data_of(shared), &size) != 1 || size != x25519_size) return std::nullopt;
        unsigned char any = 0;
        for (const char octet : shared)
            any |= static_cast<unsigned char>(octet);
        auto secret = base::secret::take(shared);
        if (any == 0) return std::nullopt;
        return secret;
    }

  private:
    key_handle key_;
    std::string public_value_ = std::string(x25519_size, '\0');
};

class nist_ecdh final : public ecdh {
  public:
    nist_ecdh(int nid, const random_source& random)
        : group_(::EC_GROUP_new_by_curve_name(nid)), context_(::BN_CTX_secure_new()) {
        require(group_ && context_, "ECDH");
        field_size_ = (static_cast<std::size_t>(::EC_GROUP_get_degree(group_.get())) + 7) / 8;
        make_scalar(random);
        const curve_point point{::EC_POINT_new(group_.get())};
        public_value_.resize(1 + 2 * field_size_);
        require(
            point && ::EC_POINT_mul(group_.get(), point.get(), scalar_.get(), nullptr, nullptr, context_.get()) == 1 &&
                ::EC_POINT_point2oct(group_.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, data_of(public_value_),
                                     public_value_.size(), context_.get()) == public_value_.size(),
            "ECDH");
    }

    const std::string& public_value() const noexcept override { return public_value_; }

    /// RFC 5656 section 4 wants the checks of SEC 1 3.2.2.1; the curves have cofactor 1, so being on the curve and not
    /// at infinity is all. Only uncompressed points are taken.
    std::optional<base::secret> agree(std::string_view peer) override {
        if (peer.size() != public_value_.size() || peer.front() != '\x04') return std::nullopt;
        const curve_point theirs{::EC_POINT_new(group_.get())};
        const curve_point shared{::EC_POINT_new(group_.get())};
        const number x{::BN_secure_new()};
        require(theirs && shared && x, "ECDH");
        if (::EC_POINT_oct2point(group_.get(), theirs.get(), data_of(peer), peer.size(), context_.get()) != 1 ||
            ::EC_POINT_is_on_curve(group_.get(), theirs.get(), context_.get()) != 1 ||
            ::EC_POINT_is_at_infinity(group_.get(), theirs.get()) != 0)
            return std::nullopt;
        std::string octets(field_size_, '\0');
        require(
            ::EC_POINT_mul(group_.get(), shared.get(), nullptr, theirs.get(), scalar_.get(), context_.get()) == 1 &&
                ::EC_POINT_get_affine_coordinates(group_.get(), shared.get(), x.get(), nullptr, context_.get()) == 1 &&
                ::BN_bn2binpad(x.get(), data_of(octets), static_cast<int>(field_size_)) >= 0,
            "ECDH");
        return base::secret::take(octets);
    }

  private:
    /// Uniform in [1, order - 1] up to 2^-64, by reducing 64 bits more than the order has.
    void make_scalar(const random_source& random) {
        std::array<unsigned char, 80> octets;
        const auto used = std::span(octets).first(field_size_ + 8);
        random(used);
        const number wide{::BN_secure_new()};
        const number range{::BN_dup(::EC_GROUP_get0_order(group_.get()))};
        scalar_.reset(::BN_secure_new());
        require(wide && range && scalar_ && ::BN_bin2bn(used.data(), static_cast<int>(used.size()), wide.get()) &&
                    ::BN_sub_word(range.get(), 1) == 1 &&
                    ::BN_mod(scalar_.get(), wide.get(), range.get(), context_.get()) == 1 &&
                    ::BN_add_word(scalar_.get(), 1) == 1,
                "ECDH");
        ::BN_set_flags(scalar_.get(), BN_FLG_CONSTTIME);
        base::wipe(octets.data(), octets.size());
    }

    curve group_;
    number_context context_;
    number scalar_;
    std::size_t field_size_ = 0;
    std::string public_value_;
};

}  // namespace

std::unique_ptr<ecdh> make_x25519(const random_source& random) {
    return std::make_unique<x25519>(random);
}

std::unique_ptr<ecdh> make_nist_ecdh(int nid, const random_source& random) {
    return std::make_unique<nist_ecdh>(nid, random);
}

std::unique_ptr<ecdh> make_ecdh(std::string_view key_exchange, const random_source& random) {
    if (key_exchange == "ecdh-sha2-nistp256") return make_nist_ecdh(NID_X9_62_prime256v1, random);
    if (key_exchange == "ecdh-sha2-nistp384") return make_nist_ecdh(NID_secp384r1, random);
    if (key_exchange == "ecdh-sha2-nistp521") return make_nist_ecdh(NID_secp521r1, random);
    return make_x25519(random);
}

}  // namespace gangway::ssh
