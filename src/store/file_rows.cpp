#include "file_rows.hpp"

#include "history_scope.hpp"

#include <gangway/base/byte_writer.hpp>
#include <gangway/crypto/digest.hpp>

#include <set>

namespace gangway::store {

template <>
struct table<known_file> {
    static constexpr std::string_view name = "files";
    static void columns(auto& row, auto&& visit) {
        visit("id", row.id);
        visit("path", octets_of{row.path});
        visit("size", row.size);
        visit("mtime", row.mtime);
        visit("repull", row.repull);
        visit("state", row.state);
        visit("version", row.version);
        visit("destination_key", row.destination_key);
        visit("attempts", row.attempts);
        visit("next_try", row.next_try);
        visit("discovered_at", row.discovered_at);
    }
};

/// Where a file is listed.
struct file_place {
    std::string folder_id{};
};

template <>
struct table<file_place> {
    static constexpr std::string_view name = "files";
    static void columns(auto& row, auto&& visit) { visit("folder_id", row.folder_id); }
};

/// A version that was recorded.
struct recorded_file {
    std::string path{};
    timestamp recorded_at{};
};

template <>
struct table<recorded_file> {
    static constexpr std::string_view name = "files";
    static void columns(auto& row, auto&& visit) {
        visit("path", octets_of{row.path});
        visit("recorded_at", row.recorded_at);
    }
};

std::string file_id(const file_identity& what) {
    std::string fields;
    base::byte_writer out{fields};
    out.string(what.folder_id);
    out.string(what.path);
    out.u64(static_cast<std::uint64_t>(what.size));
    out.u64(static_cast<std::uint64_t>(what.mtime));
    out.u64(static_cast<std::uint64_t>(what.repull));
    return to_hex(crypto::sha256(fields));
}

std::string path_key(std::string_view path) {
    return to_hex(crypto::sha256(path).substr(0, 16));
}

bool holds(transaction& tx, const lease& holder) {
    const auto fence =
        value_of<long long>(tx, "SELECT fence FROM leases WHERE connection_id = :id" + std::string(tx.keeping_rows()),
                            holder.connection_id);
    return fence == holder.fence;
}

version_lookup::version_lookup(transaction& tx)
    : rows_(tx,
            "SELECT COALESCE(version, (SELECT COALESCE(MAX(other.version), 0) + 1 FROM files other WHERE "
            "other.folder_id = files.folder_id AND other.path_key = files.path_key)) FROM files WHERE id = :id",
            std::string{}) {
    rows_.column<std::int64_t>();
}

std::optional<std::int64_t> version_lookup::find(const std::string& id) {
    rows_.start(id);
    std::optional<std::int64_t> version;
    if (rows_.next()) get(rows_.value(), version);
    return version;
}

namespace files {

std::optional<file> find(transaction& tx, std::string_view id) {
    return select_one<file>(tx, "WHERE id = :id", id);
}

bool is_known(transaction& tx, std::string_view beginning) {
    // Digits and the letters a to f follow each other in every collation, and "g" comes behind them.
    return value_of<std::string>(tx, "SELECT id FROM files WHERE id >= :first AND id < :last LIMIT 1", beginning,
                                 std::string{beginning} + "g")
        .has_value();
}

void each_known(transaction& tx, std::string_view folder, const std::function<void(known_file)>& take) {
    each<known_file>(tx, take, "WHERE folder_id = :folder", folder);
}

void each_recorded(transaction& tx, std::string_view folder, timestamp since,
                   const std::function<void(std::string_view path, timestamp at)>& take) {
    each<recorded_file>(
        tx, [&take](const recorded_file& row) { take(row.path, row.recorded_at); },
        "WHERE folder_id = :folder AND recorded_at > :since AND repull = 0", folder, since);
}

std::vector<file> under_way(transaction& tx, std::string_view connection) {
    return select<file>(
        tx, "WHERE connection_id = :id AND state IN (:claimed, :fetched, :published) ORDER BY claimed_at, id",
        connection, file_state::claimed, file_state::fetched, file_state::published);
}

std::vector<std::string> folders_under_way(transaction& tx, std::string_view connection) {
    std::set<std::string> all;
    each<file_place>(
        tx, [&all](file_place row) { all.insert(std::move(row.folder_id)); },
        "WHERE connection_id = :id AND state IN (:claimed, :fetched, :published) AND (next_try IS NULL OR next_try <= "
        ":now)",
        connection, file_state::claimed, file_state::fetched, file_state::published, tx.now());
    return {all.begin(), all.end()};
}

std::vector<file> given_up(transaction& tx, std::string_view folder) {
    return select<file>(tx, "WHERE folder_id = :folder AND state = :state AND error = :error", folder,
                        file_state::abandoned, given_up_because);
}

std::vector<file> post_actions_due(transaction& tx, std::string_view connection, std::size_t limit) {
    return select<file>(tx,
                        "WHERE connection_id = :id AND state = :state AND (post_action = :pending OR (post_action = "
                        ":failed AND next_try <= :now)) ORDER BY recorded_at, id LIMIT :limit",
                        connection, file_state::recorded, post_state::pending, post_state::failed, tx.now(), limit);
}

std::vector<file> list(transaction& tx, std::string_view folder, std::string_view before, std::size_t limit) {
    if (before.empty())
        return select<file>(tx, "WHERE folder_id = :folder ORDER BY discovered_at DESC, id DESC LIMIT :limit", folder,
                            limit);
    const auto last = find(tx, before);
    if (!last) return {};
    return select<file>(tx,
                        "WHERE folder_id = :folder AND (discovered_at < :at OR (discovered_at = :same AND id < "
                        ":before)) ORDER BY discovered_at DESC, id DESC LIMIT :limit",
                        folder, last->discovered_at, last->discovered_at, before, limit);
}

found_files search(transaction& tx, const history_of& which, std::string_view before, std::size_t limit,
                   std::size_t scan, const std::function<bool(const file&)>& accept) {
    auto first = before_all;
    if (!before.empty()) {
        const auto last = find(tx, before);
        if (!last) return {};
        first = last->discovered_at;
    }
    found_files found;
    std::size_t seen = 0;
    std::string last;
    bool full = false;
    each<file>(
        tx,
        [&](file row) {
            if (full) return;
            ++seen;
            last = row.id;
            const bool wanted = which.connection.empty() || row.connection_id == which.connection;
            if (wanted && accept(row)) found.rows.push_back(std::move(row));
            full = found.rows.size() == limit;
        },
        std::string{scope_clause(which)} +
            " AND discovered_at <= :at AND (discovered_at < :same OR id < :before) ORDER BY discovered_at DESC, id "
            "DESC LIMIT :scan",
        scope_value(which), first, first, before, scan);
    if (full || seen == scan) found.next = std::move(last);
    return found;
}

std::vector<file> of_run(transaction& tx, std::string_view run, std::string_view after, std::size_t limit) {
    return select<file>(tx, "WHERE run_id = :run AND id > :after ORDER BY id LIMIT :limit", run, after, limit);
}

std::vector<file> of_run(transaction& tx, std::string_view run) {
    return select<file>(tx, "WHERE run_id = :run ORDER BY claimed_at, id", run);
}

}  // namespace files
}  // namespace gangway::store
