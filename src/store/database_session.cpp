#include "database_session.hpp"

#include "postgresql_backend.hpp"
#include "stored_failure.hpp"

#include <gangway/base/escape.hpp>

#include <cerrno>
#include <fcntl.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace gangway::store {
namespace {

/// Makes sure that there is a file which only its owner can read; SQLite gives its side files the same mode. A file
/// that is there is not opened: closing it would end all locks that this process has on it by SQLite (fcntl(2)), and
/// another process would then take the log of changes away from under it.
void prepare_file(const std::string& path) {
    struct ::stat status{};
    int why = ::stat(path.c_str(), &status) == 0 ? 0 : errno;
    if (why == ENOENT) {
        const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
        why = made >= 0 || errno == EEXIST ? 0 : errno;
        if (made >= 0) ::close(made);
        if (why == 0 && ::stat(path.c_str(), &status) != 0) why = errno;
    }
    if (why == 0 && !S_ISREG(status.st_mode)) why = EINVAL;
    if (why == 0 && ::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0) why = errno;
    if (why == 0 && (status.st_mode & 077U) != 0 && ::chmod(path.c_str(), status.st_mode & 0700U) != 0) why = errno;
    if (why == 0) return;
    const auto words = std::generic_category().message(why);
    if (why == EROFS || why == EACCES || why == EPERM)
        throw stored_failure(errc::read_only, "the database file may not be written (" + words +
                                                  "): give it to the account that the gateway runs under");
    throw stored_failure(errc::unavailable, "the database file cannot be opened (" + words + ")");
}

/// SQLite makes the log of changes before its index, and removes it after that. So an index without a log is what stays
/// where somebody has taken the log away after a crash, and with it what was committed last.
void refuse_without_log(const std::string& path) {
    const auto is_there = [&path](const char* suffix) { return ::access((path + suffix).c_str(), F_OK) == 0; };
    // Asked for again: another process may be making both.
    if (is_there("-wal") || !is_there("-shm") || is_there("-wal")) return;
    throw stored_failure(
        errc::damaged,
        "the database's log of changes (its name ends in -wal) is missing, and was left behind by a "
        "crash: put it back; or, if it cannot be had, remove the file whose name ends in -shm to go on "
        "without the changes in it");
}

/// The first line: further lines of PostgreSQL quote values.
std::string first_line(const std::string& words) {
    return base::escape(words.substr(0, words.find('\n')));
}

}  // namespace

base::error sqlite_error(int code, const std::string& words) {
    const auto make = [](errc what, std::string message) {
        return base::error{what, base::phase::storage, std::move(message)};
    };
    switch (code & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return make(errc::busy, "another process holds the database; nothing was changed, try again");
        case SQLITE_FULL:
            return make(errc::full, "there is no room for the database; nothing was changed");
        case SQLITE_READONLY:
            return make(errc::read_only, "the database may not be written: look at the file's owner, mode and disk");
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return make(errc::damaged,
                        "the database file is damaged, and was left as it is: restore it from a backup, or save what "
                        "is left with sqlite3's command .recover");
        case SQLITE_CANTOPEN:
            return make(errc::unavailable, "the database file cannot be opened");
        case SQLITE_CONSTRAINT:
            return make(errc::conflict, "the change contradicts what is stored: " + first_line(words));
        case SQLITE_IOERR:
            return make(errc::unavailable, "the disk under the database fails: " + first_line(words));
        default:
            return make(errc::failure, "the database failed: " + first_line(words));
    }
}

base::error postgresql_error(std::string_view state, const std::string& words) {
    const auto make = [&words](errc what, std::string message) {
        return base::error{what, base::phase::storage, message + ": " + first_line(words)};
    };
    const auto group = state.substr(0, 2);
    if (state == "40001" || state == "40P01" || group == "23")
        return make(errc::conflict, "another change came first, or contradicts this one");
    if (state == "55P03" || state == "57014") return make(errc::busy, "others hold the database, try again");
    if (state == "25006") return make(errc::read_only, "the database may not be written");
    if (state == "53100" || state == "53200") return make(errc::full, "there is no room for the database");
    if (group == "08" || group == "57" || group == "53") return make(errc::unavailable, "no database to talk to");
    if (group == "XX") return make(errc::damaged, "the database is damaged");
    return make(errc::failure, "the database failed");
}

database_session::database_session(location where, const base::clock& clock) : where_(std::move(where)), clock_(clock) {
}

