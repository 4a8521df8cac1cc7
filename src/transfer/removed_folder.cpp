/// What is left at the destination of a folder that was removed.

#include "recovery.hpp"
#include "zip_unpacking.hpp"

#include <gangway/net/blocking.hpp>

#include <unordered_set>
#include <utility>
#include <vector>

namespace gangway::transfer {
namespace {

/// What a removed folder had under way.
struct remains {
    std::unordered_set<std::string> rows{};    ///< `row_prefix`
    std::vector<sink::staged_file> uploads{};  ///< that nobody shall complete
};

void add_upload(remains& to, const std::string& key, const std::string& evidence) {
    if (sink::upload_in(evidence).empty()) return;
    if (auto parsed = model::destination_key::parse(key))
        to.uploads.push_back({.key = std::move(*parsed), .sha256 = {}, .evidence = evidence});
}

remains remains_of(store::transaction& tx, const std::string& folder) {
    remains found;
    for (const auto& row : store::files::given_up(tx, folder)) {
        found.rows.insert(row_prefix({.row = row.id}));
        add_upload(found, row.destination_key.value_or(""), row.evidence.value_or(""));
        for (const auto& entry : store::file_entries::of_file(tx, row.id))
            if (!entry.published_at) add_upload(found, entry.destination_key, entry.evidence);
    }
    return found;
}

/// On a thread of the pool.
base::result<void> remove_from(sink::sink& destination, const remains& what) {
    for (const auto& upload : what.uploads)
        if (auto gone = destination.discard(upload); !gone) return gone;
    // Temporary files are known by their names. Uploads without evidence may be anybody's.
    const auto swept =
        destination.sweep({.claim = [&](const sink::claim& owner) { return !what.rows.contains(row_prefix(owner)); },
                           .upload = [](std::string_view) { return true; }});
    if (!swept) return std::unexpected(swept.error());
    return {};
}

}  // namespace

net::async_result<void> tidy_destination(store::async_database& database, net::asio::thread_pool& blocking,
                                         open_sink destination, std::string folder) {
    const auto found = co_await database.read([&](store::transaction& tx) { return remains_of(tx, folder); });
    if (!found) co_return std::unexpected(found.error());
    if (found->rows.empty()) co_return base::result<void>{};
    co_return co_await net::run_blocking(blocking, [&] { return remove_from(*destination, *found); });
}

}  // namespace gangway::transfer
