#pragma once
/// Numbers as zip archives have them: the lowest octet first.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

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

/// Reads front to back and remembers the first failure, after which everything is zero or empty.
class little_endian_reader {
  public:
    explicit little_endian_reader(std::string_view octets) noexcept : rest_(octets) {}

    std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() noexcept { return number(8); }
    std::string_view take(std::size_t count) noexcept {
        if (count > rest_.size()) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        const auto taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }
    [[nodiscard]] bool ok() const noexcept { return ok_; }
    [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }

  private:
    std::uint64_t number(std::size_t width) noexcept {
        std::uint64_t value = 0;
        unsigned shift = 0;
        for (const char octet : take(width)) {
            value |= std::uint64_t{static_cast<unsigned char>(octet)} << shift;
            shift += 8;
        }
        return value;
    }

    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace gangway::archive
