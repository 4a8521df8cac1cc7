#pragma once
/// How a sealed secret is laid out: one octet for the format (1), and in the types of RFC 4251 section 5 the version of
/// the master key (uint32), the data key as that key has sealed it (string of 72 octets), and the secret as the data
/// key has sealed it (string).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::vault {

struct sealed_box {
    std::uint32_t key_version = 0;
    std::string_view wrapped_key;  ///< views into what was decoded
    std::string_view content;

    [[nodiscard]] std::string encode() const;
    /// Nothing if it is of another form; whether it opens is another question. Lives as long as `octets`.
    [[nodiscard]] static std::optional<sealed_box> decode(std::string_view octets) noexcept;
};

}  // namespace gangway::vault
