#pragma once
/// Where an operation goes to: a server and a login that are given, or a managed connection that is named.

#include <gangway/api/fields.hpp>
#include <gangway/api/management.hpp>
#include <gangway/api/one_shot_request.hpp>
#include <gangway/net/asio.hpp>

#include <chrono>

namespace gangway::api {

struct named_target {
    remote::target where;
    std::chrono::milliseconds limit;  ///< for the whole operation
};

/// Fields of `decode_server` and `decode_credentials`, or `connection` and `timeoutMs`. Paths that are read from the
/// fields afterwards are confined to the root of the connection. Errors: `bad_request`, also for both at once; of
/// `managed_connections::find`.
[[nodiscard]] net::async_result<named_target> find_target(management* managed, fields& from,
                                                          std::chrono::milliseconds longest);

}  // namespace gangway::api
