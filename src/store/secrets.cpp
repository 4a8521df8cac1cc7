#include "query.hpp"

#include <gangway/store/secrets.hpp>

namespace gangway::store {

template <>
struct table<sealed_secret> {
    static constexpr std::string_view name = "secrets";
    static void columns(auto& row, auto&& visit) {
        visit("owner_kind", row.owner_kind);
        visit("owner_id", row.owner_id);
        visit("purpose", row.purpose);
        visit("key_version", row.key_version);
        visit("sealed", octets_of{row.sealed});
        visit("updated_at", row.updated_at);
    }
};

template <>
struct table<master_key> {
    static constexpr std::string_view name = "master_keys";
    static void columns(auto& row, auto&& visit) {
        visit("version", row.version);
        visit("check_value", octets_of{row.check_value});
        visit("created_at", row.created_at);
    }
};

namespace secrets {

void put(transaction& tx, sealed_secret row) {
    row.updated_at = tx.now();
    execute(tx, "DELETE FROM secrets WHERE owner_kind = :kind AND owner_id = :id AND purpose = :purpose",
            row.owner_kind, row.owner_id, row.purpose);
    insert(tx, row);
}

std::optional<sealed_secret> find(transaction& tx, std::string_view owner_kind, std::string_view owner_id,
                                  std::string_view purpose) {
    return select_one<sealed_secret>(tx, "WHERE owner_kind = :kind AND owner_id = :id AND purpose = :purpose",
                                     owner_kind, owner_id, purpose);
}

std::size_t remove(transaction& tx, std::string_view owner_kind, std::string_view owner_id) {
    return static_cast<std::size_t>(
        execute(tx, "DELETE FROM secrets WHERE owner_kind = :kind AND owner_id = :id", owner_kind, owner_id));
}

std::vector<sealed_secret> outdated(transaction& tx, std::uint32_t current, std::size_t limit) {
    return select<sealed_secret>(
        tx, "WHERE key_version <> :current ORDER BY owner_kind, owner_id, purpose LIMIT :limit", current, limit);
}

bool reseal(transaction& tx, const sealed_secret& before, const sealed_secret& after) {
    return execute(tx,
                   "UPDATE secrets SET key_version = :version, sealed = :sealed, updated_at = :now WHERE owner_kind = "
                   ":kind AND owner_id = :id AND purpose = :purpose AND sealed = :before",
                   after.key_version, octets_of{after.sealed}, tx.now(), before.owner_kind, before.owner_id,
                   before.purpose, octets_of{before.sealed}) == 1;
}

std::size_t count(transaction& tx, std::uint32_t key_version) {
    return static_cast<std::size_t>(
        value_of<long long>(tx, "SELECT COUNT(*) FROM secrets WHERE key_version = :version", key_version).value_or(0));
}

std::vector<master_key> master_keys(transaction& tx) {
    return select<master_key>(tx, "ORDER BY version");
}

bool add_master_key(transaction& tx, master_key row) {
    row.created_at = tx.now();
    return insert(tx, row, "ON CONFLICT DO NOTHING");
}

bool remove_master_key(transaction& tx, std::uint32_t version) {
    return execute(tx,
                   "DELETE FROM master_keys WHERE version = :version AND NOT EXISTS (SELECT 1 FROM secrets WHERE "
                   "key_version = :used)",
                   version, version) == 1;
}

}  // namespace secrets
}  // namespace gangway::store
