#pragma once
/// One HTTP/1.1 connection: requests one after the other, each bounded in time and memory.

#include "answer_head.hpp"
#include "memory_budget.hpp"
#include "request_stream.hpp"

#include <gangway/api/access_log.hpp>
#include <gangway/api/http_handler.hpp>
#include <gangway/api/http_limits.hpp>
#include <gangway/api/wiped_octets.hpp>
#include <gangway/net/asio.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace gangway::api {

/// What all connections share; outlives them.
struct http_service {
    const http_limits& limits;
    http_handler& handler;
    access_log& log;
    memory_budget& bodies;
};

/// Everything runs on the socket's strand. While an operation runs, the connection is watched: when the client hangs
/// up, or half closes, the operation is cancelled.
class http_session : public std::enable_shared_from_this<http_session> {
  public:
    http_session(net::tcp::socket socket, http_service service);

    /// Serves until the client is done, breaks the rules or takes too long. With `welcome` false it answers
    /// 429 to whatever was going to be asked, and closes.
    [[nodiscard]] net::awaitable<void> run(bool welcome);
    /// No request is begun after this; one that runs is finished.
    void drain() noexcept;
    /// Since when it has waited for a request, or for the rest of a head; nothing while it works. From any thread.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> waiting_since() const noexcept;
    /// Ends it if it still waits.
    void give_place() noexcept;
    /// To be bound to what runs `run`; `abort` emits it.
    [[nodiscard]] net::asio::cancellation_slot slot() noexcept { return stop_.slot(); }
    /// Cancels whatever runs. The connection closes without an answer.
    void abort() noexcept { stop_.emit(net::asio::cancellation_type::terminal); }
    [[nodiscard]] net::asio::any_io_executor executor() noexcept { return socket_.get_executor(); }

  private:
    struct exchange;
    static constexpr std::chrono::steady_clock::duration no_wait{-1};
    using serializer = boost::beast::http::response_serializer<boost::beast::http::string_body>;

    [[nodiscard]] net::awaitable<bool> serve_one();
    [[nodiscard]] net::awaitable<bool> await_request();
    void read_some();
    [[nodiscard]] net::awaitable<void> heard();
    [[nodiscard]] net::awaitable<void> stop_reading();
    [[nodiscard]] net::async_result<void> receive();
    void watch_idleness();
    void close() noexcept;
    [[nodiscard]] net::async_result<std::size_t> find_head(head_scanner& scanner);
    [[nodiscard]] net::async_result<std::size_t> read_head();
    [[nodiscard]] net::async_result<wiped_octets> read_body(exchange& now);
    [[nodiscard]] net::async_result<void> send_continue(const exchange& now);
    [[nodiscard]] net::awaitable<bool> serve_resource(exchange& now);
    template <class T>
    [[nodiscard]] net::async_result<T> while_client_stays(net::async_result<T> work, bool receiving);
    [[nodiscard]] net::awaitable<void> client_leaves();
    [[nodiscard]] net::awaitable<void> client_hangs_up();
    [[nodiscard]] net::awaitable<bool> send(exchange& now, answer result);
    [[nodiscard]] net::async_result<std::size_t> write_rest(serializer& octets, bool head_only);
    [[nodiscard]] net::awaitable<bool> send_stream(exchange& now, answer result, connection_terms terms);
    [[nodiscard]] net::awaitable<bool> refuse(exchange& now, base::error why);
    [[nodiscard]] net::awaitable<void> linger();
    [[nodiscard]] std::string_view buffered() const noexcept;

    net::tcp::socket socket_;
    http_service service_;
    receive_buffer buffer_;  ///< what was received and not yet used
    net::asio::cancellation_signal stop_;
    net::asio::ip::address peer_{};
    std::string client_;
    std::atomic<std::chrono::steady_clock::duration> waiting_since_{
        std::chrono::steady_clock::now().time_since_epoch()};  ///< since the clock's epoch
    net::asio::steady_timer idle_timer_;
    net::asio::steady_timer::time_point idle_until_{};
    std::move_only_function<void(boost::system::error_code)> on_heard_{};  ///< who waits for the end of the read?
    boost::system::error_code read_failure_{};
    bool reading_ = false;   ///< a read is under way, and the buffer is its own
    bool watching_ = false;  ///< the idle timer runs
    bool idle_ = false;      ///< waiting for a request to begin
    bool served_ = false;    ///< there was a request on this connection before
    bool draining_ = false;  ///< no further request is begun
    bool unread_ = false;    ///< the client may still be sending what nobody reads
};

}  // namespace gangway::api
