#pragma once
/// Settings that are changed while the gateway runs, and the removal of what is older than they allow.

#include <gangway/store/transaction.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::store {

namespace settings {

[[nodiscard]] std::optional<std::string> find(transaction& tx, std::string_view name);
void set(transaction& tx, std::string_view name, std::string_view value);
/// Puts `after` in the place of `before`; false, and nothing is changed, if the value is another by now.
bool replace(transaction& tx, std::string_view name, std::string_view before, std::string_view after);
void remove(transaction& tx, std::string_view name);

}  // namespace settings

/// What is kept: everything at or after each time.
struct retention {
    std::optional<timestamp> runs{};
    std::optional<timestamp> files{};  ///< finalised or abandoned versions; see `remove_expired`
    std::optional<timestamp> audit{};
    std::optional<timestamp> deliveries{};  ///< delivered or given up
};

struct removed {
    std::size_t runs = 0, files = 0, audit = 0, deliveries = 0;
};

/// Removes what is over and older, at most `limit` rows of each kind (the audit as a whole): call it until nothing is
/// left. Nothing of `files` that could be pulled again is ever forgotten: a finalised version goes only when a later
/// version of the same path is finalised, because a server that still lists it would have it pulled a second time.
removed remove_expired(transaction& tx, const retention& what, std::size_t limit);

}  // namespace gangway::store
