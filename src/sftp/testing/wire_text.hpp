#pragma once
/// Octets as hexadecimal text, for tests.

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace gangway::sftp::testing {

/// "0001 ff" as two lots of octets; blanks do not count.
inline std::string octets(std::string_view hexadecimal) {
    const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
    std::string out;
    int high = -1;
    for (const char digit : hexadecimal) {
        if (digit == ' ') continue;
        if (high < 0) {
            high = value(digit);
        } else {
            out += static_cast<char>(high * 16 + value(digit));
            high = -1;
        }
    }
    return out;
}

inline std::string hexadecimal(std::string_view octets) {
    std::string out;
    for (const char octet : octets)
        out += fmt::format("{:02x}", static_cast<unsigned char>(octet));
    return out;
}

/// Without the length field.
inline std::string body_of(std::string_view hexadecimal) {
    return octets(hexadecimal).substr(4);
}

}  // namespace gangway::sftp::testing
