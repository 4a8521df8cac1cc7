#pragma once
/// The listening socket and the connections that came from it.

#include "http_load.hpp"
#include "http_session.hpp"

#include <gangway/api/access_log.hpp>
#include <gangway/api/http_handler.hpp>
#include <gangway/api/http_limits.hpp>
#include <gangway/net/asio.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <chrono>
#include <memory>
#include <unordered_set>

namespace gangway::api {

/// Owned by whoever opened it and by its own coroutines, so that it lives until the last connection is gone. Its state
/// is only touched on its strand. `handler` and `log` outlive the connections: await `stop` before they go.
class listener : public std::enable_shared_from_this<listener> {
  public:
    /// Listens and accepts at once. Error: `invalid_value` with the field "listen" if the address cannot be had.
    [[nodiscard]] static base::result<std::shared_ptr<listener>> open(const net::asio::any_io_executor& executor,
                                                                      const net::tcp::endpoint& address,
                                                                      http_limits limits, http_handler& handler,
                                                                      access_log& log);

    [[nodiscard]] net::tcp::endpoint address() const noexcept { return address_; }
    [[nodiscard]] std::shared_ptr<const http_load> load() const noexcept { return load_; }

    /// Stops accepting, closes idle connections, lets running requests finish for at most `limit`, then cancels them.
    /// Returns when all connections are gone. Cancelling it leaves them alone.
    [[nodiscard]] net::awaitable<void> stop(std::chrono::milliseconds limit);

    /// For `open`.
    listener(const net::asio::any_io_executor& executor, http_limits limits, http_handler& handler, access_log& log);

  private:
    using session_pointer = std::shared_ptr<http_session>;

    [[nodiscard]] net::awaitable<void> accept_all();
    void welcome(net::tcp::socket socket);
    /// Makes the connection that has waited longest for its client go; false if none has waited long enough.
    [[nodiscard]] bool free_place();
    void ended(const session_pointer& session);
    [[nodiscard]] net::awaitable<void> stop_here(std::chrono::milliseconds limit);
    [[nodiscard]] net::awaitable<void> wait_until_empty(std::chrono::milliseconds limit);

    net::asio::any_io_executor executor_;
    net::asio::strand<net::asio::any_io_executor> strand_;
    http_limits limits_;
    http_handler& handler_;
    access_log& log_;
    std::shared_ptr<http_load> load_;
    net::tcp::acceptor acceptor_;
    net::tcp::endpoint address_;
    net::asio::steady_timer changed_;  ///< cancelled when a session ends while somebody waits for that
    std::unordered_set<session_pointer> sessions_;
    std::unordered_set<session_pointer> leaving_;  ///< of those, the ones that gave their places away
};

}  // namespace gangway::api
