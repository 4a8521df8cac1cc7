#pragma once
/// One look at a folder: its listing beside what is remembered of it, and the plan that follows.

#include "remote_listing.hpp"

#include <gangway/model/time_zone.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/store/connections.hpp>
#include <gangway/store/file_entries.hpp>
#include <gangway/store/files.hpp>
#include <gangway/store/folders.hpp>
#include <gangway/store/looks.hpp>
#include <gangway/transfer/folder_settings.hpp>
#include <gangway/transfer/key_template.hpp>
#include <gangway/transfer/plan.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gangway::transfer {

/// What a folder's settings come to before anything is asked.
struct folder_rules {
    key_template keys;
    std::shared_ptr<const model::time_zone> zone;  ///< shared with whoever asked for the same zone
    walk_rules walk;

    /// Errors: those of `key_template::parse` and `find_zone`; `bad_rule`.
    [[nodiscard]] static base::result<folder_rules> of(const folder_settings& settings);
};

/// A file that is to be pulled now.
struct wanted_file {
    std::string id{};    ///< of its row
    std::string path{};  ///< octets, below the remote folder
    std::uint64_t size = 0;
    std::optional<std::uint32_t> mtime{};
    std::uint32_t version = 1;
    std::int64_t attempts = 0;                    ///< that failed
    std::optional<model::destination_key> key{};  ///< absent where the content decides
    std::string expected_sha256{};                ///< 32 octets, as the sender tells; empty: nothing was told
    std::vector<store::file_entry> published{};   ///< of an archive that an earlier try has published in part
};

/// What the ledger and the looks of earlier runs say about a folder.
struct folder_memory {
    std::vector<store::known_file> known{};
    std::vector<store::file_look> looks{};
};
[[nodiscard]] net::async_result<folder_memory> remember(store::async_database& database, std::string folder);

/// The plan of one moment. Not moved: its parts refer to each other.
class folder_look {
  public:
    folder_look(const store::connection& connection, const store::folder& folder, const folder_settings& settings,
                const folder_rules& rules, remote_listing listing, folder_memory memory, std::chrono::sys_seconds now);
    folder_look(const folder_look&) = delete;
    folder_look& operator=(const folder_look&) = delete;

    [[nodiscard]] const remote_listing& listing() const noexcept { return listing_; }
    [[nodiscard]] const pull_plan& plan() const noexcept { return plan_; }
    /// In the order in which to pull.
    [[nodiscard]] std::vector<wanted_file> wanted() const;
    /// Versions that wait or are wanted and have no row yet.
    [[nodiscard]] std::vector<store::file_identity> unknown() const;
    /// Rows of versions that were never pulled and are not there any more.
    [[nodiscard]] std::vector<std::string> gone() const;
    /// To be kept; nothing where they are kept already.
    [[nodiscard]] std::optional<std::vector<store::file_look>> looks() const;
    /// Whether there were files for which this run had no room.
    [[nodiscard]] bool has_more() const;

  private:
    [[nodiscard]] store::file_identity identity_of(const listed_file& file) const;
    /// The row that a file to be tried again, or wanted again, is about.
    [[nodiscard]] const store::known_file* row_of(const listed_file& file) const;

    std::string folder_id_;
    remote_listing listing_;
    folder_memory memory_;                   ///< `known` by path
    std::vector<known_version> versions_{};  ///< of `memory_.known`
    std::vector<look> looks_{};              ///< of `memory_.looks`
    pull_plan plan_{};
};

/// A row of the ledger as planning sees it; its views live as long as `row`.
[[nodiscard]] known_version version_of(const store::known_file& row);

}  // namespace gangway::transfer
