#pragma once
/// Writes the field types of RFC 4251 section 5 (byte, uint32, uint64, string).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gangway::base {

/// Appends big-endian fields to a string that the caller owns and that outlives the writer.
class byte_writer {
  public:
    explicit byte_writer(std::string& out) noexcept : out_(&out) {}

    void u8(std::uint8_t value) { out_->push_back(static_cast<char>(value)); }
    void u32(std::uint32_t value) { number(value, 4); }
    void u64(std::uint64_t value) { number(value, 8); }
    /// A uint32 length and the octets. The caller has checked that the length fits.
    void string(std::string_view octets) {
        u32(static_cast<std::uint32_t>(octets.size()));
        raw(octets);
    }
    void raw(std::string_view octets) { out_->append(octets); }

    /// Where the next field goes; with `patch_u32` a length can be filled in afterwards.
    [[nodiscard]] std::size_t position() const noexcept { return out_->size(); }
    void patch_u32(std::size_t position, std::uint32_t value) noexcept {
        for (std::size_t i = 0; i < 4; ++i)
            (*out_)[position + i] = static_cast<char>(value >> (24 - 8 * i));
    }

  private:
    void number(std::uint64_t value, unsigned width) {
        char octets[8];
        for (unsigned i = 0; i < width; ++i)
            octets[i] = static_cast<char>(value >> (8 * (width - 1 - i)));
        out_->append(octets, width);
    }

    std::string* out_;
};

}  // namespace gangway::base
