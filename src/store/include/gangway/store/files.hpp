#pragma once
/// The read-once ledger: every version of every remote file that was ever seen, and how far it has come.
///
///     discovered → stable → claimed → fetched → published → recorded → finalised
///          └────────┴─────────┴→ abandoned (changed or gone before it was pulled)
///
/// Each arrow is one change that only the holder of the connection's lease can make, and only from the state before:
/// whoever has lost its lease, or comes second, changes nothing and is told so.

#include <gangway/store/folders.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::store {

enum class file_state : std::uint8_t {
    discovered,  ///< seen in a listing
    stable,      ///< will not change any more, as far as its folder's rules can tell
    claimed,     ///< being downloaded by the holder of `fence`; has a `version`
    fetched,     ///< downloaded and durable, not visible; `sha256`, `destination_key` and `evidence` are known
    published,   ///< under its final name
    recorded,    ///< in the history; it is never pulled again
    finalised,   ///< the post-action is done, or there is none
    abandoned,   ///< changed or gone before it was pulled
};
constexpr auto names_of(file_state) {
    return std::array<std::string_view, 8>{"discovered", "stable",   "claimed",   "fetched",
                                           "published",  "recorded", "finalised", "abandoned"};
}

enum class post_state : std::uint8_t { none, pending, done, failed };
constexpr auto names_of(post_state) {
    return std::array<std::string_view, 4>{"none", "pending", "done", "failed"};
}

inline constexpr std::int64_t not_told = -1;  ///< a size or time that the server did not send

/// What makes two looks at a remote file the same version of it.
struct file_identity {
    std::string folder_id{};
    std::string path{};  ///< octets
    std::int64_t size = not_told;
    std::int64_t mtime = not_told;  ///< seconds since 1970, as the server says
    std::int64_t repull = 0;        ///< grows when someone asks to pull the same version again

    friend bool operator==(const file_identity&, const file_identity&) = default;
};

/// The id of the ledger's row: SHA-256 over all fields, as hexadecimal digits.
[[nodiscard]] std::string file_id(const file_identity& what);

struct file {
    std::string id{};
    std::string connection_id{};
    file_identity identity{};
    file_state state = file_state::discovered;
    std::int64_t fence = 0;  ///< of the lease under which it was changed last
    std::optional<std::string> run_id{};
    std::optional<std::string> sha256{};  ///< hexadecimal digits
    std::optional<std::string> destination_key{};
    std::optional<std::string> evidence{};  ///< what the destination needs to finish or undo a publication
    std::optional<std::string> unpacked{};  ///< "gzip", "zip": published is what was in it, and `sha256` is its own
    std::optional<std::int64_t> unpacked_size{};   ///< octets published
    std::optional<std::string> unpacked_sha256{};  ///< of what was published; absent for several files
    std::optional<std::int64_t> version{};         ///< 1 for the first version of this path in this folder
    std::int64_t attempts = 0;                     ///< that failed
    std::optional<timestamp> next_try{};
    std::string error{};  ///< of the latest attempt
    post_state post_action = post_state::none;
    std::int64_t post_attempts = 0;  ///< that failed; `next_try` and `error` are theirs from `recorded` on
    timestamp discovered_at{};
    std::optional<timestamp> stable_at{}, claimed_at{}, fetched_at{}, published_at{}, recorded_at{}, finalised_at{};

    friend bool operator==(const file&, const file&) = default;
};

/// What planning needs to know of a version.
struct known_file {
    std::string id{};
    std::string path{};  ///< octets
    std::int64_t size = not_told, mtime = not_told, repull = 0;
    file_state state = file_state::discovered;
    std::optional<std::int64_t> version{};
    std::optional<std::string> destination_key{};
    std::int64_t attempts = 0;
    std::optional<timestamp> next_try{};
    timestamp discovered_at{};

    friend bool operator==(const known_file&, const known_file&) = default;
};

