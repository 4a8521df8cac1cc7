// /api/v1/sessions/{id}/files/…: from a method and a URL to what is done.
#include "file_call.hpp"
#include "routes.hpp"

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

net::awaitable<answer> serve_file(services& with, resource_request request, request_body& body) {
    auto session = with.sessions.find(request.id);
    if (!session) co_return error_answer(no_such_session());
    auto target = parse_file_target(request.rest);
    if (!target) co_return error_answer(target.error());
    file_call call{with, std::move(session), std::move(request), *std::move(target)};
    auto done = co_await dispatch(call, body);
    answer result = done ? *std::move(done) : error_answer(done.error());
    if (call.report.host_key) result.headers.push_back({"Gangway-Host-Key", call.report.host_key->text()});
    result.host = call.session->where.server.text();
    co_return result;
}

}  // namespace gangway::api
