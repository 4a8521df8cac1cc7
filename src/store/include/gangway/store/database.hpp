#pragma once
/// One connection to the database, blocking.

#include <gangway/base/clock.hpp>
#include <gangway/base/error.hpp>
#include <gangway/store/transaction.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace gangway::store {

class database_session;

enum class backend : std::uint8_t { sqlite, postgresql };

/// Where the database is, and how long to wait for it.
struct location {
    store::backend backend = backend::sqlite;
    /// SQLite: the path of the file, made with mode 0600 where there is none, or ":memory:". PostgreSQL: what libpq
    /// takes, "host=… dbname=…" or "postgresql://…".
    std::string where;
    std::chrono::milliseconds busy_wait{5000};  ///< the longest wait for a lock that others hold
    std::int64_t most_pages = 0;                ///< SQLite: refuse to grow beyond; 0 for no limit
};

/// Reads "postgresql://…" or "postgres://…" as PostgreSQL and anything else as the path of a file.
[[nodiscard]] location parse_location(std::string text);

namespace detail {
template <class T>
struct as_result {
    using type = base::result<T>;
};
template <class T>
struct as_result<base::result<T>> {
    using type = base::result<T>;
};
}  // namespace detail

/// What running `Work` in a transaction yields: a `result` of what it returns, or just that if it is one already.
template <class Work>
using result_of = typename detail::as_result<std::invoke_result_t<Work&, transaction&>>::type;

/// Runs `work` and puts what it returned into `kept`; its error, if any, is the answer.
template <class Work>
[[nodiscard]] base::result<void> keep(std::optional<result_of<Work>>& kept, Work& work, transaction& tx) {
    if constexpr (std::is_void_v<std::invoke_result_t<Work&, transaction&>>) {
        work(tx);
        kept.emplace();
    } else {
        kept.emplace(work(tx));
    }
    if (!kept->has_value()) return std::unexpected(kept->error());
    return {};
}

enum class access : bool { read, write };
using job = std::function<base::result<void>(transaction&)>;

/// One of several changes that share a transaction.
struct change {
    job work;
    base::result<void> outcome{};  ///< set by `database::write_group`
};

/// A database that is open, whole, and of this program's schema. Used by one thread at a time.
///
/// All that is read and written goes through `read` and `write`: they run `work(transaction&)` in a transaction and
/// return what it returned. `work` may run several times, where PostgreSQL wants that or a group of changes is split;
/// so it changes nothing outside the transaction but its own result. If it returns a `base::result` with an error, or
/// if the database fails, nothing is changed. A connection that was lost is opened again by the next call.
class database {
  public:
    /// Opens, checks and migrates. Errors: `unavailable`, `busy`, `damaged`, `newer_schema`, `foreign_schema`,
    /// `read_only`, `full`, with advice. Never makes a new database in place of one that it cannot read.
    /// `clock` outlives the database.
    [[nodiscard]] static base::result<std::unique_ptr<database>> open(location where, const base::clock& clock);

    /// One more connection to a database that this process has opened before: it is not checked and migrated again.
    /// Errors: `unavailable`, `busy`, `read_only`.
    [[nodiscard]] static base::result<std::unique_ptr<database>> join(location where, const base::clock& clock);

    explicit database(std::unique_ptr<database_session> session) noexcept;
    database(const database&) = delete;
    database& operator=(const database&) = delete;
    ~database();

    template <class Work>
    [[nodiscard]] result_of<Work> read(Work work) {
        return run(access::read, std::move(work));
    }
    template <class Work>
    [[nodiscard]] result_of<Work> write(Work work) {
        return run(access::write, std::move(work));
    }

    /// What `read` and `write` are made of: runs `work`, and commits if it returns success.
    [[nodiscard]] base::result<void> perform(access how, const job& work);

    /// Runs all of `changes` in one transaction, or in more if one of them breaks it. A change that fails is undone
    /// alone. No outcome is success before its transaction is durable.
    void write_group(std::span<change* const> changes);

  private:
    template <class Work>
    [[nodiscard]] result_of<Work> run(access how, Work work) {
        std::optional<result_of<Work>> kept;
        const auto done = perform(how, [&](transaction& tx) { return keep(kept, work, tx); });
        if (!done) return std::unexpected(done.error());
        return std::move(*kept);
    }
    [[nodiscard]] base::result<void> try_group(std::span<change* const> changes);

    std::unique_ptr<database_session> session_;
};

}  // namespace gangway::store
