#pragma once
/// What the latest look at a folder has seen of files that are still waited for.

#include <gangway/store/folders.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::store {

struct file_look {
    std::string path{};  ///< octets
    std::int64_t size = 0;
    std::int64_t mtime = 0;  ///< seconds since 1970; `not_told` (see files.hpp) if the server did not say
    timestamp since{};       ///< unchanged since then
    bool first = true;       ///< never seen with another size or mtime

    friend bool operator==(const file_look&, const file_look&) = default;
};

namespace looks {

/// Puts these in the place of all that were kept for the folder; false, and nothing is changed, if `holder` has lost
/// its lease. One for each path.
bool replace(transaction& tx, const lease& holder, std::string_view folder, std::span<const file_look> seen);
/// In no order.
[[nodiscard]] std::vector<file_look> list(transaction& tx, std::string_view folder);

}  // namespace looks
}  // namespace gangway::store
