#pragma once
/// Opening the vault of a database, and changing its master key.

#include <gangway/store/database.hpp>
#include <gangway/vault/master_key_file.hpp>
#include <gangway/vault/vault.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace gangway::vault {

/// The vault of this database. Blocking; for the start of a process.
///
/// A key is made only for a database that has never had one, and only in a file of Gangway's own. In any other case a
/// missing or wrong key is an error with advice: `master_key_missing`, `wrong_master_key`, `bad_key_file`. Nothing is
/// changed then.
[[nodiscard]] base::result<std::unique_ptr<vault>> unlock(store::database& db, const master_key_file& file);

/// Makes sure that every master key which the database knows is in the vault, and notes new ones. In a transaction that
/// writes.
[[nodiscard]] base::result<void> recognise(store::transaction& tx, const vault& with);

/// Seals up to `limit` secrets with the newest master key; how many are done, 0 at the end. Repeating it is harmless.
[[nodiscard]] base::result<std::size_t> rotate_some(store::transaction& tx, const vault& with, std::size_t limit);

/// Forgets the older master keys, once nothing is sealed with them. Whether none is left.
[[nodiscard]] base::result<bool> retire_older(store::transaction& tx, const vault& with);

struct rotation {
    std::uint32_t to = 0;     ///< the version of the master key that is in use now
    std::size_t secrets = 0;  ///< sealed anew
    bool resumed = false;     ///< an earlier rotation that had not come to its end was finished; no new key was made
};

/// Changes the master key: a new one is added to the file (its provider does that for a file that is not Gangway's),
/// all secrets are sealed with it, the older ones are removed. At every moment each secret opens with exactly one of
/// the keys in the file; after a crash the next call goes on. `reached` hears of each step once it is durable.
/// Blocking. Errors: `busy`, those of `unlock`, and of the database.
[[nodiscard]] base::result<rotation> rotate(store::database& db, vault& with, const master_key_file& file,
                                            const std::function<void(std::string_view step)>& reached = {});

}  // namespace gangway::vault
