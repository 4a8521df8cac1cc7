#pragma once
/// Digests as text.

#include <string>
#include <string_view>

namespace gangway::sink {

[[nodiscard]] inline std::string hexadecimal(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char octet : octets) {
        const auto value = static_cast<unsigned char>(octet);
        out += {digits[value >> 4U], digits[value & 0xfU]};
    }
    return out;
}

}  // namespace gangway::sink
