#pragma once
/// What somebody probably meant to write.

#include <cstddef>
#include <span>
#include <string_view>

namespace gangway::app {

/// The first of `known` from which `wrong` is the fewest characters away (inserted, deleted or replaced), at most
/// `farthest` and fewer than it has; empty if nothing is so near. A word of more than 64 characters is near to nothing.
[[nodiscard]] std::string_view nearest_word(std::string_view wrong, std::span<const std::string_view> known,
                                            std::size_t farthest);

}  // namespace gangway::app
