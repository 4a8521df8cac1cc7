#include "key_schedule.hpp"

#include "octet_order.hpp"
#include "openssl.hpp"

#include <array>

namespace gangway::ssh {
namespace {

class hasher {
  public:
    explicit hasher(const char* hash) : context_(::EVP_MD_CTX_new()) {
        const auto* kind = ::EVP_get_digestbyname(hash);
        require(context_ && kind && ::EVP_DigestInit_ex(context_.get(), kind, nullptr) == 1, hash);
    }
    void raw(std::string_view octets) {
        require(::EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) == 1, "hash");
    }
    void string(std::string_view octets) {
        std::array<char, 4> length;
        store_u32(length.data(), static_cast<std::uint32_t>(octets.size()));
        raw({length.data(), length.size()});
        raw(octets);
    }
    [[nodiscard]] std::string finish() {
        std::string digest(static_cast<std::size_t>(EVP_MD_CTX_get_size(context_.get())), '\0');
        require(::EVP_DigestFinal_ex(context_.get(), data_of(digest), nullptr) == 1, "hash");
        return digest;
    }

  private:
    digest_context context_;
};

}  // namespace

std::string exchange_hash(const char* hash, const exchange_transcript& said, const exchange_result& result) {
    hasher h(hash);
    h.string(said.client_identification);
    h.string(said.server_identification);
    h.string(said.client_kexinit);
    h.string(said.server_kexinit);
    h.string(result.host_key);
    h.raw(result.hash_part);
    h.raw(result.shared_secret.view());
    return h.finish();
}

namespace {

base::secret derive(const char* hash, const base::secret& shared_secret, std::string_view exchange,
                    std::string_view session, char letter, std::size_t size) {
    std::string octets;
    octets.reserve(size + EVP_MAX_MD_SIZE);
    while (octets.size() < size) {
        hasher h(hash);
        h.raw(shared_secret.view());
        h.raw(exchange);
        if (octets.empty()) {
            h.raw({&letter, 1});
            h.raw(session);
        } else {
            h.raw(octets);
        }
        auto block = h.finish();
        octets += block;
        base::wipe(block);
    }
    base::secret derived{std::string_view(octets).substr(0, size)};
    base::wipe(octets);
    return derived;
}

}  // namespace

cipher_keys derive_keys(const char* hash, const base::secret& shared_secret, std::string_view exchange,
                        std::string_view session, std::string_view letters, const cipher_sizes& sizes) {
    const auto key = [&](char letter, std::size_t size) {
        return derive(hash, shared_secret, exchange, session, letter, size);
    };
    return {
        .key = key(letters[1], sizes.key), .iv = key(letters[0], sizes.iv), .mac_key = key(letters[2], sizes.mac_key)};
}

}  // namespace gangway::ssh
