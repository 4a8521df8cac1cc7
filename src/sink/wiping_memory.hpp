#pragma once
/// Memory that is zeroed when it is given back, for a library that keeps copies of our secrets in what it allocates.

#include <cstddef>

namespace gangway::sink {

/// As free, realloc and strdup of the C library, but what is given back or moved away from is zeroed.
void wiping_free(void* block) noexcept;
[[nodiscard]] void* wiping_realloc(void* block, std::size_t size) noexcept;

}  // namespace gangway::sink
