#include "wiping_memory.hpp"

#include <gangway/base/secret.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <malloc.h>

namespace gangway::sink {

void wiping_free(void* block) noexcept {
    if (block == nullptr) return;
    base::wipe(block, ::malloc_usable_size(block));
    std::free(block);  // NOLINT(cppcoreguidelines-no-malloc): the library's own allocations
}

void* wiping_realloc(void* block, std::size_t size) noexcept {
    void* const moved = std::malloc(size);  // NOLINT(cppcoreguidelines-no-malloc)
    if (moved == nullptr || block == nullptr) return moved;
    std::memcpy(moved, block, std::min(size, ::malloc_usable_size(block)));
    wiping_free(block);
    return moved;
}

}  // namespace gangway::sink
