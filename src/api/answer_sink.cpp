#include "answer_sink.hpp"

#include <gangway/api/errors.hpp>
#include <gangway/net/await_on.hpp>
#include <gangway/net/deadline.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <array>
#include <utility>

namespace gangway::api {
namespace {

namespace asio = boost::asio;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

net::async_result<std::size_t> write_all(net::tcp::socket& socket, std::array<asio::const_buffer, 4> octets) {
    const auto [failure, count] = co_await asio::async_write(socket, octets, as_values);
    if (failure) co_return refuse(errc::client_gone, "the client went away");
    co_return count;
}

}  // namespace

answer_sink::answer_sink(net::tcp::socket& socket, const http_limits& limits, std::string head, body_extent extent)
    : socket_(socket), limits_(limits), head_(std::move(head)), extent_(extent) {
}

net::async_result<void> answer_sink::write(std::string_view octets) {
    return net::await_on(socket_.get_executor(), write_here(octets));
}

net::async_result<void> answer_sink::write_here(std::string_view octets) {
    if (octets.empty()) co_return base::result<void>{};  // as a chunk, it would be the last one
    written_ += octets.size();
    if (extent_.length && written_ > *extent_.length)
        co_return refuse(errc::internal_error, "the body is longer than was said");
    if (!extent_.chunked) co_return co_await send({}, octets, {});
    co_return co_await send(fmt::format("{:x}\r\n", octets.size()), octets, "\r\n");
}

net::async_result<void> answer_sink::finish() {
    if (extent_.length && written_ < *extent_.length)
        co_return refuse(errc::internal_error, "the body is shorter than was said");
    if (extent_.chunked) co_return co_await send("0\r\n\r\n", {}, {});
    if (!begun_) co_return co_await send({}, {}, {});
    co_return base::result<void>{};
}

net::async_result<void> answer_sink::send(std::string_view before, std::string_view octets, std::string_view after) {
    const std::string_view head = std::exchange(begun_, true) ? std::string_view{} : head_;
    auto sent = co_await net::with_deadline(
        write_all(socket_, {asio::buffer(head), asio::buffer(before), asio::buffer(octets), asio::buffer(after)}),
        limits_.allowance(octets.size()), base::phase::request, "the answer");
    if (!sent && sent.error().code == net::errc::timed_out)
        co_return refuse(errc::client_gone, "the client takes nothing more");
    if (!sent) co_return std::unexpected(std::move(sent.error()));
    sent_ += *sent;
    co_return base::result<void>{};
}

}  // namespace gangway::api
