#include "testing/listening.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>

namespace gangway::api {
namespace {

using namespace testing;
using namespace std::literals;

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

TEST_F(http, client_that_asks_nothing_loses_its_place_to_one_that_comes_when_all_are_taken) {
    start({.connections = 2, .secure_place = 0ms});
    auto silent = connect();
    auto slow = connect();
    slow.send("POST /a HT");
    EXPECT_EQ(body_of(raw(post("/a", "x", closing))), "[x]");
    EXPECT_EQ(silent.rest(), "");
    auto busy = connect();
    busy.send(post("/hangs", ""));
    handler.await_hanging(1);
    EXPECT_EQ(body_of(raw(post("/a", "y", closing))), "[y]");
    EXPECT_EQ(slow.rest(), "");
    busy.hang_up();
}

TEST_F(http, client_that_came_just_now_keeps_its_place) {
    start({.connections = 1, .secure_place = 1h});
    auto first = connect();
    auto second = connect();
    EXPECT_TRUE(second.answer().starts_with("HTTP/1.1 429 "));
    first.send(post("/a", "x"));
    EXPECT_EQ(body_of(first.answer()), "[x]");
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
    EXPECT_THROW(blocking_client{address}, boost::system::system_error);
}

TEST_F(http, address_in_use_is_named) {
    start();
    const auto second = listener::open(context.get_executor(), listening->address(), {}, handler, log);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().fact_named("field"), "listen");
}

}  // namespace
}  // namespace gangway::api
