#include "testing/listening.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <string>

namespace gangway::api {
namespace {

using namespace testing;
using namespace std::literals;

using sending = std::function<net::async_result<void>(body_sink&)>;

/// A body made by a function.
class made_body final : public streamed_body {
  public:
    explicit made_body(sending make) : make_(std::move(make)) {}
    net::async_result<void> send(body_sink& out) override { return make_(out); }

  private:
    sending make_;
};

answer streamed(sending make, std::optional<std::uint64_t> length = std::nullopt) {
    return {.headers = {{"Content-Type", "application/octet-stream"}},
            .stream = std::make_unique<made_body>(std::move(make)),
            .length = length};
}

net::async_result<void> three_pieces(body_sink& out) {
    for (const auto piece : {"one,"sv, "two,"sv, "three"sv})
        if (auto written = co_await out.write(piece); !written) co_return written;
    co_return base::result<void>{};
}

/// Two pieces and then a failure.
net::async_result<void> broken_off(body_sink& out) {
    for (const auto piece : {"one,"sv, "two,"sv})
        if (auto written = co_await out.write(piece); !written) co_return written;
    co_return refuse(errc::internal_error, "lost");
}

/// Everything that the client sends, back in brackets.
net::awaitable<answer> echo_pieces(resource_request, request_body& body) {
    std::string all;
    for (;;) {
        const auto piece = co_await body.read();
        if (!piece) co_return error_answer(piece.error());
        if (piece->empty()) break;
        all.append(*piece);
    }
    co_return answer{.body = "[" + all + "]", .operation = "echo"};
}

class http_stream : public http {
  protected:
    void answer_with(sending make, std::optional<std::uint64_t> length = std::nullopt) {
        handler.stream = [make = std::move(make), length](resource_request, request_body&) -> net::awaitable<answer> {
            return returned(streamed(make, length));
        };
    }
    static std::string get(std::string_view more = "") {
        return "GET /stream HTTP/1.1\r\nHost: x\r\n" + std::string{more} + "\r\n";
    }

