#pragma once
/// Every route of the gateway, in one table.

#include "file_operation.hpp"

#include <gangway/api/answer.hpp>
#include <gangway/api/fields.hpp>
#include <gangway/api/wiped_octets.hpp>
#include <gangway/net/asio.hpp>
#include <gangway/remote/sessions.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace gangway::api {

inline constexpr std::size_t json_body_limit = 1024UZ * 1024;
inline constexpr std::size_t upload_body_limit = 16UZ * 1024 * 1024;

/// What a route is about. Exactly one of `decode` and `special` is set, but for the health check, which has neither.
struct route {
    std::string_view path;       ///< compared with the request's undecoded path, octet for octet
    std::string_view operation;  ///< for the log
    std::string_view allow;      ///< its methods, as the Allow header lists them
    std::size_t body_limit = json_body_limit;
    bool is_public = false;  ///< answers without a token, and to any Host
    decoder decode = nullptr;
    /// An operation that needs no session. `from` may view `body`, which it frees when it has decoded its fields.
    net::awaitable<answer> (*special)(remote::sessions& servers, fields from, wiped_octets body) = nullptr;
};

[[nodiscard]] std::span<const route> all_routes() noexcept;
/// The route with exactly this path, or null. No other spelling of a path is a route.
[[nodiscard]] const route* find_route(std::string_view path) noexcept;
/// Whether the route answers this method. Methods are case-sensitive (RFC 9110 section 9.1).
[[nodiscard]] bool allows(const route& to, std::string_view method) noexcept;

/// The identification of a server; no login. Fields of `decode_server`, a JSON body or a query.
[[nodiscard]] net::awaitable<answer> connect(remote::sessions& servers, fields from, wiped_octets body);
/// The doctor. Fields of `decode_server`, and credentials if the login is to be tried.
[[nodiscard]] net::awaitable<answer> probe(remote::sessions& servers, fields from, wiped_octets body);

}  // namespace gangway::api
