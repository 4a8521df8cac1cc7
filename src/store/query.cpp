#include "query.hpp"

namespace gangway::store {

void put(cell& to, std::string_view from) {
    // PostgreSQL refuses such text, and its driver cuts it at the NUL; SQLite would take it.
    if (from.find('\0') != std::string_view::npos || !base::is_utf8(from))
        throw stored_failure(errc::invalid_text, "text for the database must be UTF-8 without NUL");
    to.text = from;
    to.state = soci::i_ok;
}

void get(const cell& from, std::string& to) {
    to = from.text;
}

timestamp transaction::now() {
    if (!now_ && clock_ != nullptr) now_ = store::now(*clock_);
    if (!now_)
        now_ = value_of<timestamp>(*this, "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)");
    return now_.value_or(timestamp{});
}

}  // namespace gangway::store
