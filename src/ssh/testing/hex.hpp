#pragma once
/// For tests: octets as people compare them.

#include <cstddef>
#include <string>
#include <string_view>

namespace gangway::ssh::testing_support {

inline std::string from_hex(std::string_view text) {
    std::string octets;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        octets += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
    return octets;
}

inline std::string to_hex(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char octet : octets) {
        text += digits[static_cast<unsigned char>(octet) >> 4];
        text += digits[static_cast<unsigned char>(octet) & 15];
    }
    return text;
}

}  // namespace gangway::ssh::testing_support
