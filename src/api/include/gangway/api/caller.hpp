#pragma once
/// Who asks.

#include <gangway/store/tokens.hpp>

#include <string>

namespace gangway::api {

using store::role;

/// Who sent a request, as the audit names them.
struct caller {
    std::string name = "anonymous";  ///< "token ops", "configured token", …
    api::role role = role::admin;
};

}  // namespace gangway::api
