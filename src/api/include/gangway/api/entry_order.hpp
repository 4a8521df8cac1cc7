#pragma once
/// The order in which people look for names.

#include <gangway/net/file_operations.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace gangway::api {

/// The indices of `entries` in the order of a listing: folders first, then everything else, links to folders too; names
/// by the Unicode Collation Algorithm with CLDR's root order, equal ones by their octets. A name that is not UTF-8
/// stands where its shown form stands.
///
/// Needs about twice the octets of all names while it works. Throws `std::runtime_error` if ICU's data is missing.
[[nodiscard]] std::vector<std::size_t> listing_order(std::span<const net::directory_entry> entries);

}  // namespace gangway::api
