#pragma once
/// The zones of the IANA database, as ICU knows them.

#include <gangway/base/error.hpp>
#include <gangway/model/time_zone.hpp>

#include <memory>
#include <string_view>

namespace gangway::transfer {

/// The rules of the zone `name`: "Europe/Berlin", "America/New_York", "UTC". Only names of the database: abbreviations
/// ("CET" is one of its names, "CEST" is not) and offsets ("GMT+1") say too little about where clocks jump.
/// Fails naming `field`.
[[nodiscard]] base::result<std::shared_ptr<const model::time_zone>> find_zone(std::string_view name,
                                                                              std::string_view field = "timeZone");

}  // namespace gangway::transfer
