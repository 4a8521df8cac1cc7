#pragma once
/// SQL in terms of this program's values. One list of columns per row type drives reading, inserting and replacing.
///
/// Every placeholder of a statement has a name of its own: PostgreSQL's driver counts occurrences, SQLite's counts
/// names.

#include "hex.hpp"
#include "stored_failure.hpp"

#include <gangway/base/utf8.hpp>
#include <gangway/store/transaction.hpp>

#include <array>
#include <concepts>
#include <deque>
#include <functional>
#include <optional>
#include <soci/soci.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gangway::store {

/// Marks a string member as octets: kept as hexadecimal text.
template <class String>
struct octets_of {
    String& value;
};
template <class String>
octets_of(String&) -> octets_of<String>;

/// One value between the program and the driver, which wants its address to stay.
struct cell {
    std::string text;
    long long number = 0;
    soci::indicator state = soci::i_ok;
};

/// How a type is kept: as text or as a number.
template <class T>
struct kept {
    static constexpr bool as_text = !std::integral<T>;
};
template <>
struct kept<timestamp> {
    static constexpr bool as_text = false;
};
template <class T>
struct kept<std::optional<T>> : kept<T> {};

void put(cell& to, std::string_view from);
void get(const cell& from, std::string& to);

inline void put(cell& to, const std::string& from) {
    put(to, std::string_view{from});
}
inline void put(cell& to, const char* from) {
    put(to, std::string_view{from});
}
template <class String>
void put(cell& to, const octets_of<String>& from) {
    to.text = to_hex(from.value);
    to.state = soci::i_ok;
}
template <std::integral T>
void put(cell& to, T from) {
    to.number = static_cast<long long>(from);
    to.state = soci::i_ok;
}
inline void put(cell& to, timestamp from) {
    put(to, from.time_since_epoch().count());
}
template <named_enum E>
void put(cell& to, E from) {
    put(to, to_string(from));
}
template <class T>
void put(cell& to, const std::optional<T>& from) {
    if (from) return put(to, *from);
    to.state = soci::i_null;
}

template <class String>
void get(const cell& from, octets_of<String>&& to) {
    auto decoded = from_hex(from.text);
    if (!decoded) throw stored_failure(errc::damaged, "a column of octets holds something else");
    to.value = std::move(*decoded);
}
template <std::integral T>
void get(const cell& from, T& to) {
    if constexpr (!std::same_as<T, bool>)
        if (!std::in_range<T>(from.number)) throw stored_failure(errc::damaged, "a number is out of its range");
    to = static_cast<T>(from.number);
}
inline void get(const cell& from, timestamp& to) {
    to = timestamp{std::chrono::microseconds{from.number}};
}
template <named_enum E>
void get(const cell& from, E& to) {
    const auto value = from_string<E>(from.text);
    if (!value) throw stored_failure(errc::damaged, "there is an unknown word in the database");
    to = *value;
}
template <class T>
void get(const cell& from, std::optional<T>& to) {
    if (from.state == soci::i_null)
        to.reset();
    else
        get(from, to.emplace());
}

/// A statement that changes rows, prepared once and run with different arguments.
template <class... Arguments>
class command {
  public:
    command(transaction& tx, std::string_view sql) : statement_(tx.session()) {
        statement_.alloc();
        statement_.prepare(std::string(sql));
        std::size_t at = 0;
        (bind<Arguments>(cells_[at++]), ...);
        statement_.define_and_bind();
    }
    /// How many rows were changed.
    long long operator()(const Arguments&... arguments) {
        std::size_t at = 0;
        (put(cells_[at++], arguments), ...);
        statement_.execute(true);
        return statement_.get_affected_rows();
    }

  private:
    template <class T>
    void bind(cell& where) {
        if constexpr (kept<T>::as_text)
            statement_.exchange(soci::use(where.text, where.state));
        else
            statement_.exchange(soci::use(where.number, where.state));
    }

    std::array<cell, sizeof...(Arguments)> cells_{};
    soci::statement statement_;
};

/// Runs one statement that changes rows; how many it changed.
template <class... Arguments>
long long execute(transaction& tx, std::string_view sql, const Arguments&... arguments) {
    return command<Arguments...>(tx, sql)(arguments...);
}

