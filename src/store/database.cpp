#include "database_session.hpp"
#include "migrate.hpp"
#include "schema.hpp"

#include <gangway/store/database.hpp>

namespace gangway::store {
namespace {

/// PostgreSQL asks to repeat a transaction that collided with another.
constexpr int most_attempts = 3;

/// Ends a transaction that nobody committed, whatever is thrown.
class open_transaction {
  public:
    open_transaction(database_session& session, access how) : session_(session) { session_.begin(how); }
    open_transaction(const open_transaction&) = delete;
    open_transaction& operator=(const open_transaction&) = delete;
    ~open_transaction() {
        if (!ended_) session_.roll_back();
    }
    void commit() {
        session_.commit();
        ended_ = true;
    }

  private:
    database_session& session_;
    bool ended_ = false;
};

/// A connection that breaks before COMMIT was answered leaves open whether the server has committed.
base::error error_of_commit(database_session& session, access how) {
    auto why = session.current_error();
    if (how == access::write && !session.is_sqlite() && why.code == errc::unavailable) {
        why.code = errc::outcome_unknown;
        why.message = "the connection was lost while the change was committed; " + why.message;
    }
    return why;
}

base::result<void> attempt(database_session& session, access how, const job& work) {
    bool committing = false;
    try {
        session.connect();
        open_transaction open(session, how);
        auto tx = session.current();
        const auto done = work(tx);
        if (!done) return done;
        committing = true;
        open.commit();
        return {};
    } catch (const std::runtime_error&) {
        return std::unexpected(committing ? error_of_commit(session, how) : session.current_error());
    }
}

template <class Prepare>
base::result<std::unique_ptr<database>> connect(location where, const base::clock& clock, Prepare prepare) {
    auto session = std::make_unique<database_session>(std::move(where), clock);
    try {
        session->connect();
        prepare(*session);
    } catch (const std::runtime_error&) {
        return std::unexpected(session->current_error());
    }
    return std::make_unique<database>(std::move(session));
}

}  // namespace

location parse_location(std::string text) {
    const bool remote = text.starts_with("postgresql://") || text.starts_with("postgres://");
    return {.backend = remote ? backend::postgresql : backend::sqlite, .where = std::move(text)};
}

base::result<std::unique_ptr<database>> database::open(location where, const base::clock& clock) {
    return connect(std::move(where), clock, [](database_session& session) {
        session.check_whole();
        migrate(session, migrations());
    });
}

base::result<std::unique_ptr<database>> database::join(location where, const base::clock& clock) {
    return connect(std::move(where), clock, [](database_session&) {});
}

database::database(std::unique_ptr<database_session> session) noexcept : session_(std::move(session)) {
}

database::~database() = default;

base::result<void> database::perform(access how, const job& work) {
    for (int tries = 1;; ++tries) {
        auto done = attempt(*session_, how, work);
        const bool collided = !done && done.error().code == errc::conflict && !session_->is_sqlite();
        if (!collided || tries == most_attempts) return done;
    }
}

void database::write_group(std::span<change* const> changes) {
    const auto all = try_group(changes);
    if (all) return;
    // With a database that is away or held by others, each change by itself would only wait as long again.
    const bool hopeless = all.error().code == errc::busy || all.error().code == errc::unavailable ||
                          all.error().code == errc::outcome_unknown;
    for (auto* const each : changes)
        each->outcome = hopeless ? all : perform(access::write, each->work);
}

base::result<void> database::try_group(std::span<change* const> changes) {
    return attempt(*session_, access::write, [&](transaction& tx) -> base::result<void> {
        for (auto* const each : changes) {
            session_->set_savepoint();
            each->outcome = each->work(tx);
            if (!each->outcome) session_->roll_back_to_savepoint();
            session_->release_savepoint();
        }
        return {};
    });
}

}  // namespace gangway::store
