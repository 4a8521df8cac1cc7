#pragma once
/// Master keys, by version.

#include <gangway/base/error.hpp>
#include <gangway/crypto/locked_octets.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

namespace gangway::vault {

/// At least one key. The highest version seals; all of them open. In locked memory; copied on purpose only.
class keyring {
  public:
    /// Reads a file of master keys: one line for each, its version and 32 octets in base64, with a space between; empty
    /// lines and lines that start with `#` do not count. Base64 alone is version 1, as `openssl rand -base64 32` makes
    /// it. Errors: `bad_key_file`.
    [[nodiscard]] static base::result<keyring> parse(std::string_view text);
    /// A new key of version 1.
    [[nodiscard]] static keyring generate();

    /// The same keys, and a new one of the next version.
    [[nodiscard]] keyring with_next() const;
    /// The newest key alone.
    [[nodiscard]] keyring newest_only() const;
    [[nodiscard]] keyring clone() const;
    /// What `parse` reads, with an explanation.
    [[nodiscard]] crypto::locked_octets text() const;

    [[nodiscard]] std::uint32_t current() const noexcept { return keys_.rbegin()->first; }
    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
    /// Null if there is no such version. Lives as long as this keyring.
    [[nodiscard]] const crypto::locked_octets* find(std::uint32_t version) const noexcept;

  private:
    keyring() = default;

    std::map<std::uint32_t, crypto::locked_octets> keys_{};
};

}  // namespace gangway::vault
