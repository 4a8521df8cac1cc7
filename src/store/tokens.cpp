#include "query.hpp"

#include <gangway/store/tokens.hpp>

namespace gangway::store {

template <>
struct table<token> {
    static constexpr std::string_view name = "tokens";
    static void columns(auto& row, auto&& visit) {
        visit("id", row.id);
        visit("name", row.name);
        visit("role", row.role);
        visit("hash", row.hash);
        visit("created_at", row.created_at);
        visit("last_used_at", row.last_used_at);
        visit("revoked_at", row.revoked_at);
    }
};

namespace tokens {

bool add(transaction& tx, token row) {
    row.created_at = tx.now();
    return insert(tx, row, "ON CONFLICT (name) DO NOTHING");
}

std::optional<token> find_by_hash(transaction& tx, std::string_view hash) {
    return select_one<token>(tx, "WHERE hash = :hash AND revoked_at IS NULL", hash);
}

std::vector<token> list(transaction& tx) {
    return select<token>(tx, "ORDER BY name");
}

void used(transaction& tx, std::string_view id) {
    const auto now = tx.now();
    execute(tx,
            "UPDATE tokens SET last_used_at = :now WHERE id = :id AND (last_used_at IS NULL OR last_used_at <= "
            ":minute_ago)",
            now, id, now - std::chrono::minutes{1});
}

bool revoke(transaction& tx, std::string_view id) {
    return execute(tx, "UPDATE tokens SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL", tx.now(), id) == 1;
}

}  // namespace tokens
}  // namespace gangway::store
