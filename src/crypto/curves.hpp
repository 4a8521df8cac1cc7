#pragma once
/// The NIST curves of RFC 5656, under all their names.

#include <gangway/crypto/private_key.hpp>

#include <openssl/obj_mac.h>

#include <array>
#include <string_view>

namespace gangway::crypto {

struct curve {
    key_type type;
    std::string_view name;               ///< RFC 5656 section 10.1
    std::string_view algorithm;          ///< the key format of RFC 5656 section 3.1
    std::string_view object_identifier;  ///< DER contents
    int nid;                             ///< libcrypto's number
};

inline constexpr std::array curves{
    curve{key_type::ecdsa_p256, "nistp256", "ecdsa-sha2-nistp256", "\x2A\x86\x48\xCE\x3D\x03\x01\x07",
          NID_X9_62_prime256v1},
    curve{key_type::ecdsa_p384, "nistp384", "ecdsa-sha2-nistp384", {"\x2B\x81\x04\x00\x22", 5}, NID_secp384r1},
    curve{key_type::ecdsa_p521, "nistp521", "ecdsa-sha2-nistp521", {"\x2B\x81\x04\x00\x23", 5}, NID_secp521r1},
};

/// The curve whose `field` is `value`, or null.
template <class Value>
[[nodiscard]] constexpr const curve* find_curve(Value curve::* field, const Value& value) noexcept {
    for (const auto& entry : curves)
        if (entry.*field == value) return &entry;
    return nullptr;
}

}  // namespace gangway::crypto
