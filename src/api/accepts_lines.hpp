#pragma once
/// Lists that are sent line by line, for clients that ask for it.

#include <gangway/api/resource_request.hpp>

#include <string_view>

namespace gangway::api {

inline constexpr std::string_view ndjson = "application/x-ndjson";

/// Whether Accept names `ndjson`.
[[nodiscard]] bool accepts_lines(const resource_request& request);

}  // namespace gangway::api
