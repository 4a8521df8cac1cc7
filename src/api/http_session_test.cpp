#include "testing/listening.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <future>
#include <string>

namespace gangway::api {
namespace {

using namespace testing;
using namespace std::literals;

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
    start();
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

TEST_F(http, other_protocols_are_hung_up_on) {
    start();
    for (const auto& octets :
         {"\x16\x03\x01\x02\0\1\0\1\xfc\x03\x03"s, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s, "SSH-2.0-x\n"s})
        EXPECT_TRUE(raw(octets).starts_with("HTTP/1.1 400 ")) << octets;
    EXPECT_EQ(log.events(3)[0].path, "");
}

}  // namespace
}  // namespace gangway::api
