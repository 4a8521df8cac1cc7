#include "query.hpp"

#include <gangway/store/audit.hpp>
#include <gangway/store/files.hpp>
#include <gangway/store/runs.hpp>
#include <gangway/store/settings.hpp>

namespace gangway::store {

namespace settings {

std::optional<std::string> find(transaction& tx, std::string_view name) {
    return value_of<std::string>(tx, "SELECT value FROM settings WHERE name = :name", name);
}

void set(transaction& tx, std::string_view name, std::string_view value) {
    execute(tx,
            "INSERT INTO settings (name, value, updated_at) VALUES (:name, :value, :now) ON CONFLICT (name) DO UPDATE "
            "SET value = excluded.value, updated_at = excluded.updated_at",
            name, value, tx.now());
}

bool replace(transaction& tx, std::string_view name, std::string_view before, std::string_view after) {
    return execute(tx, "UPDATE settings SET value = :after, updated_at = :now WHERE name = :name AND value = :before",
                   after, tx.now(), name, before) == 1;
}

void remove(transaction& tx, std::string_view name) {
    execute(tx, "DELETE FROM settings WHERE name = :name", name);
}

}  // namespace settings

removed remove_expired(transaction& tx, const retention& what, std::size_t limit) {
    const auto count = [](long long rows) { return static_cast<std::size_t>(rows); };
    removed gone;
    if (what.runs)
        gone.runs = count(
            execute(tx, "DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE ended_at < :before LIMIT :limit)",
                    *what.runs, limit));
    if (what.files)
        gone.files = count(execute(
            tx,
            "DELETE FROM files WHERE id IN (SELECT old.id FROM files old WHERE (old.state = :abandoned AND "
            "old.discovered_at < :gone_before) OR (old.state = :over AND old.finalised_at < :before AND EXISTS (SELECT "
            "1 FROM files later WHERE later.folder_id = old.folder_id AND later.path_key = old.path_key AND "
            "later.version > old.version AND later.state = :finalised)) LIMIT :limit)",
            file_state::abandoned, *what.files, file_state::finalised, *what.files, file_state::finalised, limit));
    if (what.deliveries)
        gone.deliveries = count(execute(tx,
                                        "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE next_try "
                                        "IS NULL AND created_at < :before LIMIT :limit)",
                                        *what.deliveries, limit));
    if (what.audit) gone.audit = audit::prune(tx, *what.audit);
    return gone;
}

}  // namespace gangway::store
