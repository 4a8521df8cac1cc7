#include "file_rows.hpp"

#include <gangway/store/file_entries.hpp>

namespace gangway::store::files {
namespace {

/// Runs one statement for each id that the holder may still change.
template <class Each>
std::vector<bool> for_all(transaction& tx, const lease& holder, std::span<const std::string> ids, Each changes) {
    std::vector<bool> won(ids.size());
    if (ids.empty() || !holds(tx, holder)) return won;
    for (std::size_t i = 0; i < ids.size(); ++i)
        won[i] = changes(ids[i]) == 1;
    return won;
}

}  // namespace

std::vector<bool> discover(transaction& tx, const lease& holder, std::span<const file_identity> seen) {
    std::vector<bool> fresh(seen.size());
    if (seen.empty() || !holds(tx, holder)) return fresh;
    const auto now = tx.now();
    command<std::string, std::string, std::string, octets_of<const std::string>, std::string, std::int64_t,
            std::int64_t, std::int64_t, file_state, std::int64_t, post_state, timestamp>
        add(tx,
            "INSERT INTO files (id, connection_id, folder_id, path, path_key, size, mtime, repull, state, fence, "
            "attempts, error, post_action, post_attempts, discovered_at) VALUES (:id, :connection, :folder, :path, "
            ":path_key, :size, :mtime, :repull, :state, :fence, 0, '', :post, 0, :now) ON CONFLICT DO NOTHING");
    // What was gone and is there again, unchanged, has to be looked at again.
    command<file_state, timestamp, std::int64_t, std::string, file_state> revive(
        tx,
        "UPDATE files SET state = :state, discovered_at = :now, fence = :fence, stable_at = NULL WHERE id = :id AND "
        "state = :abandoned");
    for (std::size_t i = 0; i < seen.size(); ++i) {
        const auto& what = seen[i];
        const auto id = file_id(what);
        fresh[i] = add(id, holder.connection_id, what.folder_id, octets_of{what.path}, path_key(what.path), what.size,
                       what.mtime, what.repull, file_state::discovered, holder.fence, post_state::none, now) == 1 ||
                   revive(file_state::discovered, now, holder.fence, id, file_state::abandoned) == 1;
    }
    return fresh;
}

std::vector<bool> stabilise(transaction& tx, const lease& holder, std::span<const std::string> ids) {
    command<file_state, timestamp, std::int64_t, std::string, file_state> change(
        tx, "UPDATE files SET state = :state, stable_at = :now, fence = :fence WHERE id = :id AND state = :before");
    return for_all(tx, holder, ids, [&, now = tx.now()](const std::string& id) {
        return change(file_state::stable, now, holder.fence, id, file_state::discovered);
    });
}

std::vector<bool> abandon(transaction& tx, const lease& holder, std::span<const std::string> ids) {
    command<file_state, std::int64_t, std::string, file_state, file_state, file_state, std::int64_t> change(
        tx,
        "UPDATE files SET state = :state, fence = :fence WHERE id = :id AND (state = :new OR state = :stable OR (state "
        "= "
        ":claimed AND fence = :own))");
    return for_all(tx, holder, ids, [&](const std::string& id) {
        return change(file_state::abandoned, holder.fence, id, file_state::discovered, file_state::stable,
                      file_state::claimed, holder.fence);
    });
}

std::vector<std::optional<std::int64_t>> claim(transaction& tx, const lease& holder, std::string_view run,
                                               std::span<const std::string> ids) {
    std::vector<std::optional<std::int64_t>> versions(ids.size());
    if (ids.empty() || !holds(tx, holder)) return versions;
    command<file_state, timestamp, std::int64_t, std::string, std::int64_t, std::string, file_state, timestamp> change(
        tx,
        "UPDATE files SET state = :state, claimed_at = :now, fence = :fence, run_id = :run, version = :version WHERE "
        "id "
        "= :id AND state = :before AND (next_try IS NULL OR next_try <= :due)");
    version_lookup next(tx);
    const auto now = tx.now();
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto version = next.find(ids[i]);
        if (version && change(file_state::claimed, now, holder.fence, std::string(run), *version, ids[i],
                              file_state::stable, now) == 1)
            versions[i] = version;
    }
    return versions;
}

