#include "keeping.hpp"

#include <gangway/store/secrets.hpp>
#include <gangway/vault/unlock.hpp>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace gangway::app {

store::location database_location(const settings& decided) {
    if (decided.database.empty()) return {.where = (decided.data_dir / "gangway.db").string()};
    return store::parse_location(decided.database);
}

vault::master_key_file master_key_of(const settings& decided) {
    const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
    return vault::master_key_file::find({.file = decided.master_key_file,
                                         .credentials_folder = credentials == nullptr ? "" : credentials,
                                         .data_folder = decided.data_dir.string()});
}

net::awaitable<std::vector<std::string>> kept_check::look() {
    // What writes nothing still needs all that a change needs, but does not wait for the disk.
    const auto known = co_await database_.write([](store::transaction& tx) { return store::secrets::master_keys(tx); });
    if (!known) co_return std::vector<std::string>{"database"};
    if (!std::ranges::all_of(*known, [this](const auto& row) { return secrets_.check(row).has_value(); }))
        co_return std::vector<std::string>{"vault"};
    co_return std::vector<std::string>{};
}

base::result<keeping> open_keeping(const settings& decided, const base::clock& clock) {
    const auto where = database_location(decided);
    auto first = store::database::open(where, clock);
    if (!first) return std::unexpected(std::move(first.error()));
    auto secrets = vault::unlock(**first, master_key_of(decided));
    if (!secrets) return std::unexpected(std::move(secrets.error()));
    auto database = store::async_database::start(std::move(*first), where, clock, {});
    if (!database) return std::unexpected(std::move(database.error()));
    return keeping{std::move(*secrets), std::move(*database)};
}

}  // namespace gangway::app
