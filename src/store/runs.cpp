#include "history_scope.hpp"
#include "query.hpp"

#include <gangway/store/connections.hpp>
#include <gangway/store/runs.hpp>

namespace gangway::store {

template <>
struct table<run> {
    static constexpr std::string_view name = "runs";
    static void columns(auto& row, auto&& visit) {
        visit("id", row.id);
        visit("connection_id", row.connection_id);
        visit("folder_id", row.folder_id);
        visit("cause", row.cause);
        visit("started_at", row.started_at);
        visit("ended_at", row.ended_at);
        visit("outcome", row.outcome);
        visit("listed", row.listed);
        visit("pulled", row.pulled);
        visit("failed", row.failed);
        visit("octets", row.octets);
        visit("error", row.error);
        visit("key_id", row.key_id);
        visit("host_key", row.host_key);
        visit("node", row.node);
        visit("fence", row.fence);
        visit("code", row.code);
        visit("phase", row.phase);
    }
};

namespace runs {

void start(transaction& tx, run row) {
    row.started_at = tx.now();
    insert(tx, row);
}

bool end(transaction& tx, const run& row) {
    return execute(tx,
                   "UPDATE runs SET ended_at = :now, outcome = :outcome, listed = :listed, pulled = :pulled, failed = "
                   ":failed, octets = :octets, error = :error, code = :code, phase = :phase, key_id = :key, host_key = "
                   ":host_key WHERE id = :id AND ended_at IS NULL",
                   tx.now(), row.outcome, row.listed, row.pulled, row.failed, row.octets, row.error, row.code,
                   row.phase, row.key_id, row.host_key, row.id) == 1;
}

std::optional<run> find(transaction& tx, std::string_view id) {
    return select_one<run>(tx, "WHERE id = :id", id);
}

std::vector<run> list(transaction& tx, std::string_view folder, std::string_view before, std::size_t limit) {
    if (before.empty())
        return select<run>(tx, "WHERE folder_id = :folder ORDER BY started_at DESC, id DESC LIMIT :limit", folder,
                           limit);
    const auto last = find(tx, before);
    if (!last) return {};
    return select<run>(tx,
                       "WHERE folder_id = :folder AND (started_at < :at OR (started_at = :same AND id < :before)) "
                       "ORDER BY started_at DESC, id DESC LIMIT :limit",
                       folder, last->started_at, last->started_at, before, limit);
}

std::vector<run> search(transaction& tx, const history_of& which, std::string_view before, std::size_t limit) {
    auto first = before_all;
    if (!before.empty()) {
        const auto last = find(tx, before);
        if (!last) return {};
        first = last->started_at;
    }
    auto rows = select<run>(tx,
                            std::string{scope_clause(which)} +
                                " AND started_at <= :at AND (started_at < :same OR id < :before) ORDER BY started_at "
                                "DESC, id DESC LIMIT :limit",
                            scope_value(which), first, first, before, limit);
    if (!which.connection.empty())
        std::erase_if(rows, [&](const run& row) { return row.connection_id != which.connection; });
    return rows;
}

std::vector<run> open(transaction& tx) {
    return select<run>(tx, "WHERE outcome = :running ORDER BY started_at, id", run_outcome::running);
}

std::map<std::string, timestamp> last_successes(transaction& tx) {
    std::map<std::string, timestamp> found;
    for (const auto& each : connections::list(tx))
        if (const auto last = value_of<timestamp>(tx,
                                                  "SELECT MAX(ended_at) FROM runs WHERE folder_id IN (SELECT id FROM "
                                                  "folders WHERE connection_id = :id) AND outcome IN (:done, :partly)",
                                                  each.id, run_outcome::succeeded, run_outcome::partial))
            found.emplace(each.id, *last);
    return found;
}

std::size_t interrupt_older(transaction& tx, std::string_view connection, std::int64_t fence) {
    return static_cast<std::size_t>(execute(
        tx,
        "UPDATE runs SET ended_at = :now, outcome = :outcome WHERE connection_id = :id AND outcome = :running AND "
        "fence < :fence",
        tx.now(), run_outcome::interrupted, connection, run_outcome::running, fence));
}

}  // namespace runs
}  // namespace gangway::store
