#pragma once
/// Octets of a request: they may hold passwords and keys, so no copy of them stays behind in freed memory.

#include <gangway/base/secret.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace gangway::api {

/// Zeroes memory before it is given back, also where a container grows out of it.
template <class T>
struct wiping_allocator {
    using value_type = T;

    wiping_allocator() = default;
    template <class U>
    explicit(false) wiping_allocator(const wiping_allocator<U>&) noexcept {}

    [[nodiscard]] T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }
    void deallocate(T* memory, std::size_t count) noexcept {
        base::wipe(memory, count * sizeof(T));
        std::allocator<T>{}.deallocate(memory, count);
    }
    template <class U>
    friend bool operator==(const wiping_allocator&, const wiping_allocator<U>&) noexcept {
        return true;
    }
};

/// A vector and not a string: short strings live outside what an allocator sees.
using wiped_octets = std::vector<char, wiping_allocator<char>>;

}  // namespace gangway::api
