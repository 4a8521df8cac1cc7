#pragma once
/// Owners of libcrypto's objects, and the border to C functions that want `unsigned char`.

#include <gangway/ssh/errors.hpp>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace gangway::ssh {

template <auto Free>
struct releaser {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, releaser<::EVP_CIPHER_CTX_free>>;
using mac_context = std::unique_ptr<EVP_MAC_CTX, releaser<::EVP_MAC_CTX_free>>;
using digest_context = std::unique_ptr<EVP_MD_CTX, releaser<::EVP_MD_CTX_free>>;
using key_handle = std::unique_ptr<EVP_PKEY, releaser<::EVP_PKEY_free>>;
using key_context = std::unique_ptr<EVP_PKEY_CTX, releaser<::EVP_PKEY_CTX_free>>;
using number = std::unique_ptr<BIGNUM, releaser<::BN_clear_free>>;
using number_context = std::unique_ptr<BN_CTX, releaser<::BN_CTX_free>>;
using curve = std::unique_ptr<EC_GROUP, releaser<::EC_GROUP_free>>;
using curve_point = std::unique_ptr<EC_POINT, releaser<::EC_POINT_clear_free>>;

/// For calls that fail only when a resource is lost.
inline void require(bool done, const char* what) {
    if (!done) throw std::system_error(make_error_code(errc::crypto_failure), what);
}

[[nodiscard]] inline const unsigned char* data_of(std::string_view octets) noexcept {
    return reinterpret_cast<const unsigned char*>(octets.data());
}
[[nodiscard]] inline unsigned char* data_of(std::string& octets) noexcept {
    return reinterpret_cast<unsigned char*>(octets.data());
}
[[nodiscard]] inline const unsigned char* data_of(const char* octets) noexcept {
    return reinterpret_cast<const unsigned char*>(octets);
}
[[nodiscard]] inline unsigned char* data_of(char* octets) noexcept {
    return reinterpret_cast<unsigned char*>(octets);
}

/// A number from its big-endian octets.
[[nodiscard]] inline number number_of(std::string_view magnitude) {
    number value{::BN_bin2bn(data_of(magnitude), static_cast<int>(magnitude.size()), nullptr)};
    require(value != nullptr, "number");
    return value;
}

}  // namespace gangway::ssh
