#pragma once
/// The steps of this program's schema.

#include "migrate.hpp"

#include <span>

namespace gangway::store {

/// In order, from version 1. What is kept: ids and words as TEXT, times as BIGINT (microseconds since 1970, UTC),
/// yes and no as BIGINT 1 and 0, octets as hexadecimal TEXT; JSON is TEXT that the database does not look into.
[[nodiscard]] std::span<const migration> migrations();

}  // namespace gangway::store
