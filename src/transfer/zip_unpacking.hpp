#pragma once
/// The files of a zip archive, on their way to the destination.

#include "packed_archive.hpp"
#include "run_scope.hpp"

#include <gangway/store/file_entries.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gangway::transfer {

/// A file of an archive: staged, or published by an earlier try.
struct written_entry {
    store::file_entry row{};
    std::unique_ptr<sink::writer> writer{};
    std::optional<sink::staged_file> staged{};  ///< nothing: published before
};

/// The claim of an entry belongs to that of its file: see `owning_claim`.
[[nodiscard]] sink::claim entry_claim(const sink::claim& file, std::int64_t position);
/// As text, what the claim of a file and those of its entries have in common.
[[nodiscard]] std::string owning_claim(const sink::claim& owner);
/// What all rows that `owner` may belong to begin with.
[[nodiscard]] std::string row_prefix(const sink::claim& owner);

/// Stages all files of an archive. Where one of them cannot be unpacked or staged, none stays. Of entries that
/// `file.published` names only the content is compared: an archive that was published in part and is another now is
/// refused. Blocks; ends soon after the run is stopped.
///
/// Errors: of archive::errc, and those of sinks; `source_changed`.
[[nodiscard]] base::result<std::vector<written_entry>> unpack_zip(const run_scope& run, const wanted_file& file,
                                                                  const packed_archive& from);

}  // namespace gangway::transfer
