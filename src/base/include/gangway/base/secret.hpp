#pragma once
/// Octets that must not outlive their use: passwords, passphrases, private keys.

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace gangway::base {

/// Zeroes `size` octets at `data`; the compiler may not leave it out.
inline void wipe(void* data, std::size_t size) noexcept {
    if (size != 0) ::explicit_bzero(data, size);
}
/// Zeroes a string's whole buffer, its spare capacity too, and empties it.
inline void wipe(std::string& text) noexcept {
    text.resize(text.capacity());
    wipe(text.data(), text.size());
    text.clear();
}

/// Owns secret octets in one heap block of fixed size and zeroes them when it goes or is assigned.
///
/// Not copyable, not comparable, not printable: `view()` is the only way in, and it ends with this object. The block is
/// never reallocated, so no stale copy is left behind by growth.
class secret {
  public:
    secret() = default;
    explicit secret(std::string_view octets) : data_(octets.empty() ? nullptr : new char[octets.size()]) {
        size_ = octets.size();
        if (size_ != 0) std::memcpy(data_, octets.data(), size_);
    }
    secret(secret&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    secret& operator=(secret&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        other.clear();
        return *this;
    }
    secret(const secret&) = delete;
    secret& operator=(const secret&) = delete;
    ~secret() { clear(); }

    /// Takes the octets of `text` and zeroes it.
    [[nodiscard]] static secret take(std::string& text) {
        secret taken{text};
        wipe(text);
        return taken;
    }
    /// A second copy, on purpose and in sight.
    [[nodiscard]] secret clone() const { return secret{view()}; }

    /// A copy with a NUL octet behind it, for C interfaces.
    [[nodiscard]] secret null_terminated() const {
        secret copy;
        copy.data_ = new char[size_ + 1]{};
        copy.size_ = size_ + 1;
        if (size_ != 0) std::memcpy(copy.data_, data_, size_);
        return copy;
    }

    [[nodiscard]] std::string_view view() const noexcept { return {data_, size_}; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    void clear() noexcept {
        wipe(data_, size_);
        delete[] std::exchange(data_, nullptr);
        size_ = 0;
    }

  private:
    char* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace gangway::base
