#pragma once
/// A whole folder of a server removed, with many requests in flight on one channel.

#include <gangway/model/remote_path.hpp>
#include <gangway/net/sftp_client.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gangway::net {

/// Something that is still there.
struct removal_failure {
    std::string path;  ///< octets; begins with the path that was to be removed
    base::error why;
};

struct tree_removal {
    std::uint64_t files = 0;  ///< that are gone: files, links, and whatever else is no folder
    std::uint64_t folders = 0;
    std::uint64_t failures = 0;             ///< all of them
    std::vector<removal_failure> failed{};  ///< the first of them
};

struct removal_limits {
    std::uint64_t entries = 10'000'000;               ///< names that the server may send, "." and repetitions included
    std::size_t depth = 256;                          ///< folders inside each other, the root included
    std::size_t in_flight = 256;                      ///< requests
    std::size_t waiting = 100'000;                    ///< names known and still there
    std::size_t waiting_octets = 16UL * 1024 * 1024;  ///< of those names
    std::size_t listings = 16;                        ///< folders open at once
    std::size_t rounds = 8;                           ///< how often a folder that keeps filling up is listed
    std::size_t told = 100;                           ///< failures listed
};

/// Whether a path may be removed with all that is in it. Errors: `invalid_value` for what means a root, a home or a
/// folder above: "/", "~", and whatever ends in "." or "..".
[[nodiscard]] base::result<void> check_removable(const model::remote_path& path);

/// Removes `root` and everything in it. LSTAT decides what is a folder, just before it is opened, so a link is removed
/// and never followed; what the server tells no type of is only ever taken for a file. (SFTP has no way to open a
/// folder without following a link that takes its place at that very moment.)
///
/// What fails is noted and the rest goes on; a folder that keeps something is not tried and not noted. What is gone
/// before it is asked for is no failure and is not counted. Errors are what ends everything: `check_removable`, no
/// such path, a file that cannot be removed, a lost connection. Cancelling stops it; what is gone stays gone.
[[nodiscard]] async_result<tree_removal> remove_tree(sftp_client& client, model::remote_path root,
                                                     removal_limits limits = {});

}  // namespace gangway::net
