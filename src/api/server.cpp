#include "listener.hpp"
#include "monitor.hpp"
#include "upload_cleaner.hpp"
#include "upload_store.hpp"

#include <gangway/api/gateway.hpp>
#include <gangway/api/read_ahead.hpp>
#include <gangway/api/server.hpp>

#include <utility>

namespace gangway::api {

namespace {

/// Octets that all downloads together may be ahead of their clients.
constexpr std::uint64_t read_ahead_octets = 128UL * 1024 * 1024;

const base::clock& real_clock() {
    static const base::system_clock clock;
    return clock;
}

}  // namespace

/// In the order in which one needs the other.
struct server::parts {
    parts(const net::asio::any_io_executor& executor, access_policy access, const server_settings& settings,
          remote::sessions& servers, access_log& log)
        : sessions(std::make_shared<remote::session_store>(executor, real_clock(), settings.sessions)),
          uploads(real_clock(), settings.uploads),
          cleaner(std::make_shared<upload_cleaner>(executor, uploads, servers)),
          watch(log, settings.ready),
          handler(std::move(access),
                  services{servers, *sessions, downloads, uploads, settings.clients, &watch, settings.managed}) {}

    std::shared_ptr<remote::session_store> sessions;  ///< owned here
    read_ahead downloads{read_ahead_octets};
    upload_store uploads;
    std::shared_ptr<upload_cleaner> cleaner;  ///< shared with its own coroutine
    monitor watch;
    gateway handler;
    std::shared_ptr<listener> connections{};  ///< shared with its own coroutines, which end with the last connection
};

server::server(std::unique_ptr<parts> all) noexcept : parts_(std::move(all)) {
}

server::~server() = default;

base::result<std::unique_ptr<server>> server::start(const net::asio::any_io_executor& executor,
                                                    const net::tcp::endpoint& listen, server_settings settings,
                                                    remote::sessions& servers, access_log& log) {
    auto access = access_policy::make(std::move(settings.access), listen.address().to_string());
    if (!access) return std::unexpected(std::move(access.error()));
    auto all = std::make_unique<parts>(executor, std::move(*access), settings, servers, log);
    auto connections = listener::open(executor, listen, settings.limits, all->handler, all->watch);
    if (!connections) return std::unexpected(std::move(connections.error()));
    all->connections = std::move(*connections);
    all->watch.observe(all->connections->load());
    all->cleaner->start();
    return std::unique_ptr<server>{new server{std::move(all)}};
}

net::tcp::endpoint server::address() const noexcept {
    return parts_->connections->address();
}

net::awaitable<void> server::stop(std::chrono::milliseconds limit) {
    co_await parts_->connections->stop(limit);
    co_await parts_->cleaner->stop();
}

}  // namespace gangway::api
