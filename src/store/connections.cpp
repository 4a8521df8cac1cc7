#include "query.hpp"

#include <gangway/store/connections.hpp>
#include <gangway/store/files.hpp>
#include <gangway/store/secrets.hpp>

namespace gangway::store {

template <>
struct table<connection> {
    static constexpr std::string_view name = "connections";
    static void columns(auto& row, auto&& visit) {
        visit("id", row.id);
        visit("name", row.name);
        visit("description", row.description);
        visit("host", row.host);
        visit("port", row.port);
        visit("username", row.username);
        visit("authentication", row.authentication);
        visit("path_root", octets_of{row.path_root});
        visit("paused", row.paused);
        visit("health", row.health);
        visit("health_reason", row.health_reason);
        visit("health_since", row.health_since);
        visit("created_at", row.created_at);
        visit("updated_at", row.updated_at);
        visit("revision", row.revision);
    }
};

namespace connections {
namespace {

/// Whether another connection than `id` has this name.
bool name_is_taken(transaction& tx, std::string_view name, std::string_view id) {
    return value_of<long long>(tx, "SELECT 1 FROM connections WHERE name = :name AND id <> :id", name, id).has_value();
}

changed check_revision(transaction& tx, std::string_view id, std::int64_t expected) {
    const auto found = find(tx, id);
    if (!found) return changed::missing;
    return found->revision == expected ? changed::done : changed::stale;
}

}  // namespace

changed create(transaction& tx, connection row) {
    if (name_is_taken(tx, row.name, row.id)) return changed::name_taken;
    row.created_at = row.updated_at = row.health_since = tx.now();
    row.revision = 1;
    insert(tx, row);
    return changed::done;
}

std::optional<connection> find(transaction& tx, std::string_view id) {
    return select_one<connection>(tx, "WHERE id = :id", id);
}

std::optional<connection> find_by_name(transaction& tx, std::string_view name) {
    return select_one<connection>(tx, "WHERE name = :name", name);
}

std::vector<connection> list(transaction& tx) {
    return select<connection>(tx, "ORDER BY name");
}

changed update(transaction& tx, const connection& row) {
    if (const auto state = check_revision(tx, row.id, row.revision); state != changed::done) return state;
    if (name_is_taken(tx, row.name, row.id)) return changed::name_taken;
    const auto won =
        execute(tx,
                "UPDATE connections SET name = :name, description = :description, host = :host, port = "
                ":port, username = :username, authentication = :authentication, path_root = :root, paused "
                "= :paused, updated_at = :now, revision = revision + 1 WHERE id = :id AND revision = :seen",
                row.name, row.description, row.host, row.port, row.username, row.authentication,
                octets_of{row.path_root}, row.paused, tx.now(), row.id, row.revision);
    return won == 1 ? changed::done : changed::stale;
}

changed remove(transaction& tx, std::string_view id, std::int64_t revision) {
    if (const auto state = check_revision(tx, id, revision); state != changed::done) return state;
    execute(tx,
            "DELETE FROM secrets WHERE owner_kind = :kind AND owner_id IN (SELECT id FROM connection_keys WHERE "
            "connection_id = :connection)",
            secrets::of_key, id);
    execute(
        tx,
        "DELETE FROM secrets WHERE owner_kind = :kind AND owner_id IN (SELECT id FROM folders WHERE connection_id = "
        ":connection)",
        secrets::of_folder, id);
    secrets::remove(tx, secrets::of_connection, id);
    files::give_up(tx, {.connection = id});
    const auto won = execute(tx, "DELETE FROM connections WHERE id = :id AND revision = :seen", id, revision);
    if (won != 1) throw stored_failure(errc::conflict, "the connection was changed while it was removed");
    return changed::done;
}

bool set_health(transaction& tx, std::string_view id, health what, std::string_view reason) {
    return execute(tx,
                   "UPDATE connections SET health = :health, health_reason = :reason, health_since = :now WHERE id = "
                   ":id AND (health <> :old_health OR health_reason <> :old_reason)",
                   what, reason, tx.now(), id, what, reason) == 1;
}

}  // namespace connections
}  // namespace gangway::store
