#pragma once
/// Decides what a run pulls: a function of a listing, of what is remembered, of the rules and of the time. It touches
/// nothing, so that a dry run and a run cannot differ.
///
/// A version of a file is told by its path, size and mtime. That is all that SFTP version 3 offers, so two things
/// escape: a change that keeps size and mtime, and on servers that tell no mtime a change that keeps the size. What can
/// be done about the first is done: a file whose looks lie less than two seconds apart is not taken for unchanged,
/// because times are whole seconds and it may change twice in one. No clock but our own decides alone: see
/// `model::stable_by_age`. Where our own clock was set back, waiting starts anew.

#include <gangway/model/destination_key.hpp>
#include <gangway/model/pull_rules.hpp>
#include <gangway/transfer/key_template.hpp>
#include <gangway/transfer/verdict.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::transfer {

enum class file_kind : std::uint8_t { regular, folder, symlink, other, unknown };

/// What a server tells about a file. `unknown`, where it tells no type, counts as a file: opening it will tell.
struct listed_file {
    std::string_view path;  ///< octets below the pulled folder, components separated by `/`
    file_kind kind = file_kind::regular;
    std::optional<std::uint64_t> size{};
    std::optional<std::uint32_t> mtime{};  ///< seconds since 1970, as SFTP version 3 has it
};

/// How far a version has come, as far as planning cares.
enum class progress : std::uint8_t {
    seen,          ///< known, and nothing was done about it yet
    in_progress,   ///< claimed and not yet recorded
    failed,        ///< to be tried again from `retry_at` on
    pulled,        ///< recorded; what may be left is the post-action
    wanted_again,  ///< seen already, but somebody asked to have it once more
};

/// A row of the ledger for the folder.
struct known_version {
    std::string_view path;
    std::uint64_t size = 0;
    std::optional<std::uint32_t> mtime{};
    std::uint32_t version = 1;  ///< 0: it has none yet
    std::uint32_t repull = 0;   ///< how often this size and time was asked for again; the last one counts
    progress state = progress::pulled;
    std::chrono::sys_seconds retry_at{};
    std::string_view key{};  ///< where it went or shall go; empty: not known yet
};

/// What an earlier look saw of a file that was not pulled then.
struct look {
    std::string path;
    std::uint64_t size = 0;
    std::optional<std::uint32_t> mtime{};
    std::chrono::sys_seconds since{};  ///< unchanged since then
    bool first = true;                 ///< never seen with another size or mtime
    friend bool operator==(const look&, const look&) = default;
};

/// Everything a plan follows from. Views and references must live as long as the plan is used.
struct plan_input {
    std::span<const listed_file> listing;
    std::span<const known_version> ledger;  ///< in any order; several versions of a path may be there
    std::span<const look> looks;            ///< what the plan before returned
    const model::pull_rules& rules;
    const key_template& keys;
    std::string_view connection{};
    std::string_view folder{};
    const model::time_zone& zone;  ///< for dates in keys
    std::chrono::sys_seconds now;
};

struct planned_pull {
    std::uint32_t index;  ///< in the listing
    std::uint32_t version;
    std::optional<model::destination_key> key{};  ///< absent where the template needs the content
};

struct pull_plan {
    std::vector<verdict> verdicts{};    ///< one for each file of the listing, in its order
    std::vector<planned_pull> pulls{};  ///< in the order in which to pull
    std::vector<look> looks{};          ///< to be kept for the next plan, in place of all before
    /// When the first of the files that wait for nothing but time may be ready.
    std::optional<std::chrono::sys_seconds> look_again{};
};

/// Never fails. 100,000 files take a fraction of a second and less than 200 MiB.
///
/// Where two files would go to one place, the one that is there or on its way keeps it, then the one whose path comes
/// first in the order of octets; with `rules.fold_keys` places that differ in case or Unicode form are one.
[[nodiscard]] pull_plan plan(const plan_input& input);

}  // namespace gangway::transfer
