#pragma once
/// What a request says its body is.

#include <gangway/api/request_head.hpp>
#include <gangway/base/error.hpp>

namespace gangway::api {

struct resource_request;

/// Accepts no Content-Type, or `application/json` in UTF-8, and no Content-Encoding but `identity`.
/// Errors: `unsupported_media_type`; `bad_request` for a Content-Type given twice.
[[nodiscard]] base::result<void> check_media_type(const request_head& head);
[[nodiscard]] base::result<void> check_media_type(const resource_request& request);

}  // namespace gangway::api
