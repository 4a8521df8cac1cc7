// /api/v1/sessions: a login that is given once and then named by an id.
#include "named_target.hpp"
#include "on_session.hpp"
#include "routes.hpp"
#include "upload_store.hpp"

#include <gangway/api/errors.hpp>
#include <gangway/api/json_writer.hpp>
#include <gangway/net/deadline.hpp>

#include <chrono>
#include <utility>

namespace gangway::api {
namespace {

/// That a session could be leased is all that is wanted of it.
struct no_work {
    net::async_result<bool> operator()(std::unique_ptr<remote::lease>) const { co_return true; }
};

std::string describe(std::string_view id, const remote::stored_session& session, std::chrono::seconds idle) {
    std::string body;
    json_writer json{body};
    json.begin_object();
    json.flag("success", true);
    json.text("id", id);
    json.text("host", session.where.server.host.text());
    json.number("port", session.where.server.port);
    json.octets("username", session.where.who.username);
    if (session.host_key) json.text("hostKey", session.host_key->text());
    json.number("expiresAfterSeconds", static_cast<std::uint64_t>(idle.count()));
    json.end_object();
    return body;
}

answer created(remote::session_store& store, const std::string& id) {
    const auto session = store.find(id);
    return {.status = 201,
            .headers = {{"Location", "/api/v1/sessions/" + id}},
            .body = describe(id, *session, store.limits().idle)};
}

}  // namespace

base::error no_such_session() {
    return refusal(errc::not_found, "There is no such session: it was closed, or not used for too long");
}

net::awaitable<answer> serve_session(services& with, resource_request request, request_body&) {
    if (request.method == "DELETE") {
        if (const auto session = with.sessions.find(request.id)) with.uploads.close(*session);
        const bool gone = with.sessions.remove(request.id);
        co_return gone ? answer{.status = 204} : error_answer(no_such_session());
    }
    const auto session = with.sessions.find(request.id);
    if (!session) co_return error_answer(no_such_session());
    co_return answer{.body = describe(request.id, *session, with.sessions.limits().idle),
                     .host = session->where.server.text()};
}

net::awaitable<answer> open_session(services& with, fields from, wiped_octets body) {
    auto request = co_await find_target(with.managed, from, longest_call);
    if (!request) co_return error_answer(request.error());
    body = wiped_octets{};  // frees and zeroes; `= {}` would only empty it

    const auto host = request->where.server.text();
    remote::stored_session session{.where = std::move(request->where)};
    net::dial_report report;
    no_work work;
    auto done = co_await net::with_deadline(
        on_session<bool>(with.servers, clone(session.where), report, work, repeat::if_only_looking), request->limit,
        base::phase::request, "the login");
    if (!done && done.error().code == net::errc::timed_out && done.error().where == base::phase::request)
        done.error().where = report.reached;

    session.host_key = report.host_key;
    auto id = done ? with.sessions.add(std::move(session)) : std::unexpected(std::move(done.error()));
    answer result = id ? created(with.sessions, *id) : error_answer(id.error());
    if (report.host_key) result.headers.push_back({"Gangway-Host-Key", report.host_key->text()});
    result.host = host;
    co_return result;
}

}  // namespace gangway::api
