#include "query.hpp"

#include <gangway/store/folders.hpp>

namespace gangway::store {

template <>
struct table<lease> {
    static constexpr std::string_view name = "leases";
    static void columns(auto& row, auto&& visit) {
        visit("connection_id", row.connection_id);
        visit("owner", row.owner);
        visit("fence", row.fence);
        visit("expires_at", row.expires_at);
    }
};

namespace leases {

std::optional<lease> take(transaction& tx, std::string_view connection, std::string_view owner,
                          std::chrono::milliseconds length) {
    const auto now = tx.now();
    insert(tx, lease{.connection_id = std::string(connection)}, "ON CONFLICT DO NOTHING");
    const auto won = execute(tx,
                             "UPDATE leases SET owner = :owner, fence = fence + 1, expires_at = :until WHERE "
                             "connection_id = :id AND (expires_at <= :now OR owner = :same)",
                             owner, now + length, connection, now, owner);
    return won == 1 ? find(tx, connection) : std::nullopt;
}

bool renew(transaction& tx, const lease& held, std::chrono::milliseconds length) {
    return execute(tx,
                   "UPDATE leases SET expires_at = :until WHERE connection_id = :id AND owner = :owner AND fence = "
                   ":fence",
                   tx.now() + length, held.connection_id, held.owner, held.fence) == 1;
}

bool give_back(transaction& tx, const lease& held) {
    // The fence grows, so that nothing that is still under way is counted as the holder's.
    return execute(
               tx,
               "UPDATE leases SET owner = '', fence = fence + 1, expires_at = 0 WHERE connection_id = :id AND owner "
               "= :owner AND fence = :fence",
               held.connection_id, held.owner, held.fence) == 1;
}

std::optional<lease> find(transaction& tx, std::string_view connection) {
    return select_one<lease>(tx, "WHERE connection_id = :id", connection);
}

}  // namespace leases
}  // namespace gangway::store
