#include "migrate.hpp"

#include "query.hpp"

#include <gangway/base/byte_writer.hpp>
#include <gangway/crypto/digest.hpp>

namespace gangway::store {
namespace {

/// "gangway" as a number, for PostgreSQL's advisory lock.
constexpr std::string_view lock_everyone_out = "SELECT pg_advisory_xact_lock(29099049411371385)";

constexpr std::string_view history_table =
    "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL, "
    "checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";

struct applied_step {
    int version = 0;
    std::string name, checksum;
    timestamp applied_at{};
};

}  // namespace

template <>
struct table<applied_step> {
    static constexpr std::string_view name = "schema_migrations";
    static void columns(auto& row, auto&& visit) {
        visit("version", row.version);
        visit("name", row.name);
        visit("checksum", row.checksum);
        visit("applied_at", row.applied_at);
    }
};

namespace {

bool has_tables(transaction& tx, bool sqlite) {
    const auto count = value_of<long long>(
        tx, sqlite ? "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                   : "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()");
    return count.value_or(0) > 0;
}

bool has_history(transaction& tx, bool sqlite) {
    const auto count = value_of<long long>(
        tx, sqlite ? "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'"
                   : "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND "
                     "tablename = 'schema_migrations'");
    return count.value_or(0) > 0;
}

/// The steps that are still to be applied, after those that are.
std::span<const migration> missing(const std::vector<applied_step>& applied, std::span<const migration> steps) {
    if (applied.size() > steps.size())
        throw stored_failure(errc::newer_schema,
                             "the database has schema " + std::to_string(applied.back().version) +
                                 " of a newer "
                                 "version, and this one knows " +
                                 std::to_string(steps.size()) +
                                 ": run the newer version, or restore a backup from before the upgrade");
    for (std::size_t i = 0; i < applied.size(); ++i)
        if (applied[i].version != steps[i].version || applied[i].checksum != checksum(steps[i]))
            throw stored_failure(errc::foreign_schema, "step " + std::to_string(applied[i].version) +
                                                           " of the database's schema differs from this version's: "
                                                           "it was made by another program or a test build");
    return steps.subspan(applied.size());
}

/// Whether there was a step to apply.
bool apply_next(database_session& session, std::span<const migration> steps,
                const std::function<void(std::string_view)>& before) {
    auto tx = session.current();
    if (!session.is_sqlite()) session.sql() << std::string(lock_everyone_out);
    if (!has_history(tx, session.is_sqlite()) && has_tables(tx, session.is_sqlite()))
        throw stored_failure(errc::foreign_schema, "the database holds tables of another program; name an empty one");
    const auto run = [&](std::string_view statement) {
        if (before) before(statement);
        session.sql() << std::string(statement);
    };
    run(history_table);
    const auto left = missing(select<applied_step>(tx, "ORDER BY version"), steps);
    if (left.empty()) return false;
    const auto& next = left.front();
    for (const auto statement : next.statements)
        run(statement);
    if (before) before("INSERT INTO schema_migrations");
    insert(tx, applied_step{next.version, std::string(next.name), checksum(next), tx.now()});
    return true;
}

}  // namespace

std::string checksum(const migration& step) {
    std::string statements;
    base::byte_writer out{statements};
    for (const auto statement : step.statements)
        out.string(statement);
    return to_hex(crypto::sha256(statements));
}

void migrate(database_session& session, std::span<const migration> steps,
             const std::function<void(std::string_view)>& before) {
    for (bool more = true; more;) {
        session.begin(access::write);
        try {
            more = apply_next(session, steps, before);
            if (before) before("COMMIT");
            session.commit();
        } catch (...) {
            session.roll_back();
            throw;
        }
    }
}

}  // namespace gangway::store
