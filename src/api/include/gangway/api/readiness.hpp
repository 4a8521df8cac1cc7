#pragma once
/// Whether what the gateway needs is there.

#include <gangway/net/asio.hpp>

#include <string>
#include <vector>

namespace gangway::api {

/// Safe from any thread.
class readiness {
  public:
    virtual ~readiness() = default;
    /// The names of what is missing; empty if requests can be served. Anybody may cause this as often as they like, so
    /// it must be cheap. Cancelling it gives the answer up.
    [[nodiscard]] virtual net::awaitable<std::vector<std::string>> missing() = 0;
};

}  // namespace gangway::api
