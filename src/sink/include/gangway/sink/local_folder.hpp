#pragma once
/// A sink that is a folder of this machine.

#include <gangway/sink/sink.hpp>

#include <filesystem>
#include <memory>
#include <sys/types.h>

namespace gangway::sink {

struct local_folder_settings {
    mode_t file_mode = 0640;    ///< of published files, whatever the umask; set-id and sticky bits are dropped
    mode_t folder_mode = 0750;  ///< of folders made for them, less the umask
};

/// Files are made in `.gangway` within the folder, which only the owner may enter, and appear by rename; so both must
/// be on one file system. No component below the folder may be a link, and nothing leads out. What a rename takes out
/// of
/// `.gangway` proves that a file was published, even when its reader has removed it since.
///
/// Durability costs one syncfs(2) for a batch of more than a few, and a sync of each folder (Linux 5.8 or later, which
/// reports failed writes there; fsync(2) of each then tells whose). A failed sync discards the file: whether a second
/// one would tell the truth, nobody knows.
///
/// Makes an existing folder a destination, once, and returns its identity: 32 characters to be kept with its settings.
/// For a folder that is one already the same again.
/// Errors: `destination_missing`, `unsafe_destination` (a link, or no folder), `permission_denied` (also where somebody
/// else owns or may read `.gangway`), …
[[nodiscard]] base::result<std::string> prepare_local_folder(const std::filesystem::path& folder);

/// Opens the destination with this identity. `destination_missing` also where another folder is there now, such as the
/// empty one that a disk should be mounted on: files put there would vanish from sight, and what was published on the
/// disk would seem to have been consumed.
[[nodiscard]] base::result<std::unique_ptr<sink>> open_local_folder(const std::filesystem::path& folder,
                                                                    std::string_view identity,
                                                                    local_folder_settings settings = {});

}  // namespace gangway::sink