std::vector<bool> fetch(transaction& tx, const lease& holder, std::span<const fetched_file> which) {
    std::vector<bool> won(which.size());
    if (which.empty() || !holds(tx, holder)) return won;
    command<file_state, timestamp, std::string, std::optional<std::string>, std::string, std::optional<std::string>,
            std::optional<std::int64_t>, std::optional<std::string>, std::string, file_state, std::int64_t>
        change(
            tx,
            "UPDATE files SET state = :state, fetched_at = :now, sha256 = :sha256, destination_key = :key, evidence "
            "= :evidence, unpacked = :unpacked, unpacked_size = :size, unpacked_sha256 = :content WHERE id = :id AND "
            "state = :before AND fence = :fence");
    const auto now = tx.now();
    for (std::size_t i = 0; i < which.size(); ++i) {
        const auto& done = which[i];
        won[i] = change(file_state::fetched, now, done.sha256, done.destination_key, done.evidence, done.unpacked,
                        done.unpacked_size, done.unpacked_sha256, done.id, file_state::claimed, holder.fence) == 1;
    }
    return won;
}

std::vector<bool> publish(transaction& tx, const lease& holder, std::span<const std::string> ids) {
    command<file_state, timestamp, std::string, file_state, std::int64_t> change(
        tx,
        "UPDATE files SET state = :state, published_at = :now WHERE id = :id AND state = :before AND fence = "
        ":fence");
    return for_all(tx, holder, ids, [&, now = tx.now()](const std::string& id) {
        return change(file_state::published, now, id, file_state::fetched, holder.fence);
    });
}

std::vector<bool> record(transaction& tx, const lease& holder, std::span<const std::string> ids, post_state post) {
    command<file_state, timestamp, post_state, std::string, file_state, std::int64_t> change(
        tx,
        "UPDATE files SET state = :state, recorded_at = :now, post_action = :post, next_try = NULL, error = '' "
        "WHERE id = :id AND state = :before AND fence = :fence");
    return for_all(tx, holder, ids, [&, now = tx.now()](const std::string& id) {
        return change(file_state::recorded, now, post, id, file_state::published, holder.fence);
    });
}

std::vector<bool> finalise(transaction& tx, const lease& holder, std::span<const std::string> ids) {
    command<file_state, timestamp, post_state, post_state, std::int64_t, std::string, file_state> change(
        tx,
        "UPDATE files SET state = :state, finalised_at = :now, post_action = CASE WHEN post_action = :none THEN "
        "post_action ELSE :done END, next_try = NULL, error = '', fence = :fence WHERE id = :id AND state = "
        ":before");
    return for_all(tx, holder, ids, [&, now = tx.now()](const std::string& id) {
        return change(file_state::finalised, now, post_state::none, post_state::done, holder.fence, id,
                      file_state::recorded);
    });
}

bool fail(transaction& tx, const lease& holder, std::string_view id, std::string_view error, timestamp next_try) {
    if (!holds(tx, holder)) return false;
    const bool changed =
        execute(tx,
                "UPDATE files SET state = :state, attempts = attempts + 1, next_try = :next, error = :error, sha256 = "
                "NULL, destination_key = NULL, evidence = NULL, unpacked = NULL, unpacked_size = NULL, unpacked_sha256 "
                "= "
                "NULL WHERE id = :id AND (state = :claimed OR state = "
                ":fetched) AND fence = :fence",
                file_state::stable, next_try, error, id, file_state::claimed, file_state::fetched, holder.fence) == 1;
    if (changed) file_entries::forget(tx, id);
    return changed;
}

