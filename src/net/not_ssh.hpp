#pragma once

#include <gangway/base/error.hpp>

namespace gangway::net {

/// The `not_ssh` error. Always the same words: what the service said is none of the caller's business.
[[nodiscard]] base::error not_ssh();

}  // namespace gangway::net
