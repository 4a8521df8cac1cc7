#include "request_stream.hpp"

#include <gangway/api/errors.hpp>
#include <gangway/net/await_on.hpp>
#include <gangway/net/deadline.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

namespace gangway::api {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t piece_size = 256U * 1024;

template <class Parser>
std::ptrdiff_t fields_of(const Parser& parser) {
    return std::distance(parser.get().begin(), parser.get().end());
}

}  // namespace

base::error body_failure(const error_code& failure) {
    const bool gone = failure == http::error::end_of_stream || failure == http::error::partial_message;
    if (!gone && failure.category() == make_error_code(http::error::body_limit).category())
        return refusal(errc::bad_request, "The chunked body is malformed");
    return refusal(errc::client_gone, "the client went away");
}

request_stream::request_stream(net::tcp::socket& socket, receive_buffer& buffer, const http_limits& limits, framing how,
                               std::optional<request_parser>& parser)
    : socket_(socket), buffer_(buffer), limits_(limits), how_(how), finished_(!how.has_body()) {
    if (!how.chunked || !parser) return;
    chunks_.emplace(std::move(*parser));
    head_fields_ = fields_of(*chunks_);
}

std::optional<std::uint64_t> request_stream::announced() const noexcept {
    return how_.chunked ? std::nullopt : std::optional{how_.content_length.value_or(0)};
}

net::async_result<std::string_view> request_stream::read() {
    return net::await_on(socket_.get_executor(), read_here());
}

net::async_result<std::string_view> request_stream::read_here() {
    if (finished_) co_return std::string_view{};
    auto piece =
        co_await net::with_deadline(next_piece(), limits_.body_time, base::phase::request, "the next part of the body");
    if (!piece && piece.error().code == net::errc::timed_out)
        co_return refuse(errc::request_timeout, "Nothing more of the request's body arrived in time");
    co_return piece;
}

net::async_result<std::string_view> request_stream::next_piece() {
    if (!std::exchange(asked_, true))
        if (auto sent = co_await ask_for_it(); !sent) co_return std::unexpected(std::move(sent.error()));
    piece_.resize(how_.chunked ? piece_size : std::min<std::uint64_t>(piece_size, *how_.content_length));
    const auto count = how_.chunked ? co_await receive_chunked() : co_await receive_counted();
    if (!count) co_return std::unexpected(count.error());
    taken_ += *count;
    finished_ = how_.chunked ? chunks_->is_done() : taken_ == *how_.content_length;
    co_return std::string_view{piece_.data(), *count};
}

net::async_result<void> request_stream::ask_for_it() {
    if (!how_.expects_continue || buffer_.size() != 0) co_return base::result<void>{};
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [failure, size] = co_await asio::async_write(socket_, asio::buffer(go_on), as_values);
    if (failure) co_return refuse(errc::client_gone, "the client went away");
    co_return base::result<void>{};
}

/// What was received along with the head first, then straight from the socket.
net::async_result<std::size_t> request_stream::receive_counted() {
    const auto wanted = std::min<std::uint64_t>(piece_.size(), *how_.content_length - taken_);
    if (const auto there = std::min<std::size_t>(buffer_.size(), wanted); there != 0) {
        std::memcpy(piece_.data(), buffer_.cdata().data(), there);
        buffer_.consume(there);
        co_return there;
    }
    const auto [failure, count] = co_await socket_.async_read_some(asio::buffer(piece_.data(), wanted), as_values);
    if (failure) co_return refuse(errc::client_gone, "the client went away");
    co_return count;
}

net::async_result<std::size_t> request_stream::receive_chunked() {
    auto& into = chunks_->get().body();
    into = {.data = piece_.data(), .size = piece_.size(), .more = true};
    while (into.size == piece_.size() && !chunks_->is_done()) {
        const auto [failure, parsed] = co_await http::async_read_some(socket_, buffer_, *chunks_, as_values);
        if (failure && failure != http::error::need_buffer) co_return std::unexpected(body_failure(failure));
    }
    if (chunks_->is_done() && fields_of(*chunks_) != head_fields_)
        co_return refuse(errc::bad_request, "Trailers are not taken");
    co_return piece_.size() - into.size;
}

}  // namespace gangway::api
