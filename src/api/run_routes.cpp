// /api/v1/folders/{id}/run and dry-run, /api/v1/runs: pulling now, what was pulled, and ending it.
#include "accepts_lines.hpp"
#include "dry_run_body.hpp"
#include "managed_answers.hpp"
#include "managed_call.hpp"
#include "pull_answers.hpp"
#include "routes.hpp"

#include <gangway/net/deadline.hpp>
#include <gangway/store/audit.hpp>

#include <utility>

namespace gangway::api {
namespace {

/// Of the listing that a dry run needs.
constexpr std::chrono::minutes longest_dry_run{10};

net::async_result<answer> run(managed_call& call) {
    const auto by = pulling(call);
    if (!by) co_return std::unexpected(by.error());
    const auto id = co_await (*by)->run_now(call.request.id, call.request.from.name);
    if (!id) co_return std::unexpected(id.error());
    co_return object_answer([&](json_writer& json) { json.text("run", *id); }, 202,
                            {{"Location", "/api/v1/runs/" + *id}});
}

net::async_result<answer> dry_run(managed_call& call) {
    const auto by = pulling(call);
    if (!by) co_return std::unexpected(by.error());
    if (auto open = may_dial(call); !open) co_return std::unexpected(std::move(open.error()));
    auto result =
        co_await net::with_deadline((*by)->dry_run(call.request.id), longest_dry_run, base::phase::sftp, "the dry run");
    if (!result) co_return std::unexpected(std::move(result.error()));
    const bool lines = accepts_lines(call.request);
    answer made{.headers = {{"Content-Type", lines ? std::string{ndjson} : "application/json"}, {"Vary", "Accept"}}};
    made.stream = dry_run_body(*std::move(result), lines ? list_form::lines : list_form::object);
    co_return made;
}

std::optional<transfer::run_snapshot> progress(const managed_call& call, const std::string& id) {
    if (call.with.pulling == nullptr) return std::nullopt;
    return call.with.pulling->progress(id);
}

net::async_result<answer> list(managed_call& call) {
    auto query = fields::from_query(call.request.query.value_or(std::string{}));
    if (!query) co_return std::unexpected(std::move(query.error()));
    query->refuse_all_but({"connection", "folder", "limit", "after"});
    const std::string connection{query->text("connection").value_or("")}, folder{query->text("folder").value_or("")};
    const auto wanted = query->finish(take_page(*query));
    if (!wanted) co_return std::unexpected(wanted.error());
    auto found = co_await call.with.database.read([&](store::transaction& tx) {
        return store::runs::search(tx, {.connection = connection, .folder = folder}, wanted->after, wanted->limit + 1);
    });
    if (!found) co_return std::unexpected(found.error());
    const auto write = [&](json_writer& json, const store::run& row) {
        write_run(json, row, row.ended_at ? std::nullopt : progress(call, row.id));
    };
    co_return page_answer("runs", *std::move(found), wanted->limit, write,
                          [](const store::run& last) { return last.id; });
}

net::async_result<std::optional<store::run>> find_run(managed_call& call) {
    return call.with.database.read([&](store::transaction& tx) { return store::runs::find(tx, call.request.id); });
}

net::async_result<answer> get(managed_call& call) {
    const auto live = progress(call, call.request.id);
    const auto found = co_await find_run(call);
    if (!found) co_return std::unexpected(found.error());
    if (!*found && !live) co_return std::unexpected(not_there("run"));
    co_return object_answer([&](json_writer& json) {
        if (*found)
            write_run(json, **found, (*found)->ended_at ? std::nullopt : live);
        else
            write_waiting_run(json, *live);
    });
}

net::async_result<answer> files(managed_call& call) {
    const auto wanted = read_page(call.request);
    if (!wanted) co_return std::unexpected(wanted.error());
    const auto& id = call.request.id;
    auto found =
        co_await call.with.database.read([&](store::transaction& tx) -> base::result<std::vector<store::file>> {
            auto rows = store::files::of_run(tx, id, wanted->after, wanted->limit + 1);
            if (rows.empty() && !store::runs::find(tx, id)) return std::unexpected(not_there("run"));
            return rows;
        });
    if (!found) co_return std::unexpected(found.error());
    co_return page_answer("files", *std::move(found), wanted->limit, write_ledger_file,
                          [](const store::file& last) { return last.id; });
}

/// The audit comes first: what nobody could be told of afterwards is not done.
net::async_result<answer> cancel(managed_call& call) {
    const auto by = pulling(call);
    if (!by) co_return std::unexpected(by.error());
    const auto& id = call.request.id;
    if (!(*by)->progress(id)) {
        const auto found = co_await find_run(call);
        if (!found) co_return std::unexpected(found.error());
        if (!*found) co_return std::unexpected(not_there("run"));
        co_return std::unexpected(refusal(errc::conflict, (*found)->ended_at
                                                              ? "This run is over"
                                                              : "This run is not one of this process: another node's, "
                                                                "or one that was cut off"));
    }
    const auto noted = co_await call.with.database.write(
        [&](store::transaction& tx) { store::audit::append(tx, call.request.from.name, "run.cancel", id, "{}"); });
    if (!noted) co_return std::unexpected(noted.error());
    if (!(*by)->cancel(id)) co_return std::unexpected(refusal(errc::conflict, "This run is over"));
    co_return answer{.status = 202, .body = R"({"success":true})"};
}

}  // namespace

net::awaitable<answer> serve_run_now(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, run);
}
net::awaitable<answer> serve_dry_run(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, dry_run);
}
net::awaitable<answer> serve_runs(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, list);
}
net::awaitable<answer> serve_run(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, get);
}
net::awaitable<answer> serve_run_files(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, files);
}
net::awaitable<answer> serve_run_cancel(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, cancel);
}

}  // namespace gangway::api
