#pragma once
/// What a remote folder holds, as far down as the rules ask for.

#include <gangway/model/pull_rules.hpp>
#include <gangway/model/remote_path.hpp>
#include <gangway/net/sftp_client.hpp>
#include <gangway/transfer/plan.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace gangway::transfer {

/// How far a listing goes.
struct walk_rules {
    static constexpr std::size_t most_entries = 1'000'000;
    static constexpr std::size_t deepest = 32;

    std::size_t depth = 0;    ///< levels of folders below the remote one
    std::string passed_by{};  ///< the folder that pulled files are moved to: it is not entered; empty: there is none

    /// Folders are entered where a pattern of `include` has a slash: as deep as it has slashes, or to the end with
    /// `**`. A pattern without one, and no pattern at all, are about the folder itself.
    [[nodiscard]] static walk_rules of(const model::pull_rules& rules);
};

struct remote_listing {
    std::deque<std::string> paths{};     ///< what the views of `files` point to
    std::vector<listed_file> files{};    ///< everything that was seen, folders too; in no order
    std::vector<std::string> unread{};   ///< folders that could not be listed, below the remote one
    std::optional<base::error> first{};  ///< why the first of these could not
    std::size_t dropped = 0;             ///< names that no entry can have

    /// Whether the folder of `path` was listed as a whole: only then "not there" means that it is gone.
    [[nodiscard]] bool covers(std::string_view path) const;
};

/// Lists `root`. Links are told and never followed. What the server does not tell in the listing, it is asked about.
/// A folder below that cannot be read is noted in `unread`. Errors: those of the server about `root`; of a lost
/// connection; `listing_too_big`. `seen` counts the entries as they come. Runs on the client's strand.
[[nodiscard]] net::async_result<remote_listing> list_remote(net::sftp_client& client, model::remote_path root,
                                                            walk_rules rules, std::atomic<std::uint64_t>& seen);

}  // namespace gangway::transfer
