#pragma once
/// What the HTTP layer asks of the routes behind it: first whether to read the body, then for the answer.

#include <gangway/api/answer.hpp>
#include <gangway/api/request_head.hpp>
#include <gangway/api/resource_request.hpp>
#include <gangway/api/streams.hpp>
#include <gangway/api/wiped_octets.hpp>
#include <gangway/net/asio.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gangway::api {

struct route;

/// A request whose head was accepted. Holds copies: the head's octets are gone when the body has been read.
struct admitted {
    const route* to = nullptr;  ///< static lifetime
    std::size_t body_limit = 0;
    std::optional<std::string> query{};  ///< set if the fields are in the query, and there is no body
    std::string origin{};                ///< a foreign origin that may read the answer, or empty
    std::string client{};                ///< by which limits are counted
    /// Set if the handler takes the body as a stream, of any length: `serve_resource` is called and not `serve`.
    std::optional<resource_request> resource{};
};

/// Safe from any thread.
class http_handler {
  public:
    virtual ~http_handler() = default;
    /// Decides on the head alone: either the answer, or what happens when the body is there.
    [[nodiscard]] virtual std::variant<admitted, answer> admit(const request_head& head, const framing& how) const = 0;
    /// Runs on the calling coroutine's executor, a strand. Cancelling it gives up the work behind it.
    [[nodiscard]] virtual net::awaitable<answer> serve(admitted request, wiped_octets body) = 0;
    /// The same for what was admitted as a resource. `body` lives until this returns; what of it was not read by then
    /// is never read, and the connection closes after the answer.
    [[nodiscard]] virtual net::awaitable<answer> serve_resource(admitted request, request_body& body) = 0;
    /// The path as the log may show it, before it is escaped there.
    [[nodiscard]] virtual std::string shown_path(std::string_view path) const { return std::string{path}; }
    /// The route that this path is, by its path with placeholders, of static lifetime; empty if there is none.
    [[nodiscard]] virtual std::string_view route_of(std::string_view) const noexcept { return {}; }
    /// The address that counts as the client's: another one than the peer's where proxies are between.
    [[nodiscard]] virtual net::asio::ip::address client_of(const request_head& head) const { return head.peer; }
};

}  // namespace gangway::api
