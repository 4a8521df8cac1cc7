#pragma once
/// From a host to a connected socket, through the egress policy.

#include <gangway/model/endpoint.hpp>
#include <gangway/net/asio.hpp>
#include <gangway/net/egress_policy.hpp>

#include <chrono>
#include <vector>

namespace gangway::net {

/// Looks a host up once and checks every address: one bad address refuses the whole answer, because a name that
/// resolves to both is either broken or an attack. At most 20 addresses are kept. Each lookup has a thread of its own
/// until it ends, and one that hangs is abandoned: nothing waits for it. At most 64 are under way for one `blocking`.
/// Errors: `dns_failed`, `host_blocked`, `cloudflare_blocked`. Cancelling abandons the lookup.
[[nodiscard]] async_result<std::vector<tcp::endpoint>> resolve(model::endpoint server, const egress_policy& policy,
                                                               asio::thread_pool& blocking);

/// Resolves, then connects to exactly the checked addresses, one started every 250 ms or as soon as the one before
/// failed (RFC 8305), the first to answer wins. The whole takes at most `limit`. TCP_NODELAY and keep-alive are on.
/// `reached` becomes dns, then tcp, for whoever gives up from outside.
/// Errors: those of `resolve`, `connection_refused`, `unreachable`, `timed_out` (phase dns or tcp), and the system's
/// own where this machine has no descriptor or memory left. Cancelling closes every attempt.
[[nodiscard]] async_result<tcp::socket> tcp_connect(model::endpoint server, const egress_policy& policy,
                                                    asio::thread_pool& blocking, std::chrono::milliseconds limit,
                                                    base::phase& reached);

}  // namespace gangway::net
