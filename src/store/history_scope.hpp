#pragma once
/// What searches in the history have in common.

#include <gangway/store/folders.hpp>

#include <string_view>

namespace gangway::store {

/// The time that pages begin before when none is given.
inline constexpr timestamp before_all = timestamp::max();

/// The beginning of WHERE; its one placeholder is `scope_value`.
inline std::string_view scope_clause(const history_of& which) {
    if (!which.folder.empty()) return "WHERE folder_id = :scope";
    return which.connection.empty() ? "WHERE :scope = ''" : "WHERE connection_id = :scope";
}
inline std::string_view scope_value(const history_of& which) {
    return which.folder.empty() ? which.connection : which.folder;
}

}  // namespace gangway::store
