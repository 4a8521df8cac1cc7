#pragma once
/// The gateway on a listening socket.

#include <gangway/api/access_log.hpp>
#include <gangway/api/access_policy.hpp>
#include <gangway/api/http_limits.hpp>
#include <gangway/api/upload_limits.hpp>
#include <gangway/net/asio.hpp>
#include <gangway/remote/session_store.hpp>
#include <gangway/remote/sessions.hpp>

#include <chrono>
#include <memory>

namespace gangway::api {

class client_limits;
class readiness;
struct management;

struct server_settings {
    access_rules access{};
    http_limits limits{};
    remote::session_store_limits sessions{};
    upload_limits uploads{};
    client_limits* clients = nullptr;  ///< outlives the connections; null: nobody is limited
    readiness* ready = nullptr;        ///< the same; null: always
    management* managed = nullptr;     ///< outlives the server; null: there is no database
};

/// Each connection is served by one coroutine on a strand of its own, over `executor`, which may have many threads.
class server {
  public:
    /// Listens and serves at once; port 0 takes any free port. `servers` and `log` outlive the connections.
    /// Errors: `invalid_value` with the field "listen": the address cannot be had, or is not loopback and no token is
    /// set.
    [[nodiscard]] static base::result<std::unique_ptr<server>> start(const net::asio::any_io_executor& executor,
                                                                     const net::tcp::endpoint& listen,
                                                                     server_settings settings,
                                                                     remote::sessions& servers, access_log& log);
    /// `stop` must have been awaited, or `executor` must run no more.
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// The address listened on, with its real port.
    [[nodiscard]] net::tcp::endpoint address() const noexcept;

    /// Stops accepting and closes idle connections; lets running requests finish for at most `limit`, then cancels
    /// them. Returns when all connections are gone, on the calling coroutine's executor.
    [[nodiscard]] net::awaitable<void> stop(std::chrono::milliseconds limit);

  private:
    struct parts;
    explicit server(std::unique_ptr<parts> all) noexcept;

    std::unique_ptr<parts> parts_;
};

}  // namespace gangway::api
