#pragma once
/// Numbers as zip archives have them: the lowest octet first.

#include <cstdint>
#include <string>

namespace gangway::archive {

template <class Number>
void put_little_endian(std::string& out, Number value) {
    for (unsigned shift = 0; shift < 8 * sizeof(Number); shift += 8)
        out += static_cast<char>(value >> shift & 0xFF);
}

inline void put16(std::string& out, std::uint16_t value) {
    put_little_endian(out, value);
}
inline void put32(std::string& out, std::uint32_t value) {
    put_little_endian(out, value);
}
inline void put64(std::string& out, std::uint64_t value) {
    put_little_endian(out, value);
}

}  // namespace gangway::archive
