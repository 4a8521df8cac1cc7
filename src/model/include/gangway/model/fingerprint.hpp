#pragma once
/// The SHA-256 fingerprint of a public key, as OpenSSH shows it.

#include <gangway/base/error.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gangway::model {

class fingerprint {
  public:
    using digest = std::array<std::uint8_t, 32>;

    explicit fingerprint(const digest& value) noexcept : digest_(value) {}
    /// Reads "SHA256:" and 43 base64 characters (one `=` of padding is tolerated).
    [[nodiscard]] static base::result<fingerprint> parse(std::string_view text, std::string_view field = "hostKey");

    /// "SHA256:" and unpadded base64.
    [[nodiscard]] std::string text() const;
    friend bool operator==(const fingerprint&, const fingerprint&) = default;

  private:
    digest digest_;
};

}  // namespace gangway::model
