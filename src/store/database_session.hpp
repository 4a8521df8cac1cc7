#pragma once
/// The connection inside a `database`: what differs between SQLite and PostgreSQL.

#include <gangway/store/database.hpp>
#include <gangway/store/errors.hpp>

#include <exception>
#include <soci/soci.h>

namespace gangway::store {

/// Throws what the driver throws; `error_of` says what it means.
class database_session {
  public:
    database_session(location where, const base::clock& clock);

    /// Connects where there is no connection, and makes the settings that every connection needs.
    void connect();
    /// For SQLite: reads all of the file and throws `damaged` if it is not whole.
    void check_whole();

    void begin(access how);
    void commit();
    /// Never fails: a transaction that cannot be rolled back is gone with its connection.
    void roll_back() noexcept;

    void set_savepoint();
    void release_savepoint();
    void roll_back_to_savepoint();

    [[nodiscard]] transaction current() noexcept;
    [[nodiscard]] soci::session& sql() noexcept { return sql_; }
    [[nodiscard]] bool is_sqlite() const noexcept { return where_.backend == backend::sqlite; }

    /// What the exception that is being handled means. Forgets a connection that is lost.
    [[nodiscard]] base::error current_error();

  private:
    void connect_sqlite();
    void connect_postgresql();

    location where_;
    const base::clock& clock_;
    soci::session sql_{};
    bool connected_ = false;
};

/// What a result code of SQLite means; `words` are the database's own.
[[nodiscard]] base::error sqlite_error(int code, const std::string& words);
/// What an SQLSTATE of PostgreSQL means (its manual, appendix A).
[[nodiscard]] base::error postgresql_error(std::string_view state, const std::string& words);

}  // namespace gangway::store
