#pragma once
/// For tests: content as senders pack it.

#include <cstdint>
#include <string>
#include <string_view>

namespace gangway::transfer::testing {

/// `content` as gzip has it when it does not pack: blocks of at most 65,535 octets, and the checksum behind (RFC 1951
/// section 3.2.4, RFC 1952).
inline std::string stored_gzip(std::string_view content) {
    std::string out{"\x1f\x8b\x08\0\0\0\0\0\0\x03", 10};
    const auto put = [&out](std::uint32_t value, int octets) {
        for (int i = 0; i < octets; ++i)
            out += static_cast<char>(value >> (8 * i) & 0xFFU);
    };
    std::uint32_t checksum = 0xFFFFFFFF;
    for (const char octet : content) {
        checksum ^= static_cast<unsigned char>(octet);
        for (int bit = 0; bit < 8; ++bit)
            checksum = checksum >> 1U ^ ((checksum & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    const auto size = static_cast<std::uint32_t>(content.size());
    while (!content.empty()) {
        const auto block = content.substr(0, 0xFFFF);
        content.remove_prefix(block.size());
        put(content.empty() ? 1 : 0, 1);
        put(static_cast<std::uint32_t>(block.size()), 2), put(~static_cast<std::uint32_t>(block.size()), 2);
        out += block;
    }
    put(~checksum, 4), put(size, 4);
    return out;
}

}  // namespace gangway::transfer::testing
