// /api/v1/sessions/{id}/files/…: from a method and a URL to what is done.
#include "file_call.hpp"
#include "routes.hpp"

#include <gangway/api/management.hpp>
#include <gangway/remote/path_root.hpp>

#include <utility>

namespace gangway::api {
namespace {

net::async_result<answer> dispatch(file_call& call, request_body& body) {
    const auto& method = call.request.method;
    if (method == "PUT") return call.target.folder ? put_folder(call, body) : put_file(call, body);
    if (method == "DELETE") return delete_file(call);
    return call.target.folder ? get_folder(call) : get_file(call);
}

}  // namespace

base::error condition_failed() {
    return refusal(errc::precondition_failed, "The file is not in the state that the request's conditions name");
}

namespace {

net::awaitable<answer> serve_target(services& with, std::shared_ptr<const remote::stored_session> session,
                                    resource_request request, base::result<file_target> target, request_body& body) {
    if (!target) co_return error_answer(target.error());
    file_call call{with, std::move(session), std::move(request), *std::move(target)};
    auto done = co_await dispatch(call, body);
    answer result = done ? *std::move(done) : error_answer(done.error());
    if (call.report.host_key) result.headers.push_back({"Gangway-Host-Key", call.report.host_key->text()});
    result.host = call.session->where.server.text();
    co_return result;
}

/// The target, where this login may have it.
base::result<file_target> confined(base::result<file_target> target, std::string_view root) {
    if (!target) return target;
    auto inside = remote::confine(root, target->path, "path");
    if (!inside) return std::unexpected(std::move(inside.error()));
    return file_target{*std::move(inside), target->folder};
}

}  // namespace

net::awaitable<answer> serve_file(services& with, resource_request request, request_body& body) {
    auto session = with.sessions.find(request.id);
    if (!session) co_return error_answer(no_such_session());
    auto target = confined(parse_file_target(request.rest), session->where.path_root);
    co_return co_await serve_target(with, std::move(session), std::move(request), std::move(target), body);
}

net::awaitable<answer> serve_managed_file(services& with, resource_request request, request_body& body) {
    if (with.managed == nullptr)
        co_return error_answer(refusal(errc::not_found, "This gateway keeps no managed connections"));
    auto where = co_await with.managed->connections.find(request.id);
    if (!where) co_return error_answer(where.error());
    auto target = confined(parse_file_target(request.rest), where->path_root);
    auto once = std::make_shared<const remote::stored_session>(remote::stored_session{.where = *std::move(where)});
    co_return co_await serve_target(with, std::move(once), std::move(request), std::move(target), body);
}

}  // namespace gangway::api
