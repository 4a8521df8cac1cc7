#include "keeping.hpp"

#include <gangway/vault/master_key_file.hpp>
#include <gangway/vault/unlock.hpp>

#include <cstdlib>
#include <utility>

namespace gangway::app {
namespace {

store::location where_it_is(const settings& decided) {
    if (decided.database.empty()) return {.where = (decided.data_dir / "gangway.db").string()};
    return store::parse_location(decided.database);
}

}  // namespace

base::result<keeping> open_keeping(const settings& decided, const base::clock& clock) {
    const auto where = where_it_is(decided);
    auto first = store::database::open(where, clock);
    if (!first) return std::unexpected(std::move(first.error()));
    const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
    const auto file = vault::master_key_file::find({.file = decided.master_key_file,
                                                    .credentials_folder = credentials == nullptr ? "" : credentials,
                                                    .data_folder = decided.data_dir.string()});
    auto secrets = vault::unlock(**first, file);
    if (!secrets) return std::unexpected(std::move(secrets.error()));
    auto database = store::async_database::start(std::move(*first), where, clock, {});
    if (!database) return std::unexpected(std::move(database.error()));
    return keeping{std::move(*secrets), std::move(*database)};
}

}  // namespace gangway::app
