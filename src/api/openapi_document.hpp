#pragma once
/// docs/openapi.json, compiled in.

#include <string_view>

namespace gangway::api {

[[nodiscard]] std::string_view openapi_document() noexcept;

}  // namespace gangway::api
