#pragma once
/// Digests of octets that come in pieces, by the algorithms that file checksums use.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace gangway::crypto {

/// MD5 and SHA-1 tell an accident from the same file, as lists of other systems do, but not an attack.
enum class digest_algorithm : std::uint8_t { md5, sha1, sha256, sha512 };

/// "md5", "sha1", "sha256", "sha512".
[[nodiscard]] std::string_view to_string(digest_algorithm algorithm) noexcept;
/// Exactly those names.
[[nodiscard]] std::optional<digest_algorithm> digest_algorithm_named(std::string_view name) noexcept;
/// Octets of a digest.
[[nodiscard]] std::size_t digest_size(digest_algorithm algorithm) noexcept;

/// Throws `std::system_error` (`errc::crypto_failure`) where a resource is lost, as everything in digest.hpp.
class hasher {
  public:
    explicit hasher(digest_algorithm algorithm);
    void update(std::string_view octets);
    /// The digest of all pieces so far, as octets. Ends the use of this object.
    [[nodiscard]] std::string finish();

  private:
    struct deleter {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    std::unique_ptr<evp_md_ctx_st, deleter> context_;
    digest_algorithm algorithm_;
};

}  // namespace gangway::crypto
