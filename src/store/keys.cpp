#include "query.hpp"

#include <gangway/store/keys.hpp>
#include <gangway/store/secrets.hpp>

namespace gangway::store {

template <>
struct table<connection_key> {
    static constexpr std::string_view name = "connection_keys";
    static void columns(auto& row, auto&& visit) {
        visit("id", row.id);
        visit("connection_id", row.connection_id);
        visit("algorithm", row.algorithm);
        visit("public_line", row.public_line);
        visit("fingerprint", row.fingerprint);
        visit("created_at", row.created_at);
        visit("last_accepted_at", row.last_accepted_at);
        visit("revoked_at", row.revoked_at);
    }
};

namespace keys {

void add(transaction& tx, connection_key row) {
    row.created_at = tx.now();
    insert(tx, row);
}

std::optional<connection_key> find(transaction& tx, std::string_view id) {
    return select_one<connection_key>(tx, "WHERE id = :id", id);
}

std::vector<connection_key> list(transaction& tx, std::string_view connection) {
    return select<connection_key>(tx, "WHERE connection_id = :id ORDER BY created_at, id", connection);
}

std::vector<connection_key> active(transaction& tx, std::string_view connection) {
    return select<connection_key>(
        tx,
        "WHERE connection_id = :id AND revoked_at IS NULL ORDER BY COALESCE(last_accepted_at, "
        "0) DESC, created_at DESC, id DESC",
        connection);
}

void accepted(transaction& tx, std::string_view id) {
    execute(tx, "UPDATE connection_keys SET last_accepted_at = :now WHERE id = :id", tx.now(), id);
}

bool revoke(transaction& tx, std::string_view id) {
    secrets::remove(tx, secrets::of_key, id);
    return execute(tx, "UPDATE connection_keys SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL", tx.now(),
                   id) == 1;
}

}  // namespace keys
}  // namespace gangway::store
