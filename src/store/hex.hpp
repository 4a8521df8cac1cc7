#pragma once
/// Octets as lower-case hexadecimal digits: text that both databases compare, order and show alike.

#include <optional>
#include <string>
#include <string_view>

namespace gangway::store {

[[nodiscard]] inline std::string to_hex(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(octets.size() * 2);
    for (const char octet : octets) {
        const auto value = static_cast<unsigned char>(octet);
        text += digits[value >> 4U];
        text += digits[value & 0x0FU];
    }
    return text;
}

/// Nothing for an odd length or any other character.
[[nodiscard]] inline std::optional<std::string> from_hex(std::string_view text) {
    const auto value = [](char digit) {
        if (digit >= '0' && digit <= '9') return digit - '0';
        return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
    };
    if (text.size() % 2 != 0) return std::nullopt;
    std::string octets;
    octets.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = value(text[i]), low = value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        octets += static_cast<char>(high * 16 + low);
    }
    return octets;
}

}  // namespace gangway::store
