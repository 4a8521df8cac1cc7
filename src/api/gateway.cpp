#include "client_address.hpp"
#include "media_type.hpp"
#include "named_target.hpp"
#include "on_session.hpp"
#include "routes.hpp"

#include <gangway/api/client_limits.hpp>
#include <gangway/api/errors.hpp>
#include <gangway/api/gateway.hpp>
#include <gangway/api/one_shot_request.hpp>
#include <gangway/net/deadline.hpp>

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace gangway::api {
namespace {

/// Runs an operation with the session's client; the lease ends with it.
struct leased_operation {
    const file_operation& operation;

    net::async_result<answer> operator()(std::unique_ptr<remote::lease> lease) const {
        co_return co_await operation.run(lease->client());
    }
};

net::awaitable<answer> serve_operation(services& with, const route& to, fields from, wiped_octets body,
                                       std::string client) {
    auto request = co_await find_target(with.managed, from, to.longest);
    if (!request) co_return error_answer(request.error());
    const auto operation = to.decode(from);
    if (auto checked = from.check(); !checked) co_return error_answer(checked.error());
    body = wiped_octets{};  // frees and zeroes; `= {}` would only empty it

    const auto host = request->where.server.text();
    request->where.paths = from.confined_paths();
    request->where.on_behalf_of = std::move(client);
    net::dial_report report;
    // No stage of the work itself that takes long is called "request", so this phase marks the deadline of the whole.
    leased_operation work{*operation};
    auto done = co_await net::with_deadline(
        on_session<answer>(with.servers, std::move(request->where), report, work,
                           operation->only_looks() ? repeat::if_only_looking : repeat::never),
        request->limit, base::phase::request, "the operation");
    if (!done && done.error().code == net::errc::timed_out && done.error().where == base::phase::request)
        done.error().where = report.reached;

    answer result = done ? std::move(*done) : error_answer(done.error());
    if (report.host_key) result.headers.push_back({"Gangway-Host-Key", report.host_key->text()});
    result.host = host;
    co_return result;
}

/// What a script of an allowed origin may read of an answer, and send in a request, beside what the WHATWG safelists.
constexpr std::string_view exposed_headers =
    "Gangway-Host-Key, Retry-After, Location, ETag, Content-Range, Content-Disposition, Accept-Ranges, Tus-Resumable, "
    "Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, Upload-Offset, Upload-Length, "
    "Upload-Defer-Length, Upload-Metadata, Upload-Expires";
constexpr std::string_view allowed_headers =
    "Authorization, Content-Type, Range, If-Range, If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since, "
    "Tus-Resumable, Upload-Offset, Upload-Length, Upload-Defer-Length, Upload-Metadata, Upload-Checksum, "
    "X-HTTP-Method-Override, X-Requested-With";

void allow_origin(answer& to, std::string_view origin) {
    if (origin.empty()) return;
    to.headers.push_back({"Access-Control-Allow-Origin", std::string{origin}});
    to.headers.push_back({"Access-Control-Expose-Headers", std::string{exposed_headers}});
    to.headers.push_back({"Vary", "Origin"});
}

bool is_preflight(const request_head& head, std::string_view origin) noexcept {
    return !origin.empty() && head.method == "OPTIONS" && head.field("Access-Control-Request-Method");
}

/// WHATWG Fetch, "CORS-preflight request". It never carries the token.
answer preflight_answer(const route& to) {
    return {.status = 204,
            .headers = {{"Access-Control-Allow-Methods", std::string{to.allow}},
                        {"Access-Control-Allow-Headers", std::string{allowed_headers}},
                        {"Access-Control-Max-Age", "600"}}};
}

}  // namespace

base::result<caller> gateway::check_access(const request_head& head, std::string_view client) const {
    auto* const limits = with_.limits;
    if (limits == nullptr) return access_.check(head);
    if (auto fine = limits->admit(client); !fine) return std::unexpected(std::move(fine.error()));
    auto who = access_.check(head);
    if (!who && who.error().code == errc::unauthorized) limits->token_failed(client);
    if (who && access_.wants_token())
        if (auto fine = limits->token_used(); !fine) return std::unexpected(std::move(fine.error()));
    return who;
}

base::result<admitted> gateway::decide(const request_head& head, const framing& how) const {
    const auto* const to = find_route(head.path());
    const auto client = limit_key(client_of(head));
    caller who;
    if (to == nullptr || !to->is_public) {
        auto welcome = check_access(head, client);
        if (!welcome) return std::unexpected(std::move(welcome.error()));
        who = *std::move(welcome);
    }
    if (to == nullptr) return refuse(errc::not_found, "There is no such route");
    if (!allows(*to, head.method))
        return std::unexpected(
            refusal(errc::method_not_allowed, fmt::format("{} answers to {} only", to->path, to->allow))
                .with("allow", std::string{to->allow}));

    if (const auto least = role_for(*to, head.method); !to->is_public && who.role < least)
        return refuse(errc::forbidden, fmt::format("This takes the role {}, and the token's is {}", to_string(least),
                                                   to_string(who.role)));

    admitted request{.to = to, .body_limit = to->body_limit, .client = client};
    if (to->resource != nullptr) {
        const bool asks = head.method == "GET" || head.method == "HEAD" || head.method == "DELETE";
        if (asks && how.has_body()) return refuse(errc::bad_request, "This request has no body here");
        const auto [id, rest] = captures_of(*to, head.path());
        request.resource = resource_request::of(head);
        request.resource->from = std::move(who);
        request.resource->id = id;
        request.resource->rest = rest;
        request.resource->client = client;
        return request;
    }
    if (head.method == "GET") {
        if (how.has_body()) return refuse(errc::bad_request, "A GET request has no body here");
        request.query = std::string{head.query().value_or(std::string_view{})};
        return request;
    }
    if (auto readable = check_media_type(head); !readable) return std::unexpected(std::move(readable.error()));
    if (how.content_length.value_or(0) > to->body_limit)
        return refuse(errc::payload_too_large,
                      fmt::format("The body is longer than the {} octets that {} takes", to->body_limit, to->path));
    return request;
}

std::variant<admitted, answer> gateway::admit(const request_head& head, const framing& how) const {
    const auto origin = access_.foreign_origin(head);
    if (const auto* const to = find_route(head.path()); to != nullptr && is_preflight(head, origin)) {
        auto result = preflight_answer(*to);
        allow_origin(result, origin);
        return result;
    }
    auto request = decide(head, how);
    if (request) {
        request->origin = origin;
        return *std::move(request);
    }
    auto result = error_answer(request.error());
    allow_origin(result, origin);
    return result;
}

net::awaitable<answer> gateway::serve(admitted request, wiped_octets body) {
    const auto& to = *request.to;
    answer result;
    if (to.decode == nullptr && to.special == nullptr) {
        result.body = R"({"status":"ok"})";
    } else if (auto from = request.query ? fields::from_query(*request.query) : fields::from_json(body); !from) {
        result = error_answer(from.error());
    } else if (auto open = to.dials ? may_dial(request.client) : base::result<void>{}; !open) {
        result = error_answer(open.error());
    } else if (to.special != nullptr) {
        result = co_await to.special(with_, std::move(*from), std::move(body));
    } else {
        result = co_await serve_operation(with_, to, std::move(*from), std::move(body), request.client);
    }
    result.operation = to.operation;
    allow_origin(result, request.origin);
    co_return result;
}

net::awaitable<answer> gateway::serve_resource(admitted request, request_body& body) {
    const auto& to = *request.to;
    auto result = co_await to.resource(with_, std::move(*request.resource), body);
    result.operation = to.operation;
    allow_origin(result, request.origin);
    co_return result;
}

std::string_view gateway::route_of(std::string_view path) const noexcept {
    const auto* const to = find_route(path);
    return to == nullptr ? std::string_view{} : to->path;
}

net::asio::ip::address gateway::client_of(const request_head& head) const {
    return with_.limits == nullptr ? head.peer : with_.limits->client_of(head);
}

base::result<void> gateway::may_dial(std::string_view client) const {
    return with_.limits == nullptr ? base::result<void>{} : with_.limits->pass(client);
}

std::string gateway::shown_path(std::string_view path) const {
    const auto* const to = find_route(path);
    const auto id = to == nullptr ? std::string_view{} : captures_of(*to, path).id;
    if (id.empty() || !to->path.starts_with("/api/v1/sessions/")) return std::string{path};
    return fmt::format("{}-{}", path.substr(0, static_cast<std::size_t>(id.data() - path.data())),
                       path.substr(static_cast<std::size_t>(id.data() - path.data()) + id.size()));
}

}  // namespace gangway::api