namespace files {

// Every function for several files answers in their order: true for each that it has changed. `holder` is the lease
// under which the caller works.

/// Notes versions that were not known; true for each that is new. They share the folder.
[[nodiscard]] std::vector<bool> discover(transaction& tx, const lease& holder, std::span<const file_identity> seen);
/// discovered → stable.
[[nodiscard]] std::vector<bool> stabilise(transaction& tx, const lease& holder, std::span<const std::string> ids);
/// discovered, stable, claimed → abandoned.
[[nodiscard]] std::vector<bool> abandon(transaction& tx, const lease& holder, std::span<const std::string> ids);
/// stable → claimed, if its `next_try` has come. The version of each that was changed, in their order, and nothing for
/// the others: the version it had, if it was claimed before, or else the next one of its path.
[[nodiscard]] std::vector<std::optional<std::int64_t>> claim(transaction& tx, const lease& holder, std::string_view run,
                                                             std::span<const std::string> ids);

struct fetched_file {
    std::string id;
    std::string sha256;                          ///< hexadecimal digits
    std::optional<std::string> destination_key;  ///< nothing: its entries have their own
    std::string evidence{};
    std::optional<std::string> unpacked{};  ///< as in `file`, with what follows
    std::optional<std::int64_t> unpacked_size{};
    std::optional<std::string> unpacked_sha256{};
};
/// claimed → fetched.
[[nodiscard]] std::vector<bool> fetch(transaction& tx, const lease& holder, std::span<const fetched_file> which);
/// fetched → published.
[[nodiscard]] std::vector<bool> publish(transaction& tx, const lease& holder, std::span<const std::string> ids);
/// published → recorded; `post` is `pending` or `none`.
[[nodiscard]] std::vector<bool> record(transaction& tx, const lease& holder, std::span<const std::string> ids,
                                       post_state post);
/// recorded → finalised.
[[nodiscard]] std::vector<bool> finalise(transaction& tx, const lease& holder, std::span<const std::string> ids);

/// claimed, fetched → stable, to be tried again from `next_try` on. What was fetched is forgotten, but for entries that
/// were published; the version is kept.
bool fail(transaction& tx, const lease& holder, std::string_view id, std::string_view error, timestamp next_try);
/// fetched and published stay what they are, to be tried again from `next_try` on: what failed may have worked.
bool postpone(transaction& tx, const lease& holder, std::string_view id, std::string_view error, timestamp next_try);
/// recorded → recorded, with the post-action `failed`, to be tried again from `next_try` on (never, if that is
/// nothing).
bool fail_post_action(transaction& tx, const lease& holder, std::string_view id, std::string_view error,
                      std::optional<timestamp> next_try);

/// Files between `claimed` and `published` that an earlier holder of the lease has left behind, now `holder`'s. Call it
/// before anything else under a new lease: until then the earlier holder's files are nobody's.
[[nodiscard]] std::vector<file> take_over(transaction& tx, const lease& holder);
/// Files between `claimed` and `published`, whoever holds them.
[[nodiscard]] std::vector<file> under_way(transaction& tx, std::string_view connection);
/// Folders of a connection with files between `claimed` and `published` that may be tried again by now.
[[nodiscard]] std::vector<std::string> folders_under_way(transaction& tx, std::string_view connection);
/// A folder is being removed, or with its connection all of them: nobody goes on with what is under way there. What is
/// known to be published is finalised; claimed, fetched → abandoned, with the evidence kept.
void give_up(transaction& tx, const history_of& which);
/// The files of a folder go elsewhere from now on: claimed, fetched → stable, to be fetched again. What was fetched is
/// forgotten, but for entries that were published.
void release(transaction& tx, std::string_view folder);
/// What `give_up` has abandoned in a folder.
[[nodiscard]] std::vector<file> given_up(transaction& tx, std::string_view folder);
/// Recorded files whose post-action is due, at most `limit`, longest waiting first.
[[nodiscard]] std::vector<file> post_actions_due(transaction& tx, std::string_view connection, std::size_t limit);

/// Asks for a version to be pulled once more: a new row, stable from the start. Nothing if there is no such file or it
/// has not been published yet.
[[nodiscard]] std::optional<std::string> repull(transaction& tx, std::string_view id);

[[nodiscard]] std::optional<file> find(transaction& tx, std::string_view id);
/// Whether there is a file whose id begins so.
[[nodiscard]] bool is_known(transaction& tx, std::string_view beginning);
/// All versions that are known in a folder, in no order.
void each_known(transaction& tx, std::string_view folder, const std::function<void(known_file)>& take);
/// A folder's files, newest first, those discovered before the file `before` ("" for the newest).
[[nodiscard]] std::vector<file> list(transaction& tx, std::string_view folder, std::string_view before,
                                     std::size_t limit);

struct found_files {
    std::vector<file> rows{};
    std::string next{};  ///< what to give as `before` to go on; empty: nothing is left
};
/// Of the files that `accept` takes, newest first, at most `limit`. Looks at `scan` rows and no more, so that a page
/// may have less than there is room for, or nothing, and still not be the last.
[[nodiscard]] found_files search(transaction& tx, const history_of& which, std::string_view before, std::size_t limit,
                                 std::size_t scan, const std::function<bool(const file&)>& accept);
/// A run's files by their ids, those after the file `after` ("" for the first).
[[nodiscard]] std::vector<file> of_run(transaction& tx, std::string_view run, std::string_view after,
                                       std::size_t limit);
/// The paths of versions that were recorded after `since`, with the moment; not those that people asked for again.
void each_recorded(transaction& tx, std::string_view folder, timestamp since,
                   const std::function<void(std::string_view path, timestamp at)>& take);
[[nodiscard]] std::vector<file> of_run(transaction& tx, std::string_view run);

}  // namespace files
}  // namespace gangway::store
