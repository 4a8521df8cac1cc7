#pragma once
/// Bringing a database to this program's schema.

#include "database_session.hpp"

#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace gangway::store {

/// One step of the schema's history. Once released it is never changed: databases remember its checksum.
struct migration {
    int version;  ///< 1, 2, 3, …
    std::string_view name;
    std::vector<std::string_view> statements;  ///< SQL that both databases understand
};

/// Applies what is missing of `steps`, each in one transaction together with the row in schema_migrations that says so;
/// whatever ends the program in between, the next start goes on from there. Others who start at the same time wait.
/// `before` hears of each statement before it runs. Throws what the driver throws, and `stored_failure` with
/// `newer_schema` or `foreign_schema`.
void migrate(database_session& session, std::span<const migration> steps,
             const std::function<void(std::string_view statement)>& before = {});

/// What databases remember of a step: SHA-256 of its statements, as hexadecimal digits.
[[nodiscard]] std::string checksum(const migration& step);

}  // namespace gangway::store
