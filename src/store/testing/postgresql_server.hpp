#pragma once
/// A real PostgreSQL server that the tests start for themselves.

#include <string>
#include <sys/types.h>

namespace gangway::store {

/// Listens on a socket in a temporary folder only, under an account without rights where the tests run as root. Ends,
/// by its process id, with the test program.
class postgresql_server {
  public:
    /// Starts it the first time. Aborts the test program if that fails: nothing is skipped.
    static postgresql_server& running();

    /// What libpq takes; tables are made in, and looked for in, `schema`.
    [[nodiscard]] std::string connection(const std::string& schema) const;
    /// Runs SQL on a connection of its own.
    void run(const std::string& sql) const;
    /// Ends all connections to the database but the one that asks.
    void cut_connections() const;

    postgresql_server(const postgresql_server&) = delete;
    postgresql_server& operator=(const postgresql_server&) = delete;
    ~postgresql_server();

  private:
    postgresql_server();

    std::string folder_;
    pid_t server_ = -1;
};

}  // namespace gangway::store
