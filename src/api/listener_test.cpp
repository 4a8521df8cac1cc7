#include "listener.hpp"

#include <gangway/api/errors.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace gangway::api {
namespace {

using namespace std::literals;
namespace asio = boost::asio;

/// Echoes bodies; what is in the path decides the rest. Never touches a server.
class echo final : public http_handler {
  public:
    std::variant<admitted, answer> admit(const request_head& head, const framing&) const override {
        if (head.path() == "/refused") return error_answer(refusal(errc::not_found, "no"));
        return admitted{.body_limit = 64, .query = std::string{head.path()}};
    }
    net::awaitable<answer> serve(admitted request, wiped_octets body) override {
        if (*request.query == "/throws") throw std::runtime_error{"a bug"};
        if (*request.query == "/hangs") co_await hang();
        if (*request.query == "/big") co_return answer{.body = std::string(64'000'000, 'x')};
        co_return answer{
            .body = "[" + std::string{body.begin(), body.end()} + "]", .operation = "echo", .host = "h:22"};
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

/// A blocking client that speaks octets.
class client {
  public:
    explicit client(const net::tcp::endpoint& to) : socket_(context_) { socket_.connect(to); }

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
    client connect() { return client{listening->address()}; }
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

TEST_F(http, answer_has_the_headers_that_every_answer_has) {
    start();
    const auto got = raw(post("/a", "x", closing));
    EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\n")) << got;
    for (const auto* const line :
         {"Content-Type: application/json\r\n", "Content-Length: 3\r\n", "Connection: close\r\n",
          "X-Content-Type-Options: nosniff\r\n", "Cache-Control: no-store\r\n",
          "Content-Security-Policy: default-src 'none'\r\n", "Referrer-Policy: no-referrer\r\n", "Date: "})
        EXPECT_TRUE(got.contains(line)) << line;
    EXPECT_FALSE(got.contains("Server:"));
    EXPECT_EQ(body_of(got), "[x]");
}

TEST_F(http, refusals_have_them_too) {
    start();
    for (const auto& octets : {post("/refused", "", closing), "nonsense\r\n\r\n"s}) {
        const auto got = raw(octets);
        EXPECT_TRUE(got.contains("X-Content-Type-Options: nosniff\r\n")) << got;
        EXPECT_TRUE(got.contains("Content-Security-Policy: default-src 'none'\r\n"));
        EXPECT_EQ(boost::json::parse(body_of(got)).at("success"), false);
    }
}

TEST_F(http, connection_is_kept_and_each_request_is_logged) {
    start();
    auto peer = connect();
    for (const auto* const body : {"1", "", "3"}) {
        peer.send(post("/keep?query=secret", body));
        const auto got = peer.answer();
        EXPECT_EQ(body_of(got), "["s + body + "]");
        EXPECT_FALSE(got.contains("Connection: close"));
    }
    const auto events = log.events(3);
    EXPECT_EQ(events[0].method, "POST");
    EXPECT_EQ(events[0].path, "/keep");
    EXPECT_EQ(events[0].status, 200U);
    EXPECT_EQ(events[0].client, "127.0.0.1");
    EXPECT_EQ(events[0].operation, "echo");
    EXPECT_EQ(events[0].host, "h:22");
    EXPECT_EQ(events[0].code, "");
    EXPECT_EQ(events[0].bytes_in, post("/keep?query=secret", "1").size());
    EXPECT_GT(events[0].bytes_out, 3U);
}

TEST_F(http, pipelined_requests_are_answered_in_order) {
    start();
    std::string all, wanted;
    for (int i = 0; i < 2000; ++i)
        all += post("/p", std::to_string(i), i == 1999 ? closing : "");
    auto peer = connect();
    auto sender = std::async(std::launch::async, [&] { peer.send(all); });
    for (int i = 0; i < 2000; ++i)
        ASSERT_EQ(body_of(peer.answer()), "[" + std::to_string(i) + "]");
    EXPECT_EQ(peer.rest(), "");
    sender.get();
}

TEST_F(http, nothing_follows_a_request_that_closes) {
    start();
    const auto got = raw(post("/a", "x", closing) + post("/b", "y"));
    EXPECT_EQ(body_of(got), "[x]");
}

TEST_F(http, old_version_is_answered_and_closed_unless_it_asks_to_stay) {
    start();
    EXPECT_EQ(body_of(raw("POST /a HTTP/1.0\r\nContent-Length: 1\r\n\r\nx")), "[x]");
    auto peer = connect();
    for (int i = 0; i < 2; ++i) {
        peer.send("POST /a HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx");
        EXPECT_TRUE(peer.answer().contains("Connection: keep-alive"));
    }
}

TEST_F(http, head_gets_no_body) {
    start();
    const auto got = raw("HEAD /refused HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(got.starts_with("HTTP/1.1 404 ")) << got;
    EXPECT_EQ(body_of(got), "");
    EXPECT_FALSE(got.contains("Content-Length: 0"));
}

TEST_F(http, chunked_body_is_put_together) {
    start();
    const auto start_line = "POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"s;
    EXPECT_EQ(body_of(raw(start_line + "3\r\nabc\r\n2;ext=\"v\"\r\nde\r\n0\r\n\r\n")), "[abcde]");
}

TEST_F(http, body_that_comes_octet_by_octet_is_the_same) {
    start();
    for (const auto& octets : {post("/a", "body", closing),
                               "POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "4\r\nbody\r\n0\r\n\r\n"s}) {
        auto peer = connect();
        for (const char octet : octets)
            peer.send({&octet, 1});
        EXPECT_EQ(body_of(peer.rest()), "[body]");
    }
}

TEST_F(http, malformed_chunks_and_trailers_are_refused_and_end_the_connection) {
    start();
    const auto start_line = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"s;
    for (const auto* const chunks :
         {"x\r\nabc\r\n0\r\n\r\n", "-1\r\na\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "10000000000000000\r\n",
          " 3\r\nabc\r\n0\r\n\r\n", "3 x\r\nabc\r\n0\r\n\r\n", "3\nabc\n0\n\n\r\n\r\n", "0\r\nA: b\r\n\r\n",
          "0\r\nContent-Length: 5\r\n\r\n", "0\r\nAuthorization: Bearer x\r\n\r\n", "3;\x01\r\nabc\r\n0\r\n\r\n"}) {
        const auto got = raw(start_line + chunks + post("/b", "smuggled"));
        EXPECT_TRUE(got.starts_with("HTTP/1.1 400 ") || got.starts_with("HTTP/1.1 413 ")) << chunks << got;
        EXPECT_FALSE(got.contains("smuggled")) << chunks;
    }
}

TEST_F(http, ambiguous_requests_are_refused_and_the_rest_is_never_a_request) {
    start();
    for (const auto* const lines :
         {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n",
          "Content-Length: +5\r\n", "Content-Length: 5 5\r\n", "Transfer-Encoding: xchunked\r\n",
          "Transfer-Encoding: chunked, identity\r\n", "X: a\r\n folded\r\n", "X : a\r\n", "X: a\rb\r\n",
          "X: a\nY: b\r\n"}) {
        const auto got = raw("POST /a HTTP/1.1\r\nHost: x\r\n"s + lines + "\r\n0\r\n\r\n" + post("/b", "smuggled"));
        EXPECT_TRUE(got.starts_with("HTTP/1.1 400 ")) << lines << got;
        EXPECT_TRUE(got.contains("Connection: close\r\n"));
        EXPECT_FALSE(got.contains("smuggled")) << lines;
    }
}

TEST_F(http, every_octet_changed_in_a_request_is_survived) {
    start({.head_time = 50ms, .idle_time = 50ms, .body_time = 50ms, .linger_time = 50ms});
    const auto whole =
        "POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nz\r\n0\r\n\r\n"s;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto octets = whole;
        octets[at] = '\n';
        auto peer = connect();
        peer.send(octets);
        peer.half_close();
        static_cast<void>(peer.rest());
    }
    EXPECT_EQ(body_of(raw(whole)), "[z]");
    EXPECT_TRUE(log.troubles().empty());
}

TEST_F(http, announced_body_beyond_the_limit_is_refused_without_reading_it) {
    start();
    auto peer = connect();
    peer.send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n41\r\n");
    EXPECT_TRUE(peer.answer().starts_with("HTTP/1.1 413 "));
    peer.send(std::string(1'000'000, 'x'));
    peer.hang_up();
    EXPECT_EQ(log.events(1)[0].code, "payload_too_large");
}

TEST_F(http, body_of_exactly_the_limit_is_taken) {
    start();
    EXPECT_EQ(body_of(raw("POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "40\r\n" +
                          std::string(64, 'x') + "\r\n0\r\n\r\n")),
              "[" + std::string(64, 'x') + "]");
}

TEST_F(http, body_is_asked_for_when_the_client_waits_to_be_asked) {
    start();
    auto peer = connect();
    peer.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(peer.answer(), "HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("x");
    EXPECT_EQ(body_of(peer.answer()), "[x]");
}

TEST_F(http, refused_body_is_not_asked_for) {
    start();
    auto peer = connect();
    peer.send("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
    const auto got = peer.answer();
    EXPECT_TRUE(got.starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(got.contains("Connection: close\r\n"));
}

TEST_F(http, refusal_reaches_a_client_that_still_sends) {
    start();
    const auto got =
        raw("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'x'));
    EXPECT_TRUE(got.starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(got.contains(R"("code":"not_found")"));
}

TEST_F(http, long_heads_are_refused) {
    start();
    const auto padded = [](std::size_t size) {
        return "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(size, 'x') + "\r\n\r\n";
    };
    EXPECT_TRUE(raw(padded(16 * 1024)).starts_with("HTTP/1.1 431 "));
    EXPECT_TRUE(raw(padded(1 << 20)).starts_with("HTTP/1.1 431 "));
    EXPECT_TRUE(raw("GET /" + std::string(8192, 'x') + " HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 414 "));
    std::string fields;
    for (int i = 0; i < 101; ++i)
        fields += "A: b\r\n";
    EXPECT_TRUE(raw("GET / HTTP/1.1\r\n" + fields + "\r\n").starts_with("HTTP/1.1 431 "));
}

TEST_F(http, other_protocols_are_hung_up_on) {
    start();
    for (const auto& octets :
         {"\x16\x03\x01\x02\0\1\0\1\xfc\x03\x03"s, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s, "SSH-2.0-x\n"s})
        EXPECT_TRUE(raw(octets).starts_with("HTTP/1.1 400 ")) << octets;
    EXPECT_EQ(log.events(3)[0].path, "");
}

TEST_F(http, half_a_head_times_out_and_silence_is_just_closed) {
    start({.head_time = 20ms});
    EXPECT_TRUE(raw("GET / HT").starts_with("HTTP/1.1 408 "));
    EXPECT_EQ(raw(""), "");
    EXPECT_EQ(log.events(1).size(), 1U) << "silence is no request";
}

TEST_F(http, half_a_body_times_out) {
    start({.body_time = 20ms});
    EXPECT_TRUE(raw("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab").starts_with("HTTP/1.1 408 "));
    EXPECT_EQ(log.events(1)[0].code, "request_timeout");
}

TEST_F(http, kept_connection_is_closed_when_nothing_more_comes) {
    start({.idle_time = 20ms});
    auto peer = connect();
    peer.send(post("/a", "x"));
    static_cast<void>(peer.answer());
    EXPECT_EQ(peer.rest(), "");
}

TEST_F(http, slow_reader_is_given_up) {
    start({.body_time = 50ms, .slowest_rate = 1U << 30});
    auto peer = connect();
    peer.send(post("/big", ""));
    const auto events = log.events(1);
    EXPECT_EQ(events[0].bytes_out, 0U);
    EXPECT_LT(peer.rest().size(), 64'000'000U);
}

TEST_F(http, operation_is_cancelled_when_the_client_hangs_up) {
    start();
    auto peer = connect();
    peer.send(post("/hangs", ""));
    handler.await_hanging(1);
    peer.hang_up();
    handler.await_cancelled(1);
    const auto event = log.events(1)[0];
    EXPECT_EQ(event.status, 499U);
    EXPECT_EQ(event.code, "client_gone");
    EXPECT_TRUE(log.troubles().empty());
}

TEST_F(http, next_request_does_not_hide_that_the_client_hangs_up) {
    start();
    auto peer = connect();
    peer.send(post("/hangs", "") + post("/a", "x"));
    handler.await_hanging(1);
    peer.hang_up();
    handler.await_cancelled(1);
}

TEST_F(http, client_that_hangs_up_within_a_request_is_logged) {
    start();
    for (const auto* const octets : {"POST /a HT", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab",
                                     "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
        auto peer = connect();
        peer.send(octets);
        peer.hang_up();
    }
    for (const auto& event : log.events(3))
        EXPECT_EQ(event.code, "client_gone");
}

TEST_F(http, exception_is_an_internal_error_that_only_the_log_explains) {
    start();
    const auto got = raw(post("/throws", ""));
    EXPECT_TRUE(got.starts_with("HTTP/1.1 500 ")) << got;
    EXPECT_FALSE(got.contains("a bug"));
    EXPECT_EQ(log.troubles(), std::vector{"request: a bug"s});
}

TEST_F(http, path_in_the_log_is_escaped_and_has_no_query) {
    start();
    static_cast<void>(raw("GET /a\\b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    static_cast<void>(raw("GET /refused?password=hunter2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    const auto events = log.events(2);
    EXPECT_EQ(events[0].path, "/a\\\\b");
    EXPECT_EQ(events[1].path, "/refused");
}

TEST_F(http, connections_beyond_the_limit_are_told_to_come_back) {
    start({.connections = 1});
    auto first = connect();
    first.send(post("/hangs", ""));
    handler.await_hanging(1);
    auto second = connect();
    const auto got = second.answer();
    EXPECT_TRUE(got.starts_with("HTTP/1.1 429 ")) << got;
    EXPECT_TRUE(got.contains("Retry-After: 1\r\n"));
    second.hang_up();
    first.hang_up();
}

TEST_F(http, bodies_beyond_the_common_memory_are_told_to_come_back) {
    start({.body_octets = 100});
    auto first = connect();
    first.send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(first.answer(), "HTTP/1.1 100 Continue\r\n\r\n");  // it holds 64 of the 100
    EXPECT_TRUE(raw(post("/a", std::string(40, 'x'))).starts_with("HTTP/1.1 429 "));
    EXPECT_TRUE(raw(post("/a", std::string(30, 'x'), closing)).starts_with("HTTP/1.1 200 "));
    first.send("0\r\n\r\n");
    EXPECT_EQ(body_of(first.answer()), "[]");
    EXPECT_TRUE(raw(post("/a", std::string(64, 'x'), closing)).starts_with("HTTP/1.1 200 "));
}

TEST_F(http, stop_closes_idle_connections_and_lets_running_requests_finish) {
    start();
    auto idle = connect(), kept = connect(), busy = connect();
    kept.send(post("/a", "x"));
    static_cast<void>(kept.answer());
    busy.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
    static_cast<void>(busy.answer());
    auto stopped = std::async(std::launch::async, [this] { stop(10s); });
    EXPECT_EQ(idle.rest(), "");
    EXPECT_EQ(kept.rest(), "");
    busy.send("x");
    const auto got = busy.rest();
    EXPECT_EQ(body_of(got), "[x]");
    EXPECT_TRUE(got.contains("Connection: close\r\n"));
    stopped.get();
}

TEST_F(http, stop_cancels_what_does_not_finish_within_the_limit) {
    start();
    auto peer = connect();
    peer.send(post("/hangs", ""));
    handler.await_hanging(1);
    stop(1ms);
    handler.await_cancelled(1);
    EXPECT_EQ(peer.rest(), "");
    EXPECT_EQ(log.events(1)[0].status, 499U);
    EXPECT_TRUE(log.troubles().empty());
}

TEST_F(http, stopped_listener_accepts_nothing) {
    start();
    const auto address = listening->address();
    stop(0ms);
    EXPECT_THROW(client{address}, boost::system::system_error);
}

TEST_F(http, address_in_use_is_named) {
    start();
    const auto second = listener::open(context.get_executor(), listening->address(), {}, handler, log);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().fact_named("field"), "listen");
}

}  // namespace
}  // namespace gangway::api
