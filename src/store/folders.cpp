#include "query.hpp"

#include <gangway/store/files.hpp>
#include <gangway/store/folders.hpp>
#include <gangway/store/secrets.hpp>

namespace gangway::store {

template <>
struct table<folder> {
    static constexpr std::string_view name = "folders";
    static void columns(auto& row, auto&& visit) {
        visit("id", row.id);
        visit("connection_id", row.connection_id);
        visit("name", row.name);
        visit("remote_folder", octets_of{row.remote_folder});
        visit("rules", row.rules);
        visit("destination", row.destination);
        visit("schedule", row.schedule);
        visit("expected_by", row.expected_by);
        visit("enabled", row.enabled);
        visit("created_at", row.created_at);
        visit("updated_at", row.updated_at);
        visit("revision", row.revision);
    }
};

template <>
struct table<due_folder> {
    static constexpr std::string_view name = "schedules";
    static void columns(auto& row, auto&& visit) {
        visit("folder_id", row.folder_id);
        visit("next_due", row.next_due);
        visit("failures", row.failures);
    }
};

namespace folders {

void create(transaction& tx, folder row) {
    row.created_at = row.updated_at = tx.now();
    row.revision = 1;
    insert(tx, row);
}

std::optional<folder> find(transaction& tx, std::string_view id) {
    return select_one<folder>(tx, "WHERE id = :id", id);
}

std::vector<folder> list(transaction& tx, std::string_view connection) {
    return select<folder>(tx, "WHERE connection_id = :id ORDER BY name, id", connection);
}

changed update(transaction& tx, const folder& row) {
    const auto won = execute(tx,
                             "UPDATE folders SET name = :name, remote_folder = :folder, rules = :rules, destination = "
                             ":destination, schedule = :schedule, expected_by = :expected, enabled = :enabled, "
                             "updated_at = :now, revision = revision + 1 WHERE id = :id AND revision = :seen",
                             row.name, octets_of{row.remote_folder}, row.rules, row.destination, row.schedule,
                             row.expected_by, row.enabled, tx.now(), row.id, row.revision);
    if (won == 1) return changed::done;
    return find(tx, row.id) ? changed::stale : changed::missing;
}

changed remove(transaction& tx, std::string_view id, std::int64_t revision) {
    if (execute(tx, "DELETE FROM folders WHERE id = :id AND revision = :seen", id, revision) == 1) {
        files::give_up(tx, {.folder = id});
        secrets::remove(tx, secrets::of_folder, id);
        return changed::done;
    }
    return find(tx, id) ? changed::stale : changed::missing;
}

std::string edition(transaction& tx) {
    constexpr std::string_view of_table =
        "(SELECT CAST(COUNT(*) AS TEXT) || '/' || CAST(COALESCE(SUM(revision), 0) AS TEXT) || '/' || "
        "CAST(COALESCE(MAX(updated_at), 0) AS TEXT) FROM ";
    const auto all =
        std::string{"SELECT "}.append(of_table).append("connections) || ' ' || ").append(of_table).append("folders)");
    return value_of<std::string>(tx, all).value_or("");
}

}  // namespace folders

namespace schedules {

void set(transaction& tx, std::string_view folder, timestamp next_due, std::int64_t failures) {
    execute(tx,
            "INSERT INTO schedules (folder_id, next_due, failures) VALUES (:id, :due, :failures) ON CONFLICT "
            "(folder_id) DO UPDATE SET next_due = excluded.next_due, failures = excluded.failures",
            folder, next_due, failures);
}

std::optional<due_folder> find(transaction& tx, std::string_view folder) {
    return select_one<due_folder>(tx, "WHERE folder_id = :id", folder);
}

void end_pause(transaction& tx, std::string_view folder) {
    execute(tx, "UPDATE schedules SET next_due = :now, failures = 0 WHERE folder_id = :id AND failures > 0", tx.now(),
            folder);
}

void end_pauses(transaction& tx, std::string_view connection) {
    execute(tx,
            "UPDATE schedules SET next_due = :now, failures = 0 WHERE failures > 0 AND folder_id IN (SELECT id FROM "
            "folders WHERE connection_id = :connection)",
            tx.now(), connection);
}

void clear(transaction& tx, std::string_view folder) {
    execute(tx, "DELETE FROM schedules WHERE folder_id = :id", folder);
}

std::vector<due_folder> due(transaction& tx, timestamp when, std::size_t limit) {
    return select<due_folder>(tx,
                              "WHERE next_due <= :when AND folder_id IN (SELECT folders.id FROM folders JOIN "
                              "connections ON connections.id = folders.connection_id WHERE folders.enabled = 1 AND "
                              "connections.paused = 0) ORDER BY next_due, folder_id LIMIT :limit",
                              when, limit);
}

std::optional<timestamp> next(transaction& tx) {
    return value_of<timestamp>(tx, "SELECT MIN(next_due) FROM schedules");
}

std::optional<timestamp> next_after(transaction& tx, timestamp when) {
    return value_of<timestamp>(tx, "SELECT MIN(next_due) FROM schedules WHERE next_due > :when", when);
}

}  // namespace schedules
}  // namespace gangway::store