void database_session::connect() {
    if (connected_) return;
    sql_.close();
    if (is_sqlite())
        connect_sqlite();
    else
        connect_postgresql();
    connected_ = true;
}

void database_session::connect_sqlite() {
    const bool in_memory = where_.where == ":memory:";
    if (!in_memory) {
        if (where_.where.find_first_of("\"\n") != std::string::npos || where_.where.empty())
            throw stored_failure(errc::unavailable, "the path of the database may not have quotes or line ends in it");
        prepare_file(where_.where);
        refuse_without_log(where_.where);
    }
    sql_.open(soci::sqlite3, "dbname=\"" + where_.where + "\"");
    sql_ << "PRAGMA busy_timeout = " + std::to_string(where_.busy_wait.count());
    sql_ << "PRAGMA foreign_keys = ON";
    sql_ << "PRAGMA trusted_schema = OFF";
    sql_ << "PRAGMA temp_store = MEMORY";
    // In KiB: the ledger's index of random ids does not fit into the 2 MiB that SQLite takes by itself.
    sql_ << "PRAGMA cache_size = -16384";
    // Deleted rows held sealed keys: nothing of them stays in free pages.
    sql_ << "PRAGMA secure_delete = ON";
    if (in_memory) return;
    std::string mode;
    sql_ << "PRAGMA journal_mode = WAL", soci::into(mode);
    if (mode != "wal")
        throw stored_failure(errc::unavailable,
                             "the database's folder does not allow write-ahead logging: it must lie "
                             "on a local disk");
    sql_ << "PRAGMA synchronous = FULL";
    sql_ << "PRAGMA journal_size_limit = 67108864";  // of the log, once a checkpoint has emptied it
    if (where_.most_pages > 0) sql_ << "PRAGMA max_page_count = " + std::to_string(where_.most_pages);
}

void database_session::connect_postgresql() {
    sql_.open(postgresql_backend(), where_.where);
    sql_ << "SET client_min_messages = error";
    sql_ << "SET client_encoding = 'UTF8'";
    sql_ << "SET lock_timeout = " + std::to_string(where_.busy_wait.count());
}

void database_session::check_whole() {
    if (!is_sqlite()) return;
    std::string verdict;
    sql_ << "PRAGMA quick_check(1)", soci::into(verdict);
    if (verdict != "ok") throw soci::sqlite3_soci_error("quick_check found: " + verdict, SQLITE_CORRUPT);
}

void database_session::begin(access how) {
    if (how == access::write)
        // Readers that turn into writers could wait for each other for ever.
        sql_ << (is_sqlite() ? "BEGIN IMMEDIATE" : "BEGIN");
    else
        sql_ << (is_sqlite() ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

void database_session::commit() {
    sql_ << "COMMIT";
}

void database_session::roll_back() noexcept {
    if (!connected_) return;
    try {
        sql_ << "ROLLBACK";
    } catch (const std::exception&) {
        // SQLite has rolled back by itself where that was needed, and says that there is nothing to roll back.
        if (!is_sqlite()) connected_ = false;
    }
}

void database_session::set_savepoint() {
    sql_ << "SAVEPOINT one_change";
}

void database_session::release_savepoint() {
    sql_ << "RELEASE SAVEPOINT one_change";
}

void database_session::roll_back_to_savepoint() {
    sql_ << "ROLLBACK TO SAVEPOINT one_change";
}

transaction database_session::current() noexcept {
    return {sql_, is_sqlite() ? &clock_ : nullptr};
}

base::error database_session::current_error() {
    try {
        throw;
    } catch (const stored_failure& failure) {
        return {failure.code(), base::phase::storage, failure.what()};
    } catch (const soci::sqlite3_soci_error& failure) {
        return sqlite_error(failure.result(), failure.get_error_message());
    } catch (const soci::soci_error& failure) {
        const auto* const told = dynamic_cast<const soci::postgresql_soci_error*>(&failure);
        const auto words = failure.get_error_message();
        if (!is_sqlite() && !(connected_ && sql_.is_connected())) {
            connected_ = false;
            return {errc::unavailable, base::phase::storage, "no database to talk to: " + first_line(words)};
        }
        if (told != nullptr) return postgresql_error(sqlstate_of(*told), words);
        return {errc::failure, base::phase::storage, "the database failed: " + first_line(words)};
    }
}

}  // namespace gangway::store