bool postpone(transaction& tx, const lease& holder, std::string_view id, std::string_view error, timestamp next_try) {
    if (!holds(tx, holder)) return false;
    return execute(
               tx,
               "UPDATE files SET attempts = attempts + 1, next_try = :next, error = :error WHERE id = :id AND (state "
               "= :fetched OR state = :published) AND fence = :fence",
               next_try, error, id, file_state::fetched, file_state::published, holder.fence) == 1;
}

bool fail_post_action(transaction& tx, const lease& holder, std::string_view id, std::string_view error,
                      std::optional<timestamp> next_try) {
    if (!holds(tx, holder)) return false;
    return execute(tx,
                   "UPDATE files SET post_action = :failed, post_attempts = post_attempts + 1, next_try = :next, error "
                   "= :error WHERE id = :id AND state = :state",
                   post_state::failed, next_try, error, id, file_state::recorded) == 1;
}

std::vector<file> take_over(transaction& tx, const lease& holder) {
    if (!holds(tx, holder)) return {};
    execute(tx,
            "UPDATE files SET fence = :fence WHERE connection_id = :id AND state IN (:claimed, :fetched, :published) "
            "AND fence < :older",
            holder.fence, holder.connection_id, file_state::claimed, file_state::fetched, file_state::published,
            holder.fence);
    return under_way(tx, holder.connection_id);
}

void give_up(transaction& tx, const history_of& which) {
    const std::string scope = " AND " + std::string{which.folder.empty() ? "connection_id" : "folder_id"} + " = :scope";
    const auto whose = which.folder.empty() ? which.connection : which.folder;
    const auto now = tx.now();
    execute(tx,
            "UPDATE files SET state = :state, recorded_at = :recorded, finalised_at = :now, next_try = NULL, error = "
            "'' WHERE state = :before" +
                scope,
            file_state::finalised, now, now, file_state::published, whose);
    execute(tx,
            "UPDATE files SET state = :state, next_try = NULL, error = :error WHERE (state = :claimed OR state = "
            ":fetched)" +
                scope,
            file_state::abandoned, given_up_because, file_state::claimed, file_state::fetched, whose);
}

void release(transaction& tx, std::string_view folder) {
    execute(tx,
            "DELETE FROM file_entries WHERE published_at IS NULL AND file_id IN (SELECT id FROM files WHERE folder_id "
            "= :folder AND state = :state)",
            folder, file_state::fetched);
    execute(tx,
            "UPDATE files SET state = :state, next_try = NULL, sha256 = NULL, destination_key = NULL, evidence = NULL, "
            "unpacked = NULL, unpacked_size = NULL, unpacked_sha256 = NULL WHERE folder_id = :folder AND (state = "
            ":claimed OR state = :fetched)",
            file_state::stable, folder, file_state::claimed, file_state::fetched);
}

std::optional<std::string> repull(transaction& tx, std::string_view id) {
    const auto earlier = find(tx, id);
    if (!earlier || !earlier->published_at) return std::nullopt;
    auto again = earlier->identity;
    again.repull = 1 + value_of<long long>(tx,
                                           "SELECT MAX(repull) FROM files WHERE folder_id = :folder AND path_key = "
                                           ":path AND size = :size AND mtime = :mtime",
                                           again.folder_id, path_key(again.path), again.size, again.mtime)
                           .value_or(0);
    auto new_id = file_id(again);
    const auto now = tx.now();
    execute(tx,
            "INSERT INTO files (id, connection_id, folder_id, path, path_key, size, mtime, repull, state, fence, "
            "attempts, error, post_action, post_attempts, discovered_at, stable_at) VALUES (:id, :connection, :folder, "
            ":path, :path_key, :size, :mtime, :repull, :state, 0, 0, '', :post, 0, :now, :stable)",
            new_id, earlier->connection_id, again.folder_id, octets_of{again.path}, path_key(again.path), again.size,
            again.mtime, again.repull, file_state::stable, post_state::none, now, now);
    return new_id;
}

}  // namespace gangway::store::files
