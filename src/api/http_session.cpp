#include "http_session.hpp"

#include "answer_head.hpp"
#include "guarded.hpp"

#include <gangway/api/errors.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/net/deadline.hpp>
#include <gangway/net/peer_state.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

namespace gangway::api {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
/// Room for the reads of Beast.
constexpr std::size_t body_read = 64U * 1024;

base::error body_error(const error_code& failure, std::size_t limit) {
    if (failure == http::error::body_limit)
        return refusal(errc::payload_too_large,
                       "The body is longer than the " + std::to_string(limit) + " octets this route takes");
    return body_failure(failure);
}

}  // namespace

/// One request and its answer. Is logged once, when it ends, however it ends.
struct http_session::exchange {
    exchange(access_log& log, std::string client) : to(log) {
        event.client = std::move(client);
        event.status = 499;
        event.code = "aborted";  // unless there comes an answer
    }
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;
    ~exchange() {
        const auto spent = std::chrono::steady_clock::now() - start;
        event.duration = std::chrono::duration_cast<std::chrono::microseconds>(spent);
        to.request(event);
    }

    void note(const answer& result) {
        event.status = result.status;
        event.code = result.code;
        event.operation = result.operation;
        event.host = result.host;
    }

    access_log& to;
    request_event event{};
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    framing how{};
    admitted request{};
    std::optional<request_parser> parser{};  ///< while there is a body to read; has seen the head
    bool http_1_0 = false;
    bool head_only = false;  ///< HEAD: the answer has no body
};

http_session::http_session(net::tcp::socket socket, http_service service)
    : socket_(std::move(socket)),
      service_(service),
      buffer_(service.limits.head.octets + service.limits.pipelined + body_read),
      idle_timer_(socket_.get_executor()) {
    error_code ignored;
    const auto peer = socket_.remote_endpoint(ignored);
    if (!ignored) {
        peer_ = peer.address();
        client_ = peer_.to_string();
    }
    socket_.set_option(net::tcp::no_delay{true}, ignored);
    socket_.non_blocking(true, ignored);
}

net::awaitable<void> http_session::run(bool welcome) {
    /// What is under way holds this object; it ends here.
    struct end {
        http_session& self;
        ~end() { self.close(); }
    } const at_the_end{*this};
    if (!welcome) {
        waiting_since_ = no_wait;
        exchange now{service_.log, client_};
        co_await refuse(
            now,
            refusal(errc::too_many_requests, "All connections are in use; try again soon").with("retryAfter", "1"));
    }
    while (welcome && !draining_ && co_await serve_one())
        continue;
    if (unread_) co_await linger();
}

void http_session::drain() noexcept {
    draining_ = true;
    error_code ignored;
    if (idle_) socket_.cancel(ignored);
}

std::optional<std::chrono::steady_clock::time_point> http_session::waiting_since() const noexcept {
    const auto since = waiting_since_.load(std::memory_order_relaxed);
    if (since == no_wait) return std::nullopt;
    return std::chrono::steady_clock::time_point{since};
}

void http_session::give_place() noexcept {
    if (waiting_since()) abort();
}

/// Whether another request may follow on this connection.
net::awaitable<bool> http_session::serve_one() {
    waiting_since_.store(std::chrono::steady_clock::now().time_since_epoch(), std::memory_order_relaxed);
    if (!co_await await_request()) co_return false;
    exchange now{service_.log, client_};
    const auto head_size = co_await read_head();
    waiting_since_.store(no_wait, std::memory_order_relaxed);
    if (!head_size) co_return co_await refuse(now, head_size.error());
    now.event.bytes_in = *head_size;

    const auto octets = buffered().substr(0, *head_size);
    auto head = parse_head(octets, service_.limits.head);
    if (!head) co_return co_await refuse(now, std::move(head.error()));
    head->peer = peer_;
    now.event.method = base::escape(head->method);
    now.event.route = service_.handler.route_of(head->path());
    if (const auto client = service_.handler.client_of(*head); client != peer_) now.event.client = client.to_string();
    now.event.path = base::escape(service_.handler.shown_path(head->path()));
    now.http_1_0 = head->http_1_0;
    now.head_only = head->method == "HEAD";
    auto how = framing_of(*head);
    if (!how) co_return co_await refuse(now, std::move(how.error()));
    now.how = *how;

    auto decision = service_.handler.admit(*head, *how);
    if (how->has_body()) {
        // Beast reads the body, and must have understood the head in the same way.
        error_code failure;
        auto& parser = now.parser.emplace();
        parser.header_limit(static_cast<std::uint32_t>(service_.limits.head.octets));
        parser.body_limit(boost::none);
        parser.put(asio::buffer(octets), failure);
        if (failure || parser.chunked() != how->chunked)
            co_return co_await refuse(now, refusal(errc::bad_request, "The request's head is malformed"));
    }
    base::wipe(buffer_.data().data(), *head_size);  // a token may be in it
    buffer_.consume(*head_size);                    // ends the life of `octets` and `head`
    if (auto* const refused = std::get_if<answer>(&decision)) {
        unread_ = how->has_body();
        co_return co_await send(now, std::move(*refused));
    }
    now.request = std::move(std::get<admitted>(decision));
    if (now.request.resource) co_return co_await serve_resource(now);

    const auto promised = how->chunked ? now.request.body_limit : how->content_length.value_or(0);
    auto share = service_.bodies.take(promised);
    if (!share)
        co_return co_await refuse(now,
                                  refusal(errc::too_many_requests, "Too many large requests at once; try again soon")
                                      .with("retryAfter", "1"));
    auto body = co_await read_body(now);
    if (!body) co_return co_await refuse(now, std::move(body.error()));
    now.event.bytes_in += body->size();
    auto work = guarded(service_.log, service_.handler.serve(std::move(now.request), std::move(*body)));
    auto result = co_await while_client_stays(std::move(work), false);
    share.reset();
    if (!result) co_return co_await refuse(now, std::move(result.error()));
    co_return co_await send(now, std::move(*result));
}

