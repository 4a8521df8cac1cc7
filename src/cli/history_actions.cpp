// gangway runs …, gangway files …
#include "history_text.hpp"
#include "json_values.hpp"
#include "listing_text.hpp"
#include "table_text.hpp"
#include "task.hpp"

#include <gangway/model/errors.hpp>

#include <array>
#include <utility>

namespace gangway::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t usual_rows = 100;

constexpr auto run_columns = std::to_array<column>({{"ID", "id"},
                                                    {"STARTED", "startedAt", as::time},
                                                    {"OUTCOME", "outcome"},
                                                    {"CAUSE", "cause"},
                                                    {"PULLED", "pulled", as::count},
                                                    {"FAILED", "failed", as::count},
                                                    {"SIZE", "octets", as::size},
                                                    {"ERROR", "error"}});
constexpr auto file_columns = std::to_array<column>({{"STATE", "state"},
                                                     {"PATH", "path"},
                                                     {"SIZE", "size", as::size},
                                                     {"CHANGED", "mtime", as::time},
                                                     {"VERSION", "version", as::count},
                                                     {"ERROR", "error"},
                                                     {"ID", "id"}});
constexpr auto entry_columns = std::to_array<column>({{"NAME", "name"},
                                                      {"SIZE", "size", as::size},
                                                      {"WENT TO", "destinationKey"},
                                                      {"PUBLISHED", "publishedAt", as::time},
                                                      {"SHA-256", "sha256"}});
constexpr auto shown_file_columns = std::to_array<column>({{"path", "path"},
                                                           {"id", "id"},
                                                           {"state", "state"},
                                                           {"connection", "connection"},
                                                           {"folder", "folder"},
                                                           {"run", "run"},
                                                           {"size", "size", as::size},
                                                           {"changed", "mtime", as::time},
                                                           {"version", "version"},
                                                           {"repull", "repull"},
                                                           {"sha-256", "sha256"},
                                                           {"went to", "destinationKey"},
                                                           {"unpacked by", "unpacked.by"},
                                                           {"unpacked size", "unpacked.size", as::size},
                                                           {"unpacked sha-256", "unpacked.sha256"},
                                                           {"attempts", "attempts"},
                                                           {"next try", "nextTryAt", as::time},
                                                           {"error", "error"},
                                                           {"post-action", "postAction"},
                                                           {"discovered", "discoveredAt", as::time},
                                                           {"recorded", "recordedAt", as::time}});

/// "connection=con_…&folder=fld_…" for --connection and --folder, which take names.
net::async_result<std::string> narrowed(task& what) {
    std::string query;
    if (const auto name = what.line.text("connection")) {
        const auto id = co_await connection_id(what, *name);
        if (!id) co_return id;
        query = "connection=" + *id;
    }
    if (const auto name = what.line.text("folder")) {
        const auto id = co_await folder_id(what, *name);
        if (!id) co_return id;
        query += (query.empty() ? "folder=" : "&folder=") + *id;
    }
    for (const std::string_view option : {"state", "name"})
        if (const auto text = what.line.text(option))
            query += (query.empty() ? "" : "&") + std::string{option} + "=" + percent_encoded(*text);
    co_return query;
}

net::async_result<outcome> listed(task& what, std::string path, std::string query, std::string_view member,
                                  std::span<const column> columns) {
    const auto most = wanted_rows(what.line, usual_rows);
    if (!most) co_return std::unexpected(most.error());
    const auto all = co_await read_pages(what, std::move(path), std::move(query), member, *most);
    if (!all) co_return std::unexpected(all.error());
    auto end = told(what, *all, table_text(array_at(*all, member), columns));
    end.note = more_note(what, *all);
    co_return end;
}

/// "/api/v1/runs/run_…" of the operand.
base::result<std::string> run_path(const task& what, std::string_view below = {}) {
    const auto& id = what.line.operand("RUN");
    if (!is_id(id, "run_")) return model::invalid("run", "a run is named by its id: gangway runs list");
    return "/api/v1/runs/" + id + std::string{below};
}

