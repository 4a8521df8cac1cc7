#pragma once
/// The body of one request, read from its connection piece by piece.

#include "wiped_body.hpp"

#include <gangway/api/http_limits.hpp>
#include <gangway/api/request_head.hpp>
#include <gangway/api/streams.hpp>
#include <gangway/api/wiped_octets.hpp>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstddef>
#include <optional>

namespace gangway::api {

using receive_buffer = boost::beast::basic_flat_buffer<wiping_allocator<char>>;
using request_parser = boost::beast::http::request_parser<wiped_body, wiping_allocator<char>>;

/// What `failure` of a read within a body means.
[[nodiscard]] base::error body_failure(const boost::system::error_code& failure);

/// Everything it refers to outlives it. Octets beyond the body stay in `buffer` or on the socket.
class request_stream final : public request_body {
  public:
    /// `parser` has seen the head, if there is a body; it is used up.
    request_stream(net::tcp::socket& socket, receive_buffer& buffer, const http_limits& limits, framing how,
                   std::optional<request_parser>& parser);

    [[nodiscard]] std::optional<std::uint64_t> announced() const noexcept override;
    [[nodiscard]] net::async_result<std::string_view> read() override;
    /// Whether the connection stands behind the end of the body.
    [[nodiscard]] bool finished() const noexcept { return finished_; }
    [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }

  private:
    using chunk_parser = boost::beast::http::request_parser<boost::beast::http::buffer_body, wiping_allocator<char>>;

    [[nodiscard]] net::async_result<std::string_view> read_here();
    [[nodiscard]] net::async_result<std::string_view> next_piece();
    [[nodiscard]] net::async_result<void> ask_for_it();
    [[nodiscard]] net::async_result<std::size_t> receive_counted();
    [[nodiscard]] net::async_result<std::size_t> receive_chunked();

    net::tcp::socket& socket_;
    receive_buffer& buffer_;
    const http_limits& limits_;
    framing how_;
    std::optional<chunk_parser> chunks_{};
    std::ptrdiff_t head_fields_ = 0;  ///< more than these in the end are trailers
    wiped_octets piece_{};
    std::uint64_t taken_ = 0;
    bool asked_ = false;
    bool finished_ = false;
};

}  // namespace gangway::api