/// A statement that reads rows, one after the other.
class cursor {
  public:
    template <class... Arguments>
    cursor(transaction& tx, std::string_view sql, const Arguments&... arguments) : statement_(tx.session()), sql_(sql) {
        statement_.alloc();
        (use(arguments), ...);
    }
    /// Declares the next column to come: its kind, not its place.
    template <class T>
    void column() {
        auto& where = columns_.emplace_back();
        if constexpr (kept<T>::as_text)
            statement_.exchange(soci::into(where.text, where.state));
        else
            statement_.exchange(soci::into(where.number, where.state));
    }
    /// Runs it with the arguments it was made with.
    void start() {
        if (!std::exchange(prepared_, true)) {
            statement_.prepare(sql_);
            statement_.define_and_bind();
        }
        at_ = 0;
        statement_.execute(false);
    }
    /// Runs it, once more perhaps, with other arguments of the same types.
    template <class... Arguments>
    void start(const Arguments&... arguments) {
        std::size_t at = 0;
        (put(arguments_[at++], arguments), ...);
        start();
    }
    [[nodiscard]] bool next() {
        at_ = 0;
        return statement_.fetch();
    }
    [[nodiscard]] const cell& value() { return columns_[at_++]; }

  private:
    template <class T>
    void use(const T& argument) {
        auto& where = arguments_.emplace_back();
        put(where, argument);
        if constexpr (kept<T>::as_text)
            statement_.exchange(soci::use(where.text, where.state));
        else
            statement_.exchange(soci::use(where.number, where.state));
    }

    std::deque<cell> arguments_{};
    std::deque<cell> columns_{};
    std::size_t at_ = 0;
    soci::statement statement_;
    std::string sql_;
    bool prepared_ = false;
};

/// The columns of `Row`: specialisations have `name` and `columns(row, visit)`, which calls `visit("column", member)`
/// for each; a member of octets goes as `octets_of{member}`. `row` may be const.
template <class Row>
struct table;

/// Hands each row that `tail` ("WHERE …", "ORDER BY …") selects to `take`.
template <class Row, class Take, class... Arguments>
void each(transaction& tx, Take take, std::string_view tail, const Arguments&... arguments) {
    std::string sql;
    Row row{};
    table<Row>::columns(
        row, [&sql](std::string_view name, const auto&) { sql.append(sql.empty() ? "SELECT " : ", ").append(name); });
    sql.append(" FROM ").append(table<Row>::name).append(" ").append(tail);
    cursor rows(tx, sql, arguments...);
    table<Row>::columns(
        row, [&rows]<class T>(std::string_view, const T&) { rows.template column<std::remove_cvref_t<T>>(); });
    rows.start();
    while (rows.next()) {
        Row next{};
        table<Row>::columns(
            next, [&rows]<class T>(std::string_view, T&& member) { get(rows.value(), std::forward<T>(member)); });
        take(std::move(next));
    }
}

template <class Row, class... Arguments>
[[nodiscard]] std::vector<Row> select(transaction& tx, std::string_view tail, const Arguments&... arguments) {
    std::vector<Row> rows;
    each<Row>(tx, [&rows](Row row) { rows.push_back(std::move(row)); }, tail, arguments...);
    return rows;
}

template <class Row, class... Arguments>
[[nodiscard]] std::optional<Row> select_one(transaction& tx, std::string_view tail, const Arguments&... arguments) {
    std::optional<Row> found;
    each<Row>(tx, [&found](Row row) { found = std::move(row); }, tail, arguments...);
    return found;
}

/// The single value of a query that has one, or nothing for NULL or no row.
template <class T, class... Arguments>
[[nodiscard]] std::optional<T> value_of(transaction& tx, std::string_view sql, const Arguments&... arguments) {
    cursor rows(tx, sql, arguments...);
    rows.column<T>();
    rows.start();
    std::optional<T> found;
    if (rows.next()) get(rows.value(), found);
    return found;
}

/// Inserts whole rows of one type; prepared once.
template <class Row>
class inserter {
  public:
    /// `tail` may be "ON CONFLICT DO NOTHING".
    explicit inserter(transaction& tx, std::string_view tail = "") : statement_(tx.session()) {
        std::string names, values;
        const Row row{};
        statement_.alloc();
        table<Row>::columns(row, [&]<class T>(std::string_view name, const T&) {
            names.append(names.empty() ? "" : ", ").append(name);
            values.append(values.empty() ? ":" : ", :").append(name);
            auto& where = cells_.emplace_back();
            if constexpr (kept<std::remove_cvref_t<T>>::as_text)
                statement_.exchange(soci::use(where.text, where.state));
            else
                statement_.exchange(soci::use(where.number, where.state));
        });
        statement_.prepare("INSERT INTO " + std::string(table<Row>::name) + " (" + names + ") VALUES (" + values +
                           ") " + std::string(tail));
        statement_.define_and_bind();
    }
    /// Whether the row was new.
    bool operator()(const Row& row) {
        std::size_t at = 0;
        table<Row>::columns(row, [&](std::string_view, const auto& member) { put(cells_[at++], member); });
        statement_.execute(true);
        return statement_.get_affected_rows() == 1;
    }

  private:
    std::deque<cell> cells_{};
    soci::statement statement_;
};

template <class Row>
bool insert(transaction& tx, const Row& row, std::string_view tail = "") {
    return inserter<Row>(tx, tail)(row);
}

}  // namespace gangway::store
