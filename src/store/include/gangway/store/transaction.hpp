#pragma once
/// What repositories run in.

#include <gangway/base/error.hpp>
#include <gangway/store/values.hpp>

#include <optional>

namespace soci {
class session;
}

namespace gangway::store {

/// A transaction under way. Repositories are functions over it, so that several changes (a connection and its audit
/// entry, say) become one. Made by `database` and ended by it.
///
/// Functions that take one throw when the database fails, as for any lost resource; `database` turns that into an
/// error. What they return otherwise is the answer to the question asked: found or not, won or not.
class transaction {
  public:
    transaction(soci::session& session, const base::clock* clock) noexcept : session_(session), clock_(clock) {}

    [[nodiscard]] soci::session& session() noexcept { return session_; }
    /// What ends a SELECT whose rows must stay as they are until the end: "" with SQLite, which has one writer at a
    /// time.
    [[nodiscard]] std::string_view keeping_rows() const noexcept { return clock_ == nullptr ? " FOR SHARE" : ""; }
    /// The time that all nodes share, by the clock of the PostgreSQL server, or this machine's with SQLite: when this
    /// was first asked for in the transaction.
    [[nodiscard]] timestamp now();

  private:
    soci::session& session_;
    const base::clock* clock_;        ///< null: ask the database
    std::optional<timestamp> now_{};  ///< what was the answer?
};

}  // namespace gangway::store
