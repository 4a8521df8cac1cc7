#pragma once
/// What an archive came to that is published file by file: one row for each, from `fetched` on.

#include <gangway/store/files.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::store {

struct file_entry {
    std::string file_id{};
    std::int64_t position = 0;  ///< in the archive, from 0
    std::string name{};         ///< octets, in the archive
    std::int64_t size = 0;      ///< octets published
    std::string sha256{};       ///< of those, hexadecimal digits
    std::string destination_key{};
    std::string evidence{};  ///< as that of a file
    std::optional<timestamp> published_at{};

    friend bool operator==(const file_entry&, const file_entry&) = default;
};

namespace file_entries {

/// Notes what was staged of a file that `files::fetch` has just brought to `fetched`, in the same transaction. Entries
/// that were published before stay as they are; others of an earlier try are forgotten.
void stage(transaction& tx, std::string_view file, std::span<const file_entry> staged);
/// Entries of a file that is `fetched` and the holder's, now published. False: nothing was changed.
[[nodiscard]] bool publish(transaction& tx, const lease& holder, std::string_view file,
                           std::span<const std::int64_t> positions);
/// Forgets what was staged and not published.
void forget(transaction& tx, std::string_view file);

/// In the order of the archive, those behind `after` (-1 for the first).
[[nodiscard]] std::vector<file_entry> list(transaction& tx, std::string_view file, std::int64_t after,
                                           std::size_t limit);
/// All of them.
[[nodiscard]] std::vector<file_entry> of_file(transaction& tx, std::string_view file);
/// The evidence of what is staged and not published, of all files of a connection.
[[nodiscard]] std::vector<std::string> evidence_under_way(transaction& tx, std::string_view connection);

}  // namespace file_entries
}  // namespace gangway::store
