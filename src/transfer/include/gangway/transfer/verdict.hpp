#pragma once
/// What becomes of one file of a listing, and why.

#include <gangway/model/glob.hpp>
#include <gangway/model/pull_rules.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace gangway::transfer {

/// Part of the public API by the words of `to_string`: a dry run tells them.
enum class verdict_code : std::uint8_t {
    fresh,               ///< pulled: never seen before
    changed,             ///< pulled: another size or time than the version before
    wanted_again,        ///< pulled: somebody asked for it, as a version of its own
    retry,               ///< pulled: a try before failed, and its wait is over
    already_pulled,      ///< this size and time came here as `version`
    in_progress,         ///< claimed, by this run's recovery or by another node
    retry_later,         ///< a try failed, and the next one waits
    folder,              //
    symlink,             ///< never followed
    not_regular,         ///< a device, a socket, a pipe
    unsafe_name,         ///< a name that no entry can have: empty, ".", "..", a NUL
    listed_twice,        ///< the listing has had this name already
    no_size,             ///< the server tells no size, so versions cannot be told apart
    excluded,            ///< by `pattern`
    not_included,        ///< no pattern includes it
    marker,              ///< tells that another file is complete
    checksum_file,       ///< has the hash of another file
    waits_first_look,    ///< nothing to compare with yet
    waits_unchanged,     ///< changed, or was seen changed, `ago`
    waits_for_marker,    ///< its marker is not there
    waits_newer_marker,  ///< its marker is older than itself
    waits_for_checksum,  ///< the file with its hash is not there
    key_taken,           ///< its place is that of `other`
    over_limit,          ///< the run has enough
};

/// "new", "changed", "wanted_again", … "over_limit".
[[nodiscard]] std::string_view to_string(verdict_code code) noexcept;
/// Whether the file is pulled in this run.
[[nodiscard]] bool is_pulled(verdict_code code) noexcept;
/// Whether it is not pulled yet, but may be without anybody doing anything about it.
[[nodiscard]] bool is_waiting(verdict_code code) noexcept;

struct verdict {
    verdict_code code;
    std::uint32_t version = 0;             ///< what it is or becomes; 0 where it is none
    std::chrono::seconds ago{};            ///< how long ago it changed; for retry_later: how long to wait
    const model::glob* pattern = nullptr;  ///< lives as long as the rules
    std::string_view other{};              ///< a path of the listing or the ledger; lives as long as those
};

/// One sentence for people, such as "waiting: changed 12 s ago" or "excluded by *.tmp"; names in it are escaped.
[[nodiscard]] std::string sentence(const verdict& verdict, std::string_view path, const model::pull_rules& rules);

}  // namespace gangway::transfer
