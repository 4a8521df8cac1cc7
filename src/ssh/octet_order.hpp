#pragma once
/// Big-endian numbers in place.

#include <cstdint>

namespace gangway::ssh {

[[nodiscard]] inline std::uint32_t load_u32(const char* octets) noexcept {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(octets[i]);
    return value;
}

inline void store_u32(char* octets, std::uint32_t value) noexcept {
    for (int i = 3; i >= 0; --i, value >>= 8)
        octets[i] = static_cast<char>(value);
}

}  // namespace gangway::ssh
