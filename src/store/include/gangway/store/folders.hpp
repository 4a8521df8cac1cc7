#pragma once
/// Remote folders that are pulled, when each is due, and which node may pull from a connection.

#include <gangway/store/connections.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::store {

struct folder {
    std::string id{};
    std::string connection_id{};
    std::string name{};
    std::string remote_folder{};  ///< octets
    std::string rules{};          ///< JSON
    std::string destination{};    ///< JSON
    std::string schedule{};       ///< JSON
    std::string expected_by{};    ///< JSON, or empty: no file is expected by a certain time
    bool enabled = true;
    timestamp created_at{};
    timestamp updated_at{};
    std::int64_t revision = 1;

    friend bool operator==(const folder&, const folder&) = default;
};

namespace folders {

/// Sets `created_at`, `updated_at` and `revision`.
void create(transaction& tx, folder row);
[[nodiscard]] std::optional<folder> find(transaction& tx, std::string_view id);
/// By name.
[[nodiscard]] std::vector<folder> list(transaction& tx, std::string_view connection);
/// If `row.revision` is still the stored one, which then grows by one. `done`, `missing` or `stale`.
[[nodiscard]] changed update(transaction& tx, const folder& row);
/// With its sealed secrets; history stays, and what is under way is given up (`files::give_up`). `done`, `missing` or
/// `stale`.
[[nodiscard]] changed remove(transaction& tx, std::string_view id, std::int64_t revision);
/// Another text after each change of a folder or a connection that people made, also one that was removed or is new.
[[nodiscard]] std::string edition(transaction& tx);

}  // namespace folders

/// Which part of the history is wanted: all of it where nothing is given. A folder is of one connection.
struct history_of {
    std::string_view connection{};
    std::string_view folder{};
};

/// A folder whose time has come.
struct due_folder {
    std::string folder_id{};
    timestamp next_due{};
    std::int64_t failures = 0;  ///< in a row

    friend bool operator==(const due_folder&, const due_folder&) = default;
};

namespace schedules {

/// When the folder is to be pulled next, and after how many failures in a row.
void set(transaction& tx, std::string_view folder, timestamp next_due, std::int64_t failures);
[[nodiscard]] std::optional<due_folder> find(transaction& tx, std::string_view folder);
/// A folder that waits because runs failed is due now, as if none had: whoever may have mended the cause need not wait.
void end_pause(transaction& tx, std::string_view folder);
/// The same for all folders of a connection.
void end_pauses(transaction& tx, std::string_view connection);
/// No longer due at any time.
void clear(transaction& tx, std::string_view folder);
/// Those due by `when` that are enabled and whose connection is not paused, longest due first.
[[nodiscard]] std::vector<due_folder> due(transaction& tx, timestamp when, std::size_t limit);
/// The first time at which anything is due, also of folders that are disabled or paused now.
[[nodiscard]] std::optional<timestamp> next(transaction& tx);
/// The same, of what is not due by `when`.
[[nodiscard]] std::optional<timestamp> next_after(transaction& tx, timestamp when);

}  // namespace schedules

/// The right to work on a connection: one owner at a time, across nodes.
struct lease {
    std::string connection_id{};
    std::string owner{};
    std::int64_t fence = 0;  ///< one more with each new owner, and never less: an old owner's changes are refused
    timestamp expires_at{};

    friend bool operator==(const lease&, const lease&) = default;
};

namespace leases {

/// Takes the lease if nobody holds it or the holder's time is over; nothing if another one does. Also a holder that
/// asks again gets a new fence: it may have died and come back. Throws `conflict` if there is no such connection.
[[nodiscard]] std::optional<lease> take(transaction& tx, std::string_view connection, std::string_view owner,
                                        std::chrono::milliseconds length);
/// Whether the lease still was this one's; then it ends `length` from now.
[[nodiscard]] bool renew(transaction& tx, const lease& held, std::chrono::milliseconds length);
/// Lets others take it. Whether it still was this one's.
bool give_back(transaction& tx, const lease& held);
[[nodiscard]] std::optional<lease> find(transaction& tx, std::string_view connection);

}  // namespace leases
}  // namespace gangway::store
