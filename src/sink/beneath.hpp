#pragma once
/// Files and folders beneath a folder, whatever links others put there. errno tells why something failed.

#include "descriptor.hpp"

#include <string>
#include <sys/types.h>

namespace gangway::sink {

/// Opens `path`, relative to `root`. No component may be a link, and none leads out (openat2(2) with RESOLVE_BENEATH
/// and RESOLVE_NO_SYMLINKS).
[[nodiscard]] descriptor open_beneath(int root, const std::string& path, int flags);

/// Opens the folder `path` beneath `root`, which itself is ""; makes what is missing of it, durably, with `mode`.
[[nodiscard]] descriptor make_folder_beneath(int root, const std::string& path, mode_t mode);

}  // namespace gangway::sink
