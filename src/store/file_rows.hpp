#pragma once
/// The rows of the ledger, for what changes them and what reads them.

#include "query.hpp"

#include <gangway/store/files.hpp>

namespace gangway::store {

template <>
struct table<file> {
    static constexpr std::string_view name = "files";
    static void columns(auto& row, auto&& visit) {
        visit("id", row.id);
        visit("connection_id", row.connection_id);
        visit("folder_id", row.identity.folder_id);
        visit("path", octets_of{row.identity.path});
        visit("size", row.identity.size);
        visit("mtime", row.identity.mtime);
        visit("repull", row.identity.repull);
        visit("state", row.state);
        visit("fence", row.fence);
        visit("run_id", row.run_id);
        visit("sha256", row.sha256);
        visit("destination_key", row.destination_key);
        visit("evidence", row.evidence);
        visit("unpacked", row.unpacked);
        visit("unpacked_size", row.unpacked_size);
        visit("unpacked_sha256", row.unpacked_sha256);
        visit("version", row.version);
        visit("attempts", row.attempts);
        visit("next_try", row.next_try);
        visit("error", row.error);
        visit("post_action", row.post_action);
        visit("post_attempts", row.post_attempts);
        visit("discovered_at", row.discovered_at);
        visit("stable_at", row.stable_at);
        visit("claimed_at", row.claimed_at);
        visit("fetched_at", row.fetched_at);
        visit("published_at", row.published_at);
        visit("recorded_at", row.recorded_at);
        visit("finalised_at", row.finalised_at);
    }
};

/// The error of files that were under way when their folder was removed.
inline constexpr std::string_view given_up_because =
    "the folder was removed before this file was known to be published";

/// What files of one path share: a digest, because PostgreSQL cannot index a path of 4096 octets.
[[nodiscard]] std::string path_key(std::string_view path);

/// Whether `holder` still holds its lease. Where others could take it meanwhile, they wait for this transaction's end:
/// otherwise a change of the old holder could slip in after the new one has taken over.
[[nodiscard]] bool holds(transaction& tx, const lease& holder);

/// Finds the version number of one file after the other: the one it has, or the next free one of its path.
class version_lookup {
  public:
    explicit version_lookup(transaction& tx);
    /// Nothing if there is no such file.
    [[nodiscard]] std::optional<std::int64_t> find(const std::string& id);

  private:
    cursor rows_;
};

}  // namespace gangway::store
