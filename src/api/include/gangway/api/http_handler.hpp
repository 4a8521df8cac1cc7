#pragma once
/// What the HTTP layer asks of the routes behind it: first whether to read the body, then for the answer.

#include <gangway/api/answer.hpp>
#include <gangway/api/request_head.hpp>
#include <gangway/api/wiped_octets.hpp>
#include <gangway/net/asio.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

namespace gangway::api {

struct route;

/// A request whose head was accepted. Holds copies: the head's octets are gone when the body has been read.
struct admitted {
    const route* to = nullptr;  ///< static lifetime
    std::size_t body_limit = 0;
    std::optional<std::string> query{};  ///< set if the fields are in the query, and there is no body
    std::string origin{};                ///< a foreign origin that may read the answer, or empty
};

/// Safe from any thread.
class http_handler {
  public:
    virtual ~http_handler() = default;
    /// Decides on the head alone: either the answer, or what happens when the body is there.
    [[nodiscard]] virtual std::variant<admitted, answer> admit(const request_head& head, const framing& how) const = 0;
    /// Runs on the calling coroutine's executor, a strand. Cancelling it gives up the work behind it.
    [[nodiscard]] virtual net::awaitable<answer> serve(admitted request, wiped_octets body) = 0;
};

}  // namespace gangway::api