  private:
    static net::awaitable<answer> returned(answer ready) { co_return ready; }
};

TEST_F(http_stream, length_that_is_known_is_told_and_the_octets_follow) {
    answer_with(three_pieces, 13);
    start();
    const auto got = raw(get(closing));
    EXPECT_TRUE(got.contains("Content-Length: 13\r\n")) << got;
    EXPECT_TRUE(got.contains("Content-Type: application/octet-stream\r\n"));
    EXPECT_TRUE(got.contains("X-Content-Type-Options: nosniff\r\n"));
    EXPECT_FALSE(got.contains("chunked"));
    EXPECT_EQ(body_of(got), "one,two,three");
}

TEST_F(http_stream, unknown_length_comes_in_chunks_and_the_connection_stays) {
    answer_with(three_pieces);
    start();
    const auto got = raw(get() + get(closing));
    const auto chunks = "4\r\none,\r\n4\r\ntwo,\r\n5\r\nthree\r\n0\r\n\r\n"s;
    const auto first = got.find(chunks);
    ASSERT_NE(first, std::string::npos) << got;
    EXPECT_NE(got.find(chunks, first + 1), std::string::npos) << got;
    EXPECT_TRUE(got.contains("Transfer-Encoding: chunked\r\n"));
    EXPECT_FALSE(got.contains("Content-Length"));
}

TEST_F(http_stream, old_version_gets_neither_chunks_nor_a_kept_connection) {
    answer_with(three_pieces);
    start();
    const auto got = raw("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(body_of(got), "one,two,three");
    EXPECT_FALSE(got.contains("keep-alive")) << got;
    EXPECT_FALSE(got.contains("chunked"));
}

TEST_F(http_stream, head_gets_the_head_only_and_the_stream_never_runs) {
    std::atomic<bool> ran = false;
    answer_with(
        [&ran](body_sink& out) {
            ran = true;
            return three_pieces(out);
        },
        13);
    start();
    auto peer = connect();
    peer.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n" + get(closing));
    const auto got = peer.rest();
    EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_TRUE(body_of(got).starts_with("HTTP/1.1 200 OK\r\n")) << "no octet of a body between the two: " << got;
    EXPECT_TRUE(got.contains("Content-Length: 13\r\n"));
    EXPECT_TRUE(ran) << "by the second request";
    EXPECT_EQ(log.events(2)[0].bytes_out, got.find("\r\n\r\n") + 4);
}

TEST_F(http_stream, empty_body_is_a_body) {
    answer_with([](body_sink&) -> net::async_result<void> { co_return base::result<void>{}; });
    start();
    EXPECT_EQ(body_of(raw(get(closing))), "0\r\n\r\n");
    answer_with([](body_sink&) -> net::async_result<void> { co_return base::result<void>{}; }, 0);
    EXPECT_TRUE(raw(get(closing)).contains("Content-Length: 0\r\n"));
}

TEST_F(http_stream, failure_in_the_middle_shows_as_a_missing_end) {
    start();
    for (const std::optional<std::uint64_t> length :
         {std::optional<std::uint64_t>{}, std::optional<std::uint64_t>{13}}) {
        answer_with(broken_off, length);
        const auto got = raw(get() + get());
        EXPECT_TRUE(got.contains("one,")) << got;
        EXPECT_FALSE(got.contains("0\r\n\r\n")) << got;
        EXPECT_EQ(got.find("HTTP/1.1"), got.rfind("HTTP/1.1")) << "no second answer behind the broken one";
    }
    for (const auto& event : log.events(2)) {
        EXPECT_EQ(event.status, 200U);
        EXPECT_EQ(event.code, "internal_error");
        EXPECT_GT(event.bytes_out, 0U);
    }
}

TEST_F(http_stream, body_of_another_length_than_was_said_is_a_failure) {
    start();
    for (const std::uint64_t said : {12U, 14U}) {
        answer_with(three_pieces, said);
        const auto got = raw(get() + get());
        EXPECT_LE(body_of(got).size(), said);
        EXPECT_EQ(got.find("HTTP/1.1"), got.rfind("HTTP/1.1")) << said;
    }
    EXPECT_EQ(log.events(2)[1].code, "internal_error");
}

TEST_F(http_stream, failure_before_the_first_octet_is_an_error_answer) {
    start();
    answer_with([](body_sink&) -> net::async_result<void> { co_return refuse(errc::not_found, "nothing there"); });
    const auto got = raw(get());
    EXPECT_TRUE(got.starts_with("HTTP/1.1 404 ")) << got;
    EXPECT_TRUE(got.contains(R"("code":"not_found")"));
    answer_with([](body_sink&) -> net::async_result<void> {
        throw std::runtime_error{"a bug"};
        co_return base::result<void>{};
    });
    EXPECT_TRUE(raw(get()).starts_with("HTTP/1.1 500 "));
    EXPECT_EQ(log.troubles(), std::vector{"request: a bug"s});
}

TEST_F(http_stream, client_that_takes_nothing_stops_the_making_and_is_given_up) {
    std::atomic<std::size_t> made = 0;
    answer_with([&made](body_sink& out) -> net::async_result<void> {
        const std::string piece(100'000, 'x');
        for (;;) {
            if (auto written = co_await out.write(piece); !written) co_return written;
            made += piece.size();
        }
    });
    start({.body_time = 100ms, .slowest_rate = 1U << 30});
    auto peer = connect();
    peer.send(get());
    EXPECT_EQ(log.events(1)[0].code, "client_gone");
    EXPECT_LT(made, 32'000'000U) << "no more than the operating system keeps";
}

TEST_F(http_stream, client_that_hangs_up_cancels_the_making) {
    std::promise<void> begun, cancelled;
    answer_with([&](body_sink& out) -> net::async_result<void> {
        if (auto written = co_await out.write("x"); !written) co_return written;
        begun.set_value();
        asio::steady_timer never{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
        try {
            co_await never.async_wait(asio::use_awaitable);
        } catch (...) {
            cancelled.set_value();
            throw;
        }
        co_return base::result<void>{};
    });
    start();
    auto peer = connect();
    peer.send(get());
    begun.get_future().get();
    peer.hang_up();
    cancelled.get_future().get();
    EXPECT_EQ(log.events(1)[0].code, "client_gone");
    EXPECT_TRUE(log.troubles().empty());
}

TEST_F(http_stream, body_may_be_made_on_another_executor) {
    auto strand = asio::make_strand(context);
    answer_with([strand](body_sink& out) -> net::async_result<void> {
        return asio::co_spawn(strand, three_pieces(out), asio::use_awaitable);
    });
    start();
    EXPECT_TRUE(raw(get(closing)).contains("5\r\nthree\r\n0\r\n\r\n"));
}

TEST_F(http_stream, request_body_of_any_length_is_read_in_pieces) {
    static std::atomic<std::size_t> longest = 0, total = 0;  // outlive a request that nobody waits for
    longest = total = 0;
    handler.stream = [](resource_request, request_body& body) -> net::awaitable<answer> {
        return [](request_body& from, std::atomic<std::size_t>& most,
                  std::atomic<std::size_t>& sum) -> net::awaitable<answer> {
            if (sum == 0) EXPECT_EQ(from.announced(), 3'000'000U);
            for (;;) {
                const auto piece = co_await from.read();
                if (!piece || piece->empty()) break;
                most = std::max(most.load(), piece->size());
                sum += piece->size();
            }
            co_return answer{.body = "{}"};
        }(body, longest, total);
    };
    start();
    auto peer = connect();
    peer.send(post("/stream", std::string(3'000'000, 'x')) + get(closing));
    EXPECT_TRUE(peer.answer().starts_with("HTTP/1.1 200 "));
    EXPECT_EQ(total, 3'000'000U);
    EXPECT_LE(longest, 256U * 1024);
    EXPECT_GT(log.events(1)[0].bytes_in, 3'000'000U);
}

TEST_F(http_stream, chunks_are_put_together_and_the_next_request_is_found_behind_them) {
    handler.stream = echo_pieces;
    start();
    const auto chunked = "PUT /stream HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"s;
    const auto got = raw(chunked + "\r\n3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n" + chunked + closing + "\r\n0\r\n\r\n");
    EXPECT_TRUE(got.contains("[abcde]")) << got;
    EXPECT_TRUE(got.ends_with("[]")) << got;
}

TEST_F(http_stream, body_that_comes_octet_by_octet_is_the_same) {
    handler.stream = echo_pieces;
    start();
    for (const auto& octets : {post("/stream", "body", closing),
                               "PUT /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"s}) {
        auto peer = connect();
        for (const char octet : octets)
            peer.send({&octet, 1});
        EXPECT_EQ(body_of(peer.rest()), "[body]");
    }
}

TEST_F(http_stream, malformed_chunks_and_trailers_are_refused_and_end_the_connection) {
    handler.stream = echo_pieces;
    start();
    for (const auto* const chunks :
         {"x\r\nabc\r\n0\r\n\r\n", "-1\r\na\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "10000000000000000\r\n",
          "3\nabc\n0\n\n\r\n\r\n", "0\r\nA: b\r\n\r\n", "1\r\na\r\n0\r\nContent-Length: 5\r\n\r\n"}) {
        const auto got = raw("PUT /stream HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"s + chunks +
                             post("/b", "smuggled"));
        EXPECT_TRUE(got.starts_with("HTTP/1.1 400 ")) << chunks << got;
        EXPECT_FALSE(got.contains("smuggled")) << chunks;
    }
}

TEST_F(http_stream, body_that_ends_early_is_an_error_for_the_handler) {
    std::promise<std::string> seen;
    handler.stream = [&seen](resource_request, request_body& body) -> net::awaitable<answer> {
        return [](request_body& from, std::promise<std::string>& to) -> net::awaitable<answer> {
            for (;;) {
                const auto piece = co_await from.read();
                if (piece && !piece->empty()) continue;
                to.set_value(piece ? "whole" : piece.error().code.message());
                co_return answer{};
            }
        }(body, seen);
    };
    start({.body_time = 100ms});
    auto peer = connect();
    peer.send("PUT /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
    EXPECT_EQ(seen.get_future().get(), make_error_code(errc::request_timeout).message());
}

TEST_F(http_stream, client_that_hangs_up_in_the_middle_of_its_body_cancels_the_handler) {
    std::promise<void> begun, ended;
    handler.stream = [&](resource_request, request_body& body) -> net::awaitable<answer> {
        return [](request_body& from, std::promise<void>& started, std::promise<void>& gone) -> net::awaitable<answer> {
            static_cast<void>(co_await from.read());
            started.set_value();
            asio::steady_timer never{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
            try {
                co_await never.async_wait(asio::use_awaitable);  // it does not read: the server is slow
            } catch (...) {
                gone.set_value();
                throw;
            }
            co_return answer{};
        }(body, begun, ended);
    };
    start();
    auto peer = connect();
    peer.send("PUT /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n" + std::string(60'000, 'x'));
    begun.get_future().get();
    peer.hang_up();
    ended.get_future().get();
    EXPECT_EQ(log.events(1)[0].code, "client_gone");
}

TEST_F(http_stream, client_is_asked_for_its_body_only_by_the_first_read) {
    handler.stream = [](resource_request request, request_body& body) -> net::awaitable<answer> {
        if (request.field("x-refuse")) {
            return [](request_body&) -> net::awaitable<answer> {
                co_return error_answer(refusal(errc::not_found, "no"));
            }(body);
        }
        return echo_pieces(std::move(request), body);
    };
    start();
    const auto head = "PUT /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n"s;
    auto peer = connect();
    peer.send(head + "\r\n");
    EXPECT_EQ(peer.answer(), "HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("x");
    EXPECT_EQ(body_of(peer.answer()), "[x]");
    peer.send(head + "X-Refuse: 1\r\n\r\n");
    const auto refused = peer.answer();
    EXPECT_TRUE(refused.starts_with("HTTP/1.1 404 ")) << refused;
    EXPECT_TRUE(refused.contains("Connection: close\r\n"));
}

TEST_F(http_stream, handler_sees_the_fields_but_no_credential) {
    handler.stream = [](resource_request request, request_body&) -> net::awaitable<answer> {
        std::string seen = request.method + (request.query ? "?" + *request.query : "");
        for (const auto& [name, value] : request.fields)
            seen += "|" + name + "=" + value;
        return [](std::string text) -> net::awaitable<answer> { co_return answer{.body = std::move(text)}; }(seen);
    };
    start();
    const auto got =
        raw("GET /stream?a=b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=1-\r\n"
            "AUTHORIZATION: Bearer secret\r\nCookie: secret\r\n\r\n");
    EXPECT_EQ(body_of(got), "GET?a=b|Host=x|Connection=close|Range=bytes=1-");
}

}  // namespace
}  // namespace gangway::api
