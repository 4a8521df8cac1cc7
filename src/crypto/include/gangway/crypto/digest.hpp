#pragma once
/// Digests, message authentication and random octets. Digests are octets, not text.
///
/// These fail only where a resource is lost (memory, the random source), and then throw `std::system_error` with
/// `errc::crypto_failure`: no caller can take such a failure for a digest, or for "equal".

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace gangway::crypto {

/// 32 octets.
[[nodiscard]] std::string sha256(std::string_view octets);

/// SHA-256 of octets that come in pieces.
class sha256_hasher {
  public:
    sha256_hasher();
    void update(std::string_view octets);
    /// The digest of all pieces so far, 32 octets. The hasher then starts afresh.
    [[nodiscard]] std::string finish();

  private:
    struct deleter {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    std::unique_ptr<evp_md_ctx_st, deleter> context_;
};

/// RFC 2104 with SHA-1, 20 octets: the hashed host names of known_hosts, and nothing else.
[[nodiscard]] std::string hmac_sha1(std::string_view key, std::string_view octets);
/// RFC 2104 with SHA-256, 32 octets.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view octets);

/// Whether both are the same, in a time that depends on their lengths only.
[[nodiscard]] bool constant_time_equal(std::string_view left, std::string_view right) noexcept;

/// `count` octets that nobody can predict.
[[nodiscard]] std::string random_bytes(std::size_t count);

}  // namespace gangway::crypto
