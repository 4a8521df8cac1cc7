// /api/v1/files: the read-once ledger, and pulling a file once more.
#include "managed_answers.hpp"
#include "managed_call.hpp"
#include "pull_answers.hpp"
#include "routes.hpp"

#include <gangway/model/glob.hpp>

#include <utility>

namespace gangway::api {
namespace {

/// Rows that one page looks at: what is searched for may be rare, and a page must not take long all the same.
constexpr std::size_t most_scanned = 5000;

struct ledger_search {
    std::string connection{}, folder{};
    std::optional<store::file_state> state{};
    std::optional<model::glob> name{};
    page which{};

    [[nodiscard]] bool wants(const store::file& row) const {
        return (!state || row.state == *state) && (!name || name->matches(row.identity.path));
    }
};

base::result<ledger_search> read_search(const resource_request& request) {
    auto query = fields::from_query(request.query.value_or(std::string{}));
    if (!query) return std::unexpected(std::move(query.error()));
    query->refuse_all_but({"connection", "folder", "state", "name", "limit", "after"});
    ledger_search made{.connection = std::string{query->text("connection").value_or("")},
                       .folder = std::string{query->text("folder").value_or("")}};
    if (const auto text = query->text("state")) {
        made.state = store::from_string<store::file_state>(*text);
        if (!made.state)
            query->complain("state",
                            "\"state\" must be discovered, stable, claimed, fetched, published, recorded, "
                            "finalised or abandoned");
    }
    if (const auto text = query->text("name")) {
        if (auto pattern = model::glob::parse(*text, "name"))
            made.name = *std::move(pattern);
        else
            query->complain(std::move(pattern.error()));
    }
    made.which = take_page(*query);
    return query->finish(std::move(made));
}

net::async_result<answer> list(managed_call& call) {
    const auto wanted = read_search(call.request);
    if (!wanted) co_return std::unexpected(wanted.error());
    const auto found = co_await call.with.database.read([&](store::transaction& tx) {
        return store::files::search(tx, {.connection = wanted->connection, .folder = wanted->folder},
                                    wanted->which.after, wanted->which.limit, most_scanned,
                                    [&](const store::file& row) { return wanted->wants(row); });
    });
    if (!found) co_return std::unexpected(found.error());
    co_return list_answer("files", found->rows, write_ledger_file, found->next);
}

net::async_result<answer> get(managed_call& call) {
    const auto found = co_await call.with.database.read(
        [&](store::transaction& tx) { return store::files::find(tx, call.request.id); });
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return std::unexpected(not_there("file"));
    co_return object_answer([&](json_writer& json) { write_ledger_file(json, **found); });
}

net::async_result<answer> pull_again(managed_call& call) {
    const auto by = pulling(call);
    if (!by) co_return std::unexpected(by.error());
    const auto id = co_await (*by)->pull_again(call.request.id, call.request.from.name);
    if (!id) co_return std::unexpected(id.error());
    co_return object_answer([&](json_writer& json) { json.text("file", *id); }, 202,
                            {{"Location", "/api/v1/files/" + *id}});
}

}  // namespace

net::awaitable<answer> serve_ledger(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, list);
}
net::awaitable<answer> serve_ledger_file(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, get);
}
net::awaitable<answer> serve_pull_again(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, pull_again);
}

}  // namespace gangway::api
