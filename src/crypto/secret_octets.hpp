#pragma once
/// Working memory for key material.

#include <gangway/base/secret.hpp>

#include <cstddef>
#include <new>
#include <string_view>
#include <vector>

namespace gangway::crypto {

/// Zeroes what it gives back, also when a vector grows.
template <class T>
struct wiping_allocator {
    using value_type = T;

    wiping_allocator() = default;
    template <class U>
    explicit(false) wiping_allocator(const wiping_allocator<U>&) noexcept {}

    [[nodiscard]] T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }
    void deallocate(T* block, std::size_t count) noexcept {
        base::wipe(block, count * sizeof(T));
        std::allocator<T>{}.deallocate(block, count);
    }
    friend bool operator==(const wiping_allocator&, const wiping_allocator&) = default;
};

/// Secret octets that are still being worked on: unlike `base::secret` they can be written to.
using secret_octets = std::vector<unsigned char, wiping_allocator<unsigned char>>;

/// Lives as long as `octets` is unchanged.
[[nodiscard]] inline std::string_view view(const secret_octets& octets) noexcept {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

}  // namespace gangway::crypto
