#include "listener.hpp"

#include <gangway/api/gateway.hpp>
#include <gangway/api/read_ahead.hpp>
#include <gangway/api/server.hpp>

#include <utility>

namespace gangway::api {

namespace {

/// Octets that all downloads together may be ahead of their clients.
constexpr std::uint64_t read_ahead_octets = 128UL * 1024 * 1024;

}  // namespace

server::server(std::shared_ptr<remote::session_store> store, std::unique_ptr<read_ahead> downloads,
               std::unique_ptr<gateway> handler, std::shared_ptr<listener> connections) noexcept
    : store_(std::move(store)),
      downloads_(std::move(downloads)),
      handler_(std::move(handler)),
      connections_(std::move(connections)) {
}

server::~server() = default;

base::result<std::unique_ptr<server>> server::start(const net::asio::any_io_executor& executor,
                                                    const net::tcp::endpoint& listen, server_settings settings,
                                                    remote::sessions& servers, access_log& log) {
    auto access = access_policy::make(std::move(settings.access), listen.address().to_string());
    if (!access) return std::unexpected(std::move(access.error()));
    static const base::system_clock clock;
    auto store = std::make_shared<remote::session_store>(executor, clock, settings.sessions);
    auto downloads = std::make_unique<read_ahead>(read_ahead_octets);
    auto handler = std::make_unique<gateway>(std::move(*access), services{servers, *store, *downloads});
    auto connections = listener::open(executor, listen, settings.limits, *handler, log);
    if (!connections) return std::unexpected(std::move(connections.error()));
    return std::unique_ptr<server>{
        new server{std::move(store), std::move(downloads), std::move(handler), std::move(*connections)}};
}

net::tcp::endpoint server::address() const noexcept {
    return connections_->address();
}

net::awaitable<void> server::stop(std::chrono::milliseconds limit) {
    co_await connections_->stop(limit);
}

}  // namespace gangway::api
