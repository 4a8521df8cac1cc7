#pragma once
/// Owners of libcrypto's objects. Whatever can hold key material is zeroed when it is freed.

#include <openssl/bn.h>
#include <openssl/core.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

#include <memory>

namespace gangway::crypto {

template <auto Free>
struct freed_by {
    void operator()(auto* object) const noexcept { Free(object); }
};

/// OSSL_PARAM_free leaves the values as they are.
inline void wipe_and_free(OSSL_PARAM* parameters) noexcept {
    if (parameters == nullptr) return;
    for (auto* entry = parameters; entry->key != nullptr; ++entry)
        ::OPENSSL_cleanse(entry->data, entry->data_size);
    ::OSSL_PARAM_free(parameters);
}

using bignum = std::unique_ptr<BIGNUM, freed_by<&::BN_clear_free>>;
using bignum_context = std::unique_ptr<BN_CTX, freed_by<&::BN_CTX_free>>;
using ec_group = std::unique_ptr<EC_GROUP, freed_by<&::EC_GROUP_free>>;
using ec_point = std::unique_ptr<EC_POINT, freed_by<&::EC_POINT_clear_free>>;
using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, freed_by<&::EVP_CIPHER_CTX_free>>;
using pkey_context = std::unique_ptr<EVP_PKEY_CTX, freed_by<&::EVP_PKEY_CTX_free>>;
using parameter_builder = std::unique_ptr<OSSL_PARAM_BLD, freed_by<&::OSSL_PARAM_BLD_free>>;
using parameters = std::unique_ptr<OSSL_PARAM, freed_by<&wipe_and_free>>;

/// Leaves the thread's error queue as it was: other users of libcrypto on this thread read it.
class error_queue_guard {
  public:
    error_queue_guard() noexcept { ::ERR_set_mark(); }
    error_queue_guard(const error_queue_guard&) = delete;
    error_queue_guard& operator=(const error_queue_guard&) = delete;
    ~error_queue_guard() { ::ERR_pop_to_mark(); }
};

}  // namespace gangway::crypto
