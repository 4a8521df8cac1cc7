#include "octets.hpp"

#include <gangway/crypto/errors.hpp>
#include <gangway/crypto/hasher.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace gangway::crypto {
namespace {

struct known_digest {
    digest_algorithm algorithm;
    std::string_view name;
    std::size_t size;
    const EVP_MD* (*make)();
};

constexpr std::array known{
    known_digest{digest_algorithm::md5, "md5", 16, ::EVP_md5},
    known_digest{digest_algorithm::sha1, "sha1", 20, ::EVP_sha1},
    known_digest{digest_algorithm::sha256, "sha256", 32, ::EVP_sha256},
    known_digest{digest_algorithm::sha512, "sha512", 64, ::EVP_sha512},
};

const known_digest& about(digest_algorithm algorithm) noexcept {
    return known[static_cast<std::size_t>(algorithm)];
}

void require(bool done) {
    if (!done) throw std::system_error(make_error_code(errc::crypto_failure), "digest");
}

}  // namespace

std::string_view to_string(digest_algorithm algorithm) noexcept {
    return about(algorithm).name;
}

std::optional<digest_algorithm> digest_algorithm_named(std::string_view name) noexcept {
    const auto* const found = std::ranges::find(known, name, &known_digest::name);
    if (found == known.end()) return std::nullopt;
    return found->algorithm;
}

std::size_t digest_size(digest_algorithm algorithm) noexcept {
    return about(algorithm).size;
}

hasher::hasher(digest_algorithm algorithm) : context_(::EVP_MD_CTX_new()), algorithm_(algorithm) {
    require(context_ && ::EVP_DigestInit_ex(context_.get(), about(algorithm).make(), nullptr) == 1);
}

void hasher::update(std::string_view octets) {
    require(::EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) == 1);
}

std::string hasher::finish() {
    std::string digest(digest_size(algorithm_), '\0');
    require(::EVP_DigestFinal_ex(context_.get(), data_of(digest), nullptr) == 1);
    return digest;
}

void hasher::deleter::operator()(evp_md_ctx_st* context) const noexcept {
    ::EVP_MD_CTX_free(context);
}

}  // namespace gangway::crypto
