#pragma once
/// The database and the vault of a gateway.

#include "periodic_check.hpp"

#include <gangway/app/settings.hpp>
#include <gangway/base/clock.hpp>
#include <gangway/base/error.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/vault/master_key_file.hpp>
#include <gangway/vault/vault.hpp>

#include <memory>

namespace gangway::app {

/// Where they are. Opens nothing.
[[nodiscard]] store::location database_location(const settings& decided);
[[nodiscard]] vault::master_key_file master_key_of(const settings& decided);

/// What is remembered, and what opens its secrets.
struct keeping {
    std::unique_ptr<vault::vault> secrets;
    std::unique_ptr<store::async_database> database;
};

/// Whether the database takes changes, and whether the vault has the master keys that it names.
class kept_check final : public periodic_check {
  public:
    /// All of it outlives this.
    kept_check(store::async_database& database, const vault::vault& secrets, const base::clock& clock)
        : periodic_check(clock), database_(database), secrets_(secrets) {}

  protected:
    /// "database" or "vault", or nothing.
    [[nodiscard]] net::awaitable<std::vector<std::string>> look() override;

  private:
    store::async_database& database_;
    const vault::vault& secrets_;
};

/// Opens both; makes and migrates the database, and makes a master key for one that never had any. Blocks. Errors: of
/// `store::database::open` and `vault::unlock`, with advice; nothing is changed then. `clock` outlives the database.
[[nodiscard]] base::result<keeping> open_keeping(const settings& decided, const base::clock& clock);

}  // namespace gangway::app
