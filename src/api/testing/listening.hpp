#pragma once
/// For tests: the HTTP layer on a loopback socket, and a client that speaks octets.

#include "../listener.hpp"

#include <gangway/api/errors.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace gangway::api::testing {

using namespace std::literals;
namespace asio = boost::asio;

/// Echoes bodies; what is in the path decides the rest. Never touches a server.
class echo final : public http_handler {
  public:
    std::variant<admitted, answer> admit(const request_head& head, const framing&) const override {
        if (head.path() == "/refused") return error_answer(refusal(errc::not_found, "no"));
        admitted request{.body_limit = 64, .query = std::string{head.path()}};
        if (head.path().starts_with("/stream")) request.resource = resource_request::of(head);
        return request;
    }
    net::awaitable<answer> serve(admitted request, wiped_octets body) override {
        if (*request.query == "/throws") throw std::runtime_error{"a bug"};
        if (*request.query == "/hangs") co_await hang();
        if (*request.query == "/big") co_return answer{.body = std::string(64'000'000, 'x')};
        co_return answer{
            .body = "[" + std::string{body.begin(), body.end()} + "]", .operation = "echo", .host = "h:22"};
    }
    /// What streams are made of; set by tests that use "/stream…" paths.
    std::function<net::awaitable<answer>(resource_request, request_body&)> stream{};
    net::awaitable<answer> serve_resource(admitted request, request_body& body) override {
        return stream(std::move(*request.resource), body);
    }
    /// Blocks until so many requests hang, or have been cancelled.
    void await_hanging(int count) { await(hanging_, count); }
    void await_cancelled(int count) { await(cancelled_, count); }

  private:
    net::awaitable<void> hang() {
        asio::steady_timer never{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
        raise(hanging_);
        try {
            co_await never.async_wait(asio::use_awaitable);
        } catch (...) {
            raise(cancelled_);
            throw;
        }
    }
    void raise(int& counter) {
        const std::scoped_lock lock{mutex_};
        ++counter;
        changed_.notify_all();
    }
    void await(const int& counter, int count) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return counter >= count; });
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    int hanging_ = 0, cancelled_ = 0;
};

class kept_log final : public access_log {
  public:
    void request(const request_event& event) noexcept override {
        const std::scoped_lock lock{mutex_};
        events_.push_back(event);
        changed_.notify_all();
    }
    void trouble(std::string_view where, std::string_view what) noexcept override {
        const std::scoped_lock lock{mutex_};
        troubles_.push_back(std::string{where} + ": " + std::string{what});
    }
    /// Blocks until there are so many events.
    std::vector<request_event> events(std::size_t count) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return events_.size() >= count; });
        return events_;
    }
    std::vector<std::string> troubles() {
        const std::scoped_lock lock{mutex_};
        return troubles_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<request_event> events_;
    std::vector<std::string> troubles_;
};

/// A blocking client that speaks octets. What it does not read stays with the other side, but for little: how much the
/// operating system takes in by itself differs between machines.
class blocking_client {
  public:
    explicit blocking_client(const net::tcp::endpoint& to) : socket_(context_) {
        socket_.open(to.protocol());
        socket_.set_option(asio::socket_base::receive_buffer_size{1 << 16});
        socket_.connect(to);
    }

    void send(std::string_view octets) {
        boost::system::error_code ignored;  // the other side may have hung up already, which is seen when reading
        asio::write(socket_, asio::buffer(octets), ignored);
    }
    /// All that comes until the other side closes.
    std::string rest() {
        std::string octets;
        boost::system::error_code failure;
        asio::read(socket_, asio::dynamic_buffer(octets), failure);
        return octets;
    }
    /// Exactly so many octets.
    std::string take(std::size_t count) {
        std::string octets(count, '\0');
        asio::read(socket_, asio::buffer(octets));
        return octets;
    }
    /// One answer with its body.
    std::string answer() {
        std::string octets;
        while (!octets.ends_with("\r\n\r\n"))
            octets += take(1);
        const auto at = octets.find("Content-Length: ");
        return at == std::string::npos ? octets : octets + take(std::stoul(octets.substr(at + 16)));
    }
    void hang_up() { socket_.close(); }
    void half_close() { socket_.shutdown(net::tcp::socket::shutdown_send); }

  private:
    asio::io_context context_;
    net::tcp::socket socket_;
};

class http : public ::testing::Test {
  protected:
    void TearDown() override { stop(0ms); }

    /// Starts with these limits and two threads.
    void start(http_limits limits = {}) {
        listening =
            listener::open(context.get_executor(), {asio::ip::address_v4::loopback(), 0}, limits, handler, log).value();
        for (auto& thread : threads)
            thread = std::thread{[this] { context.run(); }};
    }
    void stop(std::chrono::milliseconds limit) {
        if (!listening) return;
        asio::co_spawn(context, listening->stop(limit), asio::use_future).get();
        listening.reset();
        work.reset();
        for (auto& thread : threads)
            thread.join();
    }
    blocking_client connect() { return blocking_client{listening->address()}; }
    /// What comes back for these octets until the connection ends.
    std::string raw(std::string_view octets) {
        auto peer = connect();
        peer.send(octets);
        return peer.rest();
    }
    static std::string post(std::string_view path, std::string_view body, std::string_view more = "") {
        return "POST " + std::string{path} +
               " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
               std::string{more} + "\r\n" + std::string{body};
    }
    static std::string_view body_of(std::string_view answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

    asio::io_context context{2};
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{asio::make_work_guard(context)};
    std::thread threads[2];
    echo handler;
    kept_log log;
    std::shared_ptr<listener> listening;
};

constexpr auto closing = "Connection: close\r\n";

}  // namespace gangway::api::testing
