#include "file_rows.hpp"

#include <gangway/store/file_entries.hpp>

namespace gangway::store {

template <>
struct table<file_entry> {
    static constexpr std::string_view name = "file_entries";
    static void columns(auto& row, auto&& visit) {
        visit("file_id", row.file_id);
        visit("position", row.position);
        visit("name", octets_of{row.name});
        visit("size", row.size);
        visit("sha256", row.sha256);
        visit("destination_key", row.destination_key);
        visit("evidence", row.evidence);
        visit("published_at", row.published_at);
    }
};

namespace file_entries {

void stage(transaction& tx, std::string_view file, std::span<const file_entry> staged) {
    forget(tx, file);
    if (staged.empty()) return;
    inserter<file_entry> add{tx, "ON CONFLICT DO NOTHING"};
    for (const auto& each : staged)
        add(each);
}

bool publish(transaction& tx, const lease& holder, std::string_view file, std::span<const std::int64_t> positions) {
    if (!holds(tx, holder)) return false;
    const auto row = files::find(tx, file);
    if (!row || row->state != file_state::fetched || row->fence != holder.fence) return false;
    command<timestamp, std::string, std::int64_t> change(
        tx,
        "UPDATE file_entries SET published_at = :now WHERE file_id = :file AND position = :position AND published_at "
        "IS NULL");
    const auto now = tx.now();
    for (const auto position : positions)
        change(now, std::string{file}, position);
    return true;
}

void forget(transaction& tx, std::string_view file) {
    execute(tx, "DELETE FROM file_entries WHERE file_id = :file AND published_at IS NULL", file);
}

std::vector<file_entry> list(transaction& tx, std::string_view file, std::int64_t after, std::size_t limit) {
    return select<file_entry>(tx, "WHERE file_id = :file AND position > :after ORDER BY position LIMIT :limit", file,
                              after, limit);
}

std::vector<file_entry> of_file(transaction& tx, std::string_view file) {
    return select<file_entry>(tx, "WHERE file_id = :file ORDER BY position", file);
}

std::vector<std::string> evidence_under_way(transaction& tx, std::string_view connection) {
    std::vector<std::string> all;
    each<file_entry>(
        tx, [&all](file_entry entry) { all.push_back(std::move(entry.evidence)); },
        "WHERE published_at IS NULL AND file_id IN (SELECT id FROM files WHERE connection_id = :id AND state = :state)",
        connection, file_state::fetched);
    return all;
}

}  // namespace file_entries
}  // namespace gangway::store
