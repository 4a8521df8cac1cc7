#include "failing_libcrypto.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>

#include <cstddef>

namespace gangway::ssh::testing_support {
namespace {

struct {
    bool counting = false;
    bool paused = false;
    std::uint64_t calls = 0, fatal = 0;
    const char* failed = nullptr;
} state;

bool fails(const char* name) noexcept {
    if (!state.counting || state.paused || ++state.calls != state.fatal) return false;
    state.failed = name;
    return true;
}

}  // namespace

failing_libcrypto::failing_libcrypto(std::uint64_t fatal) noexcept {
    state = {.counting = true, .fatal = fatal};
}
failing_libcrypto::~failing_libcrypto() {
    state = {};
}
std::uint64_t failing_libcrypto::calls() const noexcept {
    return state.calls;
}
const char* failing_libcrypto::failed() const noexcept {
    return state.failed;
}

sound_libcrypto::sound_libcrypto() noexcept : before_(state.paused) {
    state.paused = true;
}
sound_libcrypto::~sound_libcrypto() {
    state.paused = before_;
}

}  // namespace gangway::ssh::testing_support

// The linker turns a call of `name` into one of `__wrap_name`, and `__real_name` into libcrypto's. CMake reads the
// names from the lines below. NOLINTBEGIN(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp)
#define FAILS_AT(name, failure, parameters, arguments)                   \
    extern "C" decltype(::name) __real_##name, __wrap_##name;            \
    auto __wrap_##name parameters->decltype(::name arguments) {          \
        if (gangway::ssh::testing_support::fails(#name)) return failure; \
        return __real_##name arguments;                                  \
    }

// clang-format off: a row for each function
FAILS_AT(BN_CTX_new, nullptr, (), ())
FAILS_AT(BN_CTX_secure_new, nullptr, (), ())
FAILS_AT(BN_add_word, 0, (BIGNUM* a, BN_ULONG b), (a, b))
FAILS_AT(BN_bin2bn, nullptr, (const unsigned char* a, int b, BIGNUM* c), (a, b, c))
FAILS_AT(BN_bn2binpad, -1, (const BIGNUM* a, unsigned char* b, int c), (a, b, c))
FAILS_AT(BN_div, 0, (BIGNUM* a, BIGNUM* b, const BIGNUM* c, const BIGNUM* d, BN_CTX* e), (a, b, c, d, e))
FAILS_AT(BN_dup, nullptr, (const BIGNUM* a), (a))
FAILS_AT(BN_get_rfc3526_prime_2048, nullptr, (BIGNUM* a), (a))
FAILS_AT(BN_mod_exp_mont_consttime, 0, (BIGNUM* a, const BIGNUM* b, const BIGNUM* c, const BIGNUM* d, BN_CTX* e, BN_MONT_CTX* f), (a, b, c, d, e, f))
FAILS_AT(BN_mod_exp_mont, 0, (BIGNUM* a, const BIGNUM* b, const BIGNUM* c, const BIGNUM* d, BN_CTX* e, BN_MONT_CTX* f), (a, b, c, d, e, f))
FAILS_AT(BN_mod_sqr, 0, (BIGNUM* a, const BIGNUM* b, const BIGNUM* c, BN_CTX* d), (a, b, c, d))
FAILS_AT(BN_new, nullptr, (), ())
FAILS_AT(BN_rshift, 0, (BIGNUM* a, const BIGNUM* b, int c), (a, b, c))
FAILS_AT(BN_secure_new, nullptr, (), ())
FAILS_AT(BN_set_word, 0, (BIGNUM* a, BN_ULONG b), (a, b))
FAILS_AT(BN_sub_word, 0, (BIGNUM* a, BN_ULONG b), (a, b))
FAILS_AT(ECDSA_SIG_new, nullptr, (), ())
FAILS_AT(ECDSA_SIG_set0, 0, (ECDSA_SIG* a, BIGNUM* b, BIGNUM* c), (a, b, c))
FAILS_AT(EC_GROUP_new_by_curve_name, nullptr, (int a), (a))
FAILS_AT(EC_POINT_get_affine_coordinates, 0, (const EC_GROUP* a, const EC_POINT* b, BIGNUM* c, BIGNUM* d, BN_CTX* e), (a, b, c, d, e))
FAILS_AT(EC_POINT_is_on_curve, -1, (const EC_GROUP* a, const EC_POINT* b, BN_CTX* c), (a, b, c))
FAILS_AT(EC_POINT_mul, 0, (const EC_GROUP* a, EC_POINT* b, const BIGNUM* c, const EC_POINT* d, const BIGNUM* e, BN_CTX* f), (a, b, c, d, e, f))
FAILS_AT(EC_POINT_new, nullptr, (const EC_GROUP* a), (a))
FAILS_AT(EC_POINT_oct2point, 0, (const EC_GROUP* a, EC_POINT* b, const unsigned char* c, std::size_t d, BN_CTX* e), (a, b, c, d, e))
FAILS_AT(EC_POINT_point2oct, 0, (const EC_GROUP* a, const EC_POINT* b, point_conversion_form_t c, unsigned char* d, std::size_t e, BN_CTX* f), (a, b, c, d, e, f))
FAILS_AT(EVP_CIPHER_CTX_ctrl, 0, (EVP_CIPHER_CTX* a, int b, int c, void* d), (a, b, c, d))
FAILS_AT(EVP_CIPHER_CTX_new, nullptr, (), ())
FAILS_AT(EVP_CipherFinal_ex, 0, (EVP_CIPHER_CTX* a, unsigned char* b, int* c), (a, b, c))
FAILS_AT(EVP_CipherInit_ex, 0, (EVP_CIPHER_CTX* a, const EVP_CIPHER* b, ENGINE* c, const unsigned char* d, const unsigned char* e, int f), (a, b, c, d, e, f))
FAILS_AT(EVP_CipherUpdate, 0, (EVP_CIPHER_CTX* a, unsigned char* b, int* c, const unsigned char* d, int e), (a, b, c, d, e))
FAILS_AT(EVP_DigestFinal_ex, 0, (EVP_MD_CTX* a, unsigned char* b, unsigned int* c), (a, b, c))
FAILS_AT(EVP_DigestInit_ex, 0, (EVP_MD_CTX* a, const EVP_MD* b, ENGINE* c), (a, b, c))
FAILS_AT(EVP_DigestUpdate, 0, (EVP_MD_CTX* a, const void* b, std::size_t c), (a, b, c))
FAILS_AT(EVP_DigestVerify, -1, (EVP_MD_CTX* a, const unsigned char* b, std::size_t c, const unsigned char* d, std::size_t e), (a, b, c, d, e))
FAILS_AT(EVP_DigestVerifyInit, 0, (EVP_MD_CTX* a, EVP_PKEY_CTX** b, const EVP_MD* c, ENGINE* d, EVP_PKEY* e), (a, b, c, d, e))
FAILS_AT(EVP_EncryptInit_ex, 0, (EVP_CIPHER_CTX* a, const EVP_CIPHER* b, ENGINE* c, const unsigned char* d, const unsigned char* e), (a, b, c, d, e))
FAILS_AT(EVP_EncryptUpdate, 0, (EVP_CIPHER_CTX* a, unsigned char* b, int* c, const unsigned char* d, int e), (a, b, c, d, e))
FAILS_AT(EVP_MAC_CTX_new, nullptr, (EVP_MAC* a), (a))
FAILS_AT(EVP_MAC_fetch, nullptr, (OSSL_LIB_CTX* a, const char* b, const char* c), (a, b, c))
FAILS_AT(EVP_MAC_final, 0, (EVP_MAC_CTX* a, unsigned char* b, std::size_t* c, std::size_t d), (a, b, c, d))
FAILS_AT(EVP_MAC_init, 0, (EVP_MAC_CTX* a, const unsigned char* b, std::size_t c, const OSSL_PARAM* d), (a, b, c, d))
FAILS_AT(EVP_MAC_update, 0, (EVP_MAC_CTX* a, const unsigned char* b, std::size_t c), (a, b, c))
FAILS_AT(EVP_MD_CTX_new, nullptr, (), ())
FAILS_AT(EVP_PKEY_CTX_new, nullptr, (EVP_PKEY* a, ENGINE* b), (a, b))
FAILS_AT(EVP_PKEY_CTX_new_from_name, nullptr, (OSSL_LIB_CTX* a, const char* b, const char* c), (a, b, c))
FAILS_AT(EVP_PKEY_derive, 0, (EVP_PKEY_CTX* a, unsigned char* b, std::size_t* c), (a, b, c))
FAILS_AT(EVP_PKEY_derive_init, 0, (EVP_PKEY_CTX* a), (a))
FAILS_AT(EVP_PKEY_derive_set_peer, 0, (EVP_PKEY_CTX* a, EVP_PKEY* b), (a, b))
FAILS_AT(EVP_PKEY_fromdata, 0, (EVP_PKEY_CTX* a, EVP_PKEY** b, int c, OSSL_PARAM* d), (a, b, c, d))
FAILS_AT(EVP_PKEY_fromdata_init, 0, (EVP_PKEY_CTX* a), (a))
FAILS_AT(EVP_PKEY_get_raw_public_key, 0, (const EVP_PKEY* a, unsigned char* b, std::size_t* c), (a, b, c))
FAILS_AT(EVP_PKEY_get_size, 0, (const EVP_PKEY* a), (a))
FAILS_AT(EVP_PKEY_new_raw_private_key, nullptr, (int a, ENGINE* b, const unsigned char* c, std::size_t d), (a, b, c, d))
FAILS_AT(EVP_PKEY_new_raw_public_key, nullptr, (int a, ENGINE* b, const unsigned char* c, std::size_t d), (a, b, c, d))
FAILS_AT(EVP_get_digestbyname, nullptr, (const char* a), (a))
FAILS_AT(HMAC, nullptr, (const EVP_MD* a, const void* b, int c, const unsigned char* d, std::size_t e, unsigned char* f, unsigned int* g), (a, b, c, d, e, f, g))
FAILS_AT(OSSL_PARAM_BLD_new, nullptr, (), ())
FAILS_AT(OSSL_PARAM_BLD_push_BN, 0, (OSSL_PARAM_BLD* a, const char* b, const BIGNUM* c), (a, b, c))
FAILS_AT(OSSL_PARAM_BLD_push_octet_string, 0, (OSSL_PARAM_BLD* a, const char* b, const void* c, std::size_t d), (a, b, c, d))
FAILS_AT(OSSL_PARAM_BLD_push_utf8_string, 0, (OSSL_PARAM_BLD* a, const char* b, const char* c, std::size_t d), (a, b, c, d))
FAILS_AT(OSSL_PARAM_BLD_to_param, nullptr, (OSSL_PARAM_BLD* a), (a))
FAILS_AT(RAND_bytes, 0, (unsigned char* a, int b), (a, b))
FAILS_AT(i2d_ECDSA_SIG, -1, (const ECDSA_SIG* a, unsigned char** b), (a, b))
// clang-format on
// NOLINTEND(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp)
