#pragma once
/// The database and the vault of a gateway.

#include <gangway/app/settings.hpp>
#include <gangway/base/clock.hpp>
#include <gangway/base/error.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/vault/vault.hpp>

#include <memory>

namespace gangway::app {

/// What is remembered, and what opens its secrets.
struct keeping {
    std::unique_ptr<vault::vault> secrets;
    std::unique_ptr<store::async_database> database;
};

/// Opens both; makes and migrates the database, and makes a master key for one that never had any. Blocks. Errors: of
/// `store::database::open` and `vault::unlock`, with advice; nothing is changed then. `clock` outlives the database.
[[nodiscard]] base::result<keeping> open_keeping(const settings& decided, const base::clock& clock);

}  // namespace gangway::app