net::async_result<outcome> list_runs(task& what) {
    auto query = co_await narrowed(what);
    if (!query) co_return std::unexpected(std::move(query.error()));
    co_return co_await listed(what, "/api/v1/runs", std::move(*query), "runs", run_columns);
}

net::async_result<outcome> called(task& what, api_call wanted, std::string (*text)(const json::object&)) {
    const auto answer = co_await what.at.call(std::move(wanted));
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, text(*answer));
}

net::async_result<outcome> show_run(task& what) {
    auto path = run_path(what);
    if (!path) co_return std::unexpected(std::move(path.error()));
    co_return co_await called(what, {.method = "GET", .target = std::move(*path)}, run_text);
}

net::async_result<outcome> files_of_run(task& what) {
    auto path = run_path(what, "/files");
    if (!path) co_return std::unexpected(std::move(path.error()));
    co_return co_await listed(what, std::move(*path), "", "files", file_columns);
}

net::async_result<outcome> cancel_run(task& what) {
    auto path = run_path(what, "/cancel");
    if (!path) co_return std::unexpected(std::move(path.error()));
    co_return co_await called(what, {.method = "POST", .target = std::move(*path)},
                              [](const json::object&) { return std::string{}; });
}

net::async_result<outcome> list_files(task& what) {
    auto query = co_await narrowed(what);
    if (!query) co_return std::unexpected(std::move(query.error()));
    co_return co_await listed(what, "/api/v1/files", std::move(*query), "files", file_columns);
}

std::string file_path(const task& what, std::string_view below = {}) {
    return "/api/v1/files/" + percent_encoded(what.line.operand("FILE")) + std::string{below};
}

net::async_result<outcome> show_file(task& what) {
    return called(what, {.method = "GET", .target = file_path(what)},
                  [](const json::object& answer) { return details_text(answer, shown_file_columns); });
}

net::async_result<outcome> entries_of_file(task& what) {
    return listed(what, file_path(what, "/entries"), "", "entries", entry_columns);
}

net::async_result<outcome> pull_again(task& what) {
    return called(what, {.method = "POST", .target = file_path(what, "/pull-again")},
                  [](const json::object& answer) { return cell_text(answer, {"", "file"}) + "\n"; });
}

constexpr std::array<operand, 1> one_run{{{"RUN", "Its id, run_…"}}};
constexpr std::array<operand, 1> one_file{{{"FILE", "Its id, from: gangway files list"}}};
constexpr option of_connection{"connection", takes::text, "NAME", "Only of this connection"};
constexpr option of_folder{"folder", takes::text, "NAME", "Only of this folder: its id, or CONNECTION/NAME"};
constexpr option limit{"limit", takes::text, "N", "At most so many (default: 100)"};
constexpr option after{"after", takes::text, "NEXT", "Go on after what an earlier answer named"};
constexpr std::array run_options{of_connection, of_folder, limit, after};
constexpr std::array page_options{limit, after};
constexpr std::array file_options{
    of_connection,
    of_folder,
    option{"state", takes::text, "STATE",
           "discovered, stable, claimed, fetched, published, recorded, finalised or abandoned"},
    option{"name", takes::text, "NAME", "Only files of this name"},
    limit,
    after,
};

constexpr auto actions = std::to_array<action>({
    {"runs", "list", "Runs, newest first", {}, run_options, list_runs},
    {"runs", "show", "One run: what it did, with which key, and why it failed", one_run, {}, show_run},
    {"runs", "files", "The files of a run", one_run, page_options, files_of_run},
    {"runs", "cancel", "End a run soon; the next one goes on from there", one_run, {}, cancel_run},
    {"files", "list", "Every version of every file that was seen, newest first", {}, file_options, list_files},
    {"files", "show", "One file with its SHA-256 and where it went", one_file, {}, show_file},
    {"files", "entries", "The files of an archive that was unpacked", one_file, page_options, entries_of_file},
    {"files", "pull-again", "Pull the same version once more, as a new row of the history", one_file, {}, pull_again},
});

}  // namespace

std::span<const action> history_actions() noexcept {
    return actions;
}

}  // namespace gangway::cli
