// /api/v1/files/{id}/entries: what an archive came to.
#include "managed_call.hpp"
#include "pull_answers.hpp"
#include "routes.hpp"

#include <gangway/model/errors.hpp>
#include <gangway/store/file_entries.hpp>

#include <charconv>
#include <utility>

namespace gangway::api {
namespace {

/// The position of the last entry of the page before.
base::result<std::int64_t> read_position(const std::string& text) {
    if (text.empty()) return -1;
    std::int64_t position = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, position);
    if (failure != std::errc{} || stop != end || position < 0)
        return model::invalid("after", "\"after\" must be what the page before calls \"next\"");
    return position;
}

net::async_result<answer> entries(managed_call& call) {
    const auto wanted = read_page(call.request);
    if (!wanted) co_return std::unexpected(wanted.error());
    const auto after = read_position(wanted->after);
    if (!after) co_return std::unexpected(after.error());
    const auto& id = call.request.id;
    auto found =
        co_await call.with.database.read([&](store::transaction& tx) -> base::result<std::vector<store::file_entry>> {
            auto rows = store::file_entries::list(tx, id, *after, wanted->limit + 1);
            if (rows.empty() && !store::files::find(tx, id)) return std::unexpected(not_there("file"));
            return rows;
        });
    if (!found) co_return std::unexpected(found.error());
    const bool more = found->size() > wanted->limit;
    if (more) found->pop_back();
    answer made;
    json_writer json{made.body};
    json.begin_object();
    json.flag("success", true);
    json.begin_array("entries");
    for (const auto& each : *found) {
        json.begin_object();
        write_archive_entry(json, each);
        json.end_object();
    }
    json.end_array();
    if (more) json.text("next", std::to_string(found->back().position));
    json.end_object();
    co_return made;
}

}  // namespace

net::awaitable<answer> serve_ledger_entries(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, entries);
}

}  // namespace gangway::api
