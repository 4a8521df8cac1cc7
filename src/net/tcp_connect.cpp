#include "connect_first.hpp"

#include <gangway/net/deadline.hpp>
#include <gangway/net/tcp_connect.hpp>

#include <algorithm>
#include <chrono>

namespace gangway::net {

async_result<tcp::socket> tcp_connect(model::endpoint server, const egress_policy& policy, asio::thread_pool& blocking,
                                      std::chrono::milliseconds limit, base::phase& reached) {
    using std::chrono::milliseconds;
    const auto start = std::chrono::steady_clock::now();
    reached = base::phase::dns;
    const auto targets = co_await with_deadline(resolve(server, policy, blocking), limit, base::phase::dns,
                                                "looking up " + server.host.text());
    if (!targets) co_return std::unexpected(targets.error());

    reached = base::phase::tcp;
    const auto spent = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
    const auto what = "connecting to " + server.text();
    auto socket = co_await with_deadline(connect_first(server, interleaved(*targets)),
                                         std::max(limit - spent, milliseconds{0}), base::phase::tcp, what);
    // The limit that people know is the one for both steps.
    if (!socket && socket.error().code == errc::timed_out)
        co_return std::unexpected(timed_out(base::phase::tcp, what, limit));
    co_return socket;
}

}  // namespace gangway::net
