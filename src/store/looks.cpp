#include "file_rows.hpp"

#include <gangway/store/looks.hpp>

namespace gangway::store {

template <>
struct table<file_look> {
    static constexpr std::string_view name = "looks";
    static void columns(auto& row, auto&& visit) {
        visit("path", octets_of{row.path});
        visit("size", row.size);
        visit("mtime", row.mtime);
        visit("since", row.since);
        visit("first", row.first);
    }
};

namespace looks {

bool replace(transaction& tx, const lease& holder, std::string_view folder, std::span<const file_look> seen) {
    if (!holds(tx, holder)) return false;
    execute(tx, "DELETE FROM looks WHERE folder_id = :folder", folder);
    command<std::string, std::string, octets_of<const std::string>, std::int64_t, std::int64_t, timestamp, bool> add(
        tx,
        "INSERT INTO looks (folder_id, path_key, path, size, mtime, since, first) VALUES (:folder, :key, :path, :size, "
        ":mtime, :since, :first)");
    for (const auto& look : seen)
        add(std::string(folder), path_key(look.path), octets_of{look.path}, look.size, look.mtime, look.since,
            look.first);
    return true;
}

std::vector<file_look> list(transaction& tx, std::string_view folder) {
    return select<file_look>(tx, "WHERE folder_id = :folder", folder);
}

}  // namespace looks
}  // namespace gangway::store