std::string_view http_session::buffered() const noexcept {
    const auto data = buffer_.cdata();
    return {static_cast<const char*>(data.data()), data.size()};
}

net::async_result<std::size_t> http_session::find_head(head_scanner& scanner) {
    for (;;) {
        if (auto more = co_await receive(); !more) co_return std::unexpected(std::move(more.error()));
        auto end = scanner.scan(buffered());
        if (!end) co_return std::unexpected(std::move(end.error()));
        if (*end) co_return **end;
    }
}

net::async_result<std::size_t> http_session::read_head() {
    head_scanner scanner{service_.limits.head};
    // Usually it is here as a whole, and nothing has to be waited for.
    if (auto end = scanner.scan(buffered()); !end || *end)
        co_return end ? base::result<std::size_t>{**end} : std::unexpected(std::move(end.error()));
    auto found =
        co_await net::with_deadline(find_head(scanner), service_.limits.head_time, base::phase::request, "the head");
    if (!found && found.error().code == net::errc::timed_out)
        co_return api::refuse(errc::request_timeout, "The request's head did not arrive in time");
    co_return found;
}

net::async_result<void> http_session::send_continue(const exchange& now) {
    if (!now.how.expects_continue || buffer_.size() != 0) co_return base::result<void>{};
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [failure, size] = co_await asio::async_write(socket_, asio::buffer(go_on), as_values);
    if (failure) co_return api::refuse(errc::client_gone, "the client went away");
    co_return base::result<void>{};
}

net::async_result<wiped_octets> http_session::read_body(exchange& now) {
    if (!now.how.has_body()) co_return wiped_octets{};
    const auto length = now.how.content_length.value_or(0);
    if (!now.how.chunked && length <= std::min(buffer_.size(), now.request.body_limit)) {
        const auto here = buffered().substr(0, length);
        wiped_octets whole{here.begin(), here.end()};
        base::wipe(buffer_.data().data(), length);
        buffer_.consume(length);
        now.parser.reset();
        co_return whole;
    }
    const auto read = [](http_session& self, exchange& current) -> net::async_result<void> {
        if (auto sent = co_await self.send_continue(current); !sent) co_return sent;
        const auto [failure, size] = co_await http::async_read(self.socket_, self.buffer_, *current.parser, as_values);
        if (failure) co_return std::unexpected(body_error(failure, current.request.body_limit));
        co_return base::result<void>{};
    };
    auto& parser = *now.parser;
    const auto fields = std::distance(parser.get().begin(), parser.get().end());
    parser.body_limit(now.request.body_limit);
    const auto expected = now.how.content_length.value_or(now.request.body_limit);
    auto done = co_await net::with_deadline(read(*this, now), service_.limits.allowance(expected), base::phase::request,
                                            "the body");
    if (!done && done.error().code == net::errc::timed_out)
        co_return api::refuse(errc::request_timeout, "The request's body did not arrive in time");
    if (!done) co_return std::unexpected(std::move(done.error()));
    if (std::distance(parser.get().begin(), parser.get().end()) != fields)
        co_return api::refuse(errc::bad_request, "Trailers are not taken");
    auto body = std::move(parser.get().body());
    now.parser.reset();
    buffer_.shrink_to_fit();  // frees and zeroes what passed through it
    co_return body;
}

/// What a handler reads, or sends, is a stream.
net::awaitable<bool> http_session::serve_resource(exchange& now) {
    request_stream body{socket_, buffer_, service_.limits, now.how, now.parser};
    auto work = guarded(service_.log, service_.handler.serve_resource(std::move(now.request), body));
    auto result = co_await while_client_stays(std::move(work), now.how.has_body());
    now.event.bytes_in += body.taken();
    unread_ = !body.finished();
    if (!result) co_return co_await refuse(now, std::move(result.error()));
    co_return co_await send(now, std::move(*result));
}

