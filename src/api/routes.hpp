#pragma once
/// Every route of the gateway, in one table.

#include "file_operation.hpp"

#include <gangway/api/answer.hpp>
#include <gangway/api/caller.hpp>
#include <gangway/api/fields.hpp>
#include <gangway/api/one_shot_request.hpp>
#include <gangway/api/resource_request.hpp>
#include <gangway/api/services.hpp>
#include <gangway/api/streams.hpp>
#include <gangway/api/wiped_octets.hpp>
#include <gangway/net/asio.hpp>

#include <chrono>
#include <cstddef>
#include <span>
#include <string_view>

namespace gangway::api {

inline constexpr std::size_t json_body_limit = 1024UZ * 1024;
inline constexpr std::size_t upload_body_limit = 16UZ * 1024 * 1024;

/// Answers a request for a resource; reads `body` as far as it wants, which lives until it returns.
using resource_handler = net::awaitable<answer> (*)(services& with, resource_request request, request_body& body);

/// What a route is about. At most one of `decode`, `special` and `resource` is set; the health check has none.
struct route {
    /// Compared with the request's undecoded path, octet for octet; "{id}" in it stands for one segment that is not
    /// empty, and "*" at its end for whatever follows.
    std::string_view path;
    std::string_view operation;  ///< for the log
    std::string_view allow;      ///< its methods, as the Allow header lists them
    std::size_t body_limit = json_body_limit;
    role to_read = role::viewer;       ///< the least role for GET and HEAD
    role to_change = role::operating;  ///< for the other methods
    bool is_public = false;            ///< answers without a token, to any Host, and as often as it is asked
    bool dials = false;                ///< each request counts as a connection that is made on behalf of its client
    decoder decode = nullptr;
    std::chrono::milliseconds longest = longest_call;  ///< of an operation that `decode` makes
    /// An operation that needs no session. `from` may view `body`, which it frees when it has decoded its fields.
    net::awaitable<answer> (*special)(services& with, fields from, wiped_octets body) = nullptr;
    resource_handler resource = nullptr;
};

/// What the placeholders of a route's path stand for; views of the path that was compared.
struct captures {
    std::string_view id{};
    std::string_view rest{};
};

[[nodiscard]] std::span<const route> all_routes() noexcept;
/// The route that this path is, or null. No other spelling of a path is a route.
[[nodiscard]] const route* find_route(std::string_view path) noexcept;
/// What stands in `path`, which is one of this route.
[[nodiscard]] captures captures_of(const route& to, std::string_view path) noexcept;
/// Whether the route answers this method. Methods are case-sensitive (RFC 9110 section 9.1).
[[nodiscard]] bool allows(const route& to, std::string_view method) noexcept;
/// The least role that may use this method here.
[[nodiscard]] role role_for(const route& to, std::string_view method) noexcept;

/// The identification of a server; no login. Fields of `decode_server`, a JSON body or a query.
[[nodiscard]] net::awaitable<answer> connect(services& with, fields from, wiped_octets body);
/// Whether what the gateway needs is there; 503 if not.
[[nodiscard]] net::awaitable<answer> ready(services& with, fields from, wiped_octets body);
/// The text format of Prometheus.
[[nodiscard]] net::awaitable<answer> metrics(services& with, fields from, wiped_octets body);
/// The OpenAPI document.
[[nodiscard]] net::awaitable<answer> description(services& with, fields from, wiped_octets body);
/// The doctor. Fields of `decode_server`, and credentials if the login is to be tried.
[[nodiscard]] net::awaitable<answer> probe(services& with, fields from, wiped_octets body);

/// Logs in, and keeps the login under an id. Fields of `find_target`.
[[nodiscard]] net::awaitable<answer> open_session(services& with, fields from, wiped_octets body);
/// What a session is, or its end.
[[nodiscard]] net::awaitable<answer> serve_session(services& with, resource_request request, request_body& body);
/// Files and folders of a session.
[[nodiscard]] net::awaitable<answer> serve_file(services& with, resource_request request, request_body& body);

/// Resumable uploads of a session: a new one; one that exists.
[[nodiscard]] net::awaitable<answer> serve_uploads(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_upload(services& with, resource_request request, request_body& body);

/// Managed connections and what belongs to them.
[[nodiscard]] net::awaitable<answer> serve_connections(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_connection(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_pause(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_resume(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_test(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_keys(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_key(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_password(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_host_key(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_managed_file(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_audit(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_audit_check(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_tokens(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_token(services& with, resource_request request, request_body& body);

/// What is pulled, what was, and who is told.
[[nodiscard]] net::awaitable<answer> serve_folders(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_folder(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_run_now(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_dry_run(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_runs(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_run(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_run_files(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_run_cancel(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_ledger(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_ledger_file(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_ledger_entries(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_pull_again(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_webhooks(services& with, resource_request request, request_body& body);
[[nodiscard]] net::awaitable<answer> serve_webhook(services& with, resource_request request, request_body& body);

/// For every route below a session whose id is not known.
[[nodiscard]] base::error no_such_session();

}  // namespace gangway::api
