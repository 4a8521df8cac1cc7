#pragma once
/// Reads the field types of RFC 4251 section 5 (byte, uint32, uint64, string) from octets it does not own.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gangway::base {

/// Reads big-endian fields front to back and remembers the first failure: after it every read yields zero or an empty
/// view, so that a decoder checks once, at the end, with `complete()`.
///
/// Views returned live as long as the octets given to the constructor. No length is trusted: a string field longer
/// than what is left is a failure, before anything is allocated.
class byte_reader {
  public:
    explicit constexpr byte_reader(std::string_view octets) noexcept : rest_(octets) {}

    constexpr std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(number(1)); }
    constexpr std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(number(4)); }
    constexpr std::uint64_t u64() noexcept { return number(8); }
    /// A uint32 length and that many octets.
    constexpr std::string_view string() noexcept { return take(u32()); }
    /// Exactly `count` octets.
    constexpr std::string_view take(std::size_t count) noexcept {
        if (count > rest_.size()) {
            fail();
            return {};
        }
        const auto taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }
    /// Whatever is left.
    constexpr std::string_view rest() noexcept { return take(rest_.size()); }

    /// Marks the input as malformed, for a rule the reader cannot know.
    constexpr void fail() noexcept {
        failed_ = true;
        rest_ = {};
    }
    [[nodiscard]] constexpr bool ok() const noexcept { return !failed_; }
    [[nodiscard]] constexpr std::size_t remaining() const noexcept { return rest_.size(); }
    /// No failure and nothing left over.
    [[nodiscard]] constexpr bool complete() const noexcept { return !failed_ && rest_.empty(); }

  private:
    constexpr std::uint64_t number(std::size_t width) noexcept {
        std::uint64_t value = 0;
        for (const char octet : take(width))
            value = value << 8 | static_cast<unsigned char>(octet);
        return value;
    }

    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace gangway::base