/// Gives `work` up when the client hangs up. `receiving` says that the work itself reads from the socket.
template <class T>
net::async_result<T> http_session::while_client_stays(net::async_result<T> work, bool receiving) {
    using namespace asio::experimental::awaitable_operators;
    auto first =
        receiving ? co_await (std::move(work) || client_hangs_up()) : co_await (std::move(work) || client_leaves());
    if (first.index() == 1) co_return api::refuse(errc::client_gone, "the client went away");
    co_return std::move(std::get<0>(first));
}

/// Ends when the client has closed its side. What it sends meanwhile is kept for later, up to a limit.
net::awaitable<void> http_session::client_leaves() {
    while (buffer_.size() < service_.limits.pipelined)
        if (const auto more = co_await receive(); !more) co_return;
    co_await client_hangs_up();
}

/// The same without reading, so it takes a moment to be noticed; and a client that goes while its octets still wait to
/// be received is noticed only by reading on.
net::awaitable<void> http_session::client_hangs_up() {
    constexpr std::chrono::milliseconds interval{250};
    asio::steady_timer timer{socket_.get_executor()};
    while (!net::has_hung_up(socket_)) {
        timer.expires_after(interval);
        co_await timer.async_wait(as_values);
    }
}

net::awaitable<bool> http_session::refuse(exchange& now, base::error why) {
    auto result = error_answer(why);
    result.operation = now.event.operation;
    result.host = now.event.host;
    if (why.code == errc::client_gone) {
        now.note(result);
        co_return false;
    }
    unread_ = true;
    co_return co_await send(now, std::move(result));
}

net::awaitable<bool> http_session::send(exchange& now, answer result) {
    now.note(result);
    const connection_terms terms{.http_1_0 = now.http_1_0, .keep_alive = now.how.keep_alive && !unread_ && !draining_};
    if (result.stream && !now.head_only) co_return co_await send_stream(now, std::move(result), terms);
    const auto size = result.body.size();
    auto message = to_response(std::move(result), terms);
    serializer octets{message};
    octets.split(now.head_only);
    // Usually the operating system takes all at once, and nothing has to be waited for.
    error_code failure;
    auto sent = now.head_only ? http::write_header(socket_, octets, failure) : http::write(socket_, octets, failure);
    if (failure == asio::error::would_block) {
        const auto rest = co_await net::with_deadline(
            write_rest(octets, now.head_only), service_.limits.allowance(size), base::phase::request, "the answer");
        failure = rest ? error_code{} : asio::error::timed_out;
        sent += rest.value_or(0);
    }
    if (failure) {
        unread_ = false;  // nobody reads, so there is nothing to wait for
        co_return false;
    }
    now.event.bytes_out = sent;
    co_return terms.keep_alive;
}

net::async_result<std::size_t> http_session::write_rest(serializer& octets, bool head_only) {
    const auto [failure, sent] = head_only ? co_await http::async_write_header(socket_, octets, as_values)
                                           : co_await http::async_write(socket_, octets, as_values);
    if (failure) co_return api::refuse(errc::client_gone, "the client went away");
    co_return sent;
}

net::awaitable<bool> http_session::send_stream(exchange& now, answer result, connection_terms terms) {
    const auto extent = extent_of(result, terms);
    answer_sink out{socket_, service_.limits, stream_head(result, terms), extent};
    const auto send_all = [](streamed_body& body, answer_sink& to) -> net::async_result<void> {
        if (auto sent = co_await body.send(to); !sent) co_return sent;
        co_return co_await to.finish();
    };
    auto done = co_await while_client_stays(guarded(service_.log, send_all(*result.stream, out)), false);
    now.event.bytes_out = out.sent();
    if (done) co_return terms.keep_alive && (extent.length || extent.chunked);
    if (!out.begun()) co_return co_await refuse(now, std::move(done.error()));
    // The missing end tells the client; where the end of the connection is the end of the body, only a reset can.
    now.event.code = classify(done.error().code).code;
    unread_ = false;
    error_code ignored;
    if (!extent.length && !extent.chunked) socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
    co_return false;
}

/// Closing a socket with unread octets resets the connection, and the client might lose the answer that it has not read
/// yet. So what it still sends is thrown away, for a while (RFC 9112 section 9.6).
net::awaitable<void> http_session::linger() {
    error_code ignored;
    socket_.shutdown(net::tcp::socket::shutdown_send, ignored);
    co_await stop_reading();
    const auto discard = [](http_session& self) -> net::async_result<void> {
        std::uint64_t total = 0;
        while (total < self.service_.limits.linger_octets) {
            total += self.buffer_.size();
            self.buffer_.consume(self.buffer_.size());
            if (auto more = co_await self.receive(); !more) co_return more;
        }
        co_return base::result<void>{};
    };
    static_cast<void>(
        co_await net::with_deadline(discard(*this), service_.limits.linger_time, base::phase::request, "closing"));
}

}  // namespace gangway::api
