#pragma once
/// Octets in memory that is kept out of swap and core files: keys that seal others, and what was sealed with them.

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace gangway::crypto {

/// A block of fixed size in pages of its own: locked (as far as RLIMIT_MEMLOCK allows), left out of core files, with a
/// page on either side that may not be touched, and zeroed when it goes. Costs four pages and some system calls: for
/// few, precious things. Not copyable, not printable.
class locked_octets {
  public:
    locked_octets() = default;
    /// `size` octets of no particular value. Throws `std::bad_alloc`.
    explicit locked_octets(std::size_t size);
    /// A copy; the original is the caller's to zero.
    explicit locked_octets(std::string_view octets);
    locked_octets(locked_octets&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    locked_octets& operator=(locked_octets&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    locked_octets(const locked_octets&) = delete;
    locked_octets& operator=(const locked_octets&) = delete;
    ~locked_octets();

    /// `size` octets that nobody can predict.
    [[nodiscard]] static locked_octets random(std::size_t size);
    /// Strict, with padding and without white space; decoded in constant time. Nothing if it is not base64.
    [[nodiscard]] static std::optional<locked_octets> from_base64(std::string_view text);
    /// With padding; computed in constant time.
    [[nodiscard]] locked_octets to_base64() const;

    [[nodiscard]] std::string_view view() const noexcept { return {data_, size_}; }
    [[nodiscard]] char* data() noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

  private:
    char* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace gangway::crypto
