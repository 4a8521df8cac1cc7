#include "octets.hpp"

#include <gangway/crypto/digest.hpp>
#include <gangway/crypto/errors.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <system_error>

namespace gangway::crypto {
namespace {

void require(bool done, const char* what) {
    if (!done) throw std::system_error(make_error_code(errc::crypto_failure), what);
}

std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view octets) {
    std::string code(static_cast<std::size_t>(::EVP_MD_get_size(digest)), '\0');
    if (key.data() == nullptr) key = "";  // a null key means "the last one" to libcrypto
    const auto* made = ::HMAC(digest, key.data(), static_cast<int>(key.size()), data_of(octets), octets.size(),
                              data_of(code), nullptr);
    require(made != nullptr, "HMAC");
    return code;
}

}  // namespace

std::string sha256(std::string_view octets) {
    sha256_hasher hasher;
    hasher.update(octets);
    return hasher.finish();
}

sha256_hasher::sha256_hasher() : context_(::EVP_MD_CTX_new()) {
    require(context_ && ::EVP_DigestInit_ex(context_.get(), ::EVP_sha256(), nullptr) == 1, "SHA-256");
}

void sha256_hasher::update(std::string_view octets) {
    require(::EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) == 1, "SHA-256");
}

std::string sha256_hasher::finish() {
    std::string digest(32, '\0');
    require(::EVP_DigestFinal_ex(context_.get(), data_of(digest), nullptr) == 1, "SHA-256");
    require(::EVP_DigestInit_ex(context_.get(), ::EVP_sha256(), nullptr) == 1, "SHA-256");
    return digest;
}

void sha256_hasher::deleter::operator()(evp_md_ctx_st* context) const noexcept {
    ::EVP_MD_CTX_free(context);
}

std::string hmac_sha1(std::string_view key, std::string_view octets) {
    return hmac(::EVP_sha1(), key, octets);
}

std::string hmac_sha256(std::string_view key, std::string_view octets) {
    return hmac(::EVP_sha256(), key, octets);
}

bool constant_time_equal(std::string_view left, std::string_view right) noexcept {
    return left.size() == right.size() && ::CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string random_bytes(std::size_t count) {
    std::string octets(count, '\0');
    require(::RAND_bytes(data_of(octets), static_cast<int>(count)) == 1, "random octets");
    return octets;
}

}  // namespace gangway::crypto
