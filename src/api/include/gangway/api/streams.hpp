#pragma once
/// Bodies of any size, as handlers see them: taken and given piece by piece, with nothing kept between.
///
/// Both may be used from any executor; the calling coroutine goes on where it was. One call at a time on each. A piece
/// that is not asked for, or not yet taken by the client, is what holds the other side up: that is the back-pressure.

#include <gangway/net/asio.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace gangway::api {

/// The body of a request. A client that waits to be asked (Expect: 100-continue) is asked by the first `read`: whatever
/// can be refused is refused before.
class request_body {
  public:
    virtual ~request_body() = default;
    /// Content-Length; nothing if the client sends chunks.
    [[nodiscard]] virtual std::optional<std::uint64_t> announced() const noexcept = 0;
    /// The next octets: at least one, or an empty view at the end. The view lives until the next call.
    /// Errors: `client_gone`; `request_timeout` when nothing came for too long; `bad_request` for malformed chunks.
    [[nodiscard]] virtual net::async_result<std::string_view> read() = 0;
};

/// Where the body of an answer goes.
class body_sink {
  public:
    virtual ~body_sink() = default;
    /// Returns when the operating system has taken all of `octets`, which live until then. The first call sends the
    /// answer's head along; until then a failure can still become an error answer.
    /// Errors: `client_gone`, also when the client takes nothing for too long.
    [[nodiscard]] virtual net::async_result<void> write(std::string_view octets) = 0;
};

/// The body of an answer, made while it is sent. Holds what it needs; the request is gone when it runs.
class streamed_body {
  public:
    virtual ~streamed_body() = default;
    /// Writes the body; runs once, on the connection's strand. An error, or an exception, ends the connection before
    /// the body is whole, so that the client sees it; before the first octet it becomes the answer instead.
    /// Cancelling it gives the work behind it up: the client went away.
    [[nodiscard]] virtual net::async_result<void> send(body_sink& out) = 0;
};

}  // namespace gangway::api
