#include "query.hpp"

#include <gangway/store/host_keys.hpp>

namespace gangway::store {

template <>
struct table<host_key_pin> {
    static constexpr std::string_view name = "host_key_pins";
    static void columns(auto& row, auto&& visit) {
        visit("connection_id", row.connection_id);
        visit("fingerprint", row.fingerprint);
        visit("key_type", row.key_type);
        visit("how", row.how);
        visit("pinned_at", row.pinned_at);
        visit("presented_fingerprint", row.presented_fingerprint);
        visit("presented_key_type", row.presented_key_type);
        visit("presented_at", row.presented_at);
    }
};

namespace host_keys {

std::optional<host_key_pin> find(transaction& tx, std::string_view connection) {
    return select_one<host_key_pin>(tx, "WHERE connection_id = :id", connection);
}

bool pin(transaction& tx, host_key_pin first) {
    first.pinned_at = tx.now();
    return insert(tx, first, "ON CONFLICT DO NOTHING");
}

void confirm(transaction& tx, std::string_view connection, std::string_view fingerprint, std::string_view key_type) {
    execute(tx,
            "UPDATE host_key_pins SET key_type = :type WHERE connection_id = :id AND fingerprint = :fingerprint AND "
            "key_type = ''",
            key_type, connection, fingerprint);
}

bool quarantine(transaction& tx, std::string_view connection, std::string_view fingerprint, std::string_view key_type) {
    return execute(tx,
                   "UPDATE host_key_pins SET presented_fingerprint = :fingerprint, presented_key_type = :type, "
                   "presented_at = :now WHERE connection_id = :id AND fingerprint <> :pinned",
                   fingerprint, key_type, tx.now(), connection, fingerprint) == 1;
}

bool relock(transaction& tx, std::string_view connection, std::string_view fingerprint) {
    return execute(tx,
                   "UPDATE host_key_pins SET fingerprint = presented_fingerprint, key_type = presented_key_type, how = "
                   ":how, pinned_at = :now, presented_fingerprint = NULL, presented_key_type = NULL, presented_at = "
                   "NULL WHERE connection_id = :id AND presented_fingerprint = :fingerprint",
                   pinned_how::relocked, tx.now(), connection, fingerprint) == 1;
}

void expect(transaction& tx, std::string_view connection, std::string_view fingerprint) {
    execute(tx, "DELETE FROM host_key_pins WHERE connection_id = :id", connection);
    pin(tx, {.connection_id = std::string(connection),
             .fingerprint = std::string(fingerprint),
             .how = pinned_how::expected});
}

}  // namespace host_keys
}  // namespace gangway::store
