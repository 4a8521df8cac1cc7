#pragma once
/// SOCI's part for PostgreSQL, loaded when a gateway opens such a database: it brings libpq, LDAP and Kerberos, which
/// nobody needs whose database is a file.

#include <soci/postgresql/soci-postgresql.h>
#include <string>

namespace gangway::store {

/// What SOCI opens a session with. Throws `stored_failure` if this machine does not have it.
[[nodiscard]] const soci::backend_factory& postgresql_backend();

/// The five letters by which PostgreSQL says what is wrong (its manual, appendix A). Such a failure comes only from a
/// backend that is loaded.
[[nodiscard]] std::string sqlstate_of(const soci::postgresql_soci_error& failure);

}  // namespace gangway::store
