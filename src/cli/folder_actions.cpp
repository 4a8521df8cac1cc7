// gangway folders …
#include "folder_body.hpp"
#include "history_text.hpp"
#include "json_values.hpp"
#include "listing_text.hpp"
#include "table_text.hpp"
#include "task.hpp"

#include <gangway/cli/told_code.hpp>
#include <gangway/model/errors.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <array>
#include <limits>
#include <utility>

namespace gangway::cli {
namespace {

namespace json = boost::json;

constexpr auto all_rows = std::numeric_limits<std::size_t>::max();
/// A folder of a hundred thousand files on a slow line.
constexpr std::chrono::minutes longest_listing{30};
constexpr std::chrono::milliseconds between_looks{500};

constexpr auto row_columns = std::to_array<column>({{"CONNECTION", "connectionName"},
                                                    {"NAME", "name"},
                                                    {"REMOTE FOLDER", "remoteFolder"},
                                                    {"TO", "goesTo"},
                                                    {"WHEN", "when"},
                                                    {"ID", "id"}});
constexpr auto shown_columns = std::to_array<column>({{"name", "name"},
                                                      {"id", "id"},
                                                      {"connection", "connection"},
                                                      {"remote folder", "remoteFolder"},
                                                      {"enabled", "enabled"},
                                                      {"rules", "rules"},
                                                      {"destination", "destination"},
                                                      {"schedule", "schedule"},
                                                      {"expected", "expectedBy"},
                                                      {"next run", "nextRunAt", as::time},
                                                      {"created", "createdAt", as::time},
                                                      {"changed", "updatedAt", as::time},
                                                      {"revision", "revision"}});
constexpr auto verdict_columns = std::to_array<column>(
    {{"VERDICT", "verdict"}, {"PATH", "path"}, {"SIZE", "size", as::size}, {"WHY", "sentence"}, {"GOES TO", "key"}});

/// What a line of the list says of a folder, beside what the API says.
json::object summed_up(const json::object& folder, std::string_view connection) {
    auto row = folder;
    row["connectionName"] = connection;
    const bool local = text_at(folder, "destination.to") == "local";
    row["goesTo"] =
        local ? std::string{text_at(folder, "destination.folder")}
              : fmt::format("s3 {}/{}", text_at(folder, "destination.bucket"), text_at(folder, "destination.prefix"));
    const auto every = text_at(folder, "schedule.every"), cron = text_at(folder, "schedule.cron");
    row["when"] = !flag_at(folder, "enabled") ? "never: disabled"
                  : !every.empty()            ? fmt::format("every {}", every)
                  : !cron.empty()             ? fmt::format("{} {}", cron, text_at(folder, "schedule.zone"))
                                              : "on request";
    return row;
}

/// Of one connection, or of all.
net::async_result<outcome> list(task& what) {
    json::array connections;
    if (const auto& name = what.line.operand("CONNECTION"); !name.empty()) {
        const auto id = co_await connection_id(what, name);
        if (!id) co_return std::unexpected(id.error());
        connections.push_back({{"id", *id}, {"name", name}});
    } else {
        const auto all = co_await read_pages(what, "/api/v1/connections", "", "connections", all_rows);
        if (!all) co_return std::unexpected(all.error());
        connections = array_at(*all, "connections");
    }
    json::array folders, rows;
    for (const auto& connection : connections) {
        const auto* const object = connection.if_object();
        if (object == nullptr || !is_id(text_at(*object, "id"), "con_")) continue;
        auto path = fmt::format("/api/v1/connections/{}/folders", text_at(*object, "id"));
        const auto found = co_await read_pages(what, std::move(path), "", "folders", all_rows);
        if (!found) co_return std::unexpected(found.error());
        for (const auto& folder : array_at(*found, "folders")) {
            if (!folder.is_object()) continue;
            folders.push_back(folder);
            rows.push_back(summed_up(folder.get_object(), text_at(*object, "name")));
        }
    }
    co_return told(what, {{"success", true}, {"folders", std::move(folders)}}, table_text(rows, row_columns));
}

std::string folder_text(const json::object& folder) {
    return details_text(folder, shown_columns);
}

net::async_result<std::string> folder_path(task& what, std::string below = {}) {
    auto id = co_await folder_id(what, what.line.operand("FOLDER"));
    if (!id) co_return id;
    co_return "/api/v1/folders/" + *id + below;
}

net::async_result<outcome> show(task& what) {
    auto path = co_await folder_path(what);
    if (!path) co_return std::unexpected(std::move(path.error()));
    const auto answer = co_await what.at.call({.method = "GET", .target = std::move(*path)});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, folder_text(*answer));
}

/// The secret access key of a bucket: for a new one, and for another access key id.
net::async_result<void> add_secret(task& what, json::object& body, bool is_new) {
    if (text_at(body, "destination.to") != "s3") co_return base::result<void>{};
    const bool wanted = is_new || what.line.has("access-key-id") || what.line.has("secret-stdin");
    if (!wanted) co_return base::result<void>{};
    const auto secret = co_await asked_secret(what, "secret-stdin", "the secret access key");
    if (!secret) co_return std::unexpected(secret.error());
    body["destination"].get_object()["secretAccessKey"] = secret->view();
    co_return base::result<void>{};
}

net::async_result<outcome> create(task& what) {
    auto connection = co_await connection_id(what, what.line.operand("CONNECTION"));
    if (!connection) co_return std::unexpected(std::move(connection.error()));
    json::object body{wiping_storage()};
    body["name"] = what.line.operand("NAME");
    put_octets(body, "remoteFolder", what.line.operand("REMOTE"));
    if (const auto put = put_folder_settings(body, what.line, {}); !put) co_return std::unexpected(put.error());
    if (!body.contains("destination"))
        co_return model::invalid("to-folder", "say where the files go: --to-folder DIR or --to-bucket NAME");
    if (const auto put = co_await add_secret(what, body, true); !put) co_return std::unexpected(put.error());
    const auto answer = co_await what.at.call(
        {.method = "POST", .target = "/api/v1/connections/" + *connection + "/folders", .body = std::move(body)});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, folder_text(*answer));
}

/// Reads it, and changes what was read: who changed it meanwhile is not overwritten.
net::async_result<outcome> change(task& what) {
    const auto path = co_await folder_path(what);
    if (!path) co_return std::unexpected(path.error());
    const auto now = co_await what.at.call({.method = "GET", .target = *path});
    if (!now) co_return std::unexpected(now.error());
    json::object body{wiping_storage()};
    put_texts(body, what.line, {{"name", "name"}});
    if (const auto remote = what.line.text("remote-folder")) put_octets(body, "remoteFolder", *remote);
    if (const auto put = put_enabled(body, what.line); !put) co_return std::unexpected(put.error());
    if (const auto put = put_folder_settings(body, what.line, *now); !put) co_return std::unexpected(put.error());
    if (body.empty()) co_return model::invalid("arguments", "say what to change: gangway folders change --help");
    const bool new_bucket = text_at(*now, "destination.to") != "s3";
    if (const auto put = co_await add_secret(what, body, new_bucket); !put) co_return std::unexpected(put.error());
    const auto answer = co_await what.at.call(
        {.method = "PATCH", .target = *path, .body = std::move(body), .revision = number_at(*now, "revision")});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, folder_text(*answer));
}

net::async_result<outcome> remove(task& what) {
    auto path = co_await folder_path(what);
    if (!path) co_return std::unexpected(std::move(path.error()));
    const auto sure = co_await confirmed(
        what, fmt::format("Delete the folder {}? What was pulled stays.", shown(what.line.operand("FOLDER"))));
    if (!sure) co_return std::unexpected(sure.error());
    const auto answer = co_await what.at.call({.method = "DELETE", .target = std::move(*path)});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, "");
}

/// Looks until the run has ended. Interrupting it ends the waiting, not the run.
net::async_result<json::object> followed(task& what, std::string run) {
    for (;;) {
        auto answer = co_await what.at.call({.method = "GET", .target = "/api/v1/runs/" + run});
        if (!answer || has_ended(*answer)) co_return answer;
        what.progress(run_progress_text(*answer));
        co_await what.pause(between_looks);
    }
}

net::async_result<outcome> run(task& what) {
    auto path = co_await folder_path(what, "/run");
    if (!path) co_return std::unexpected(std::move(path.error()));
    const auto begun = co_await what.at.call({.method = "POST", .target = std::move(*path)});
    if (!begun) co_return std::unexpected(begun.error());
    const std::string id{text_at(*begun, "run")};
    if (!what.line.has("wait")) co_return told(what, *begun, shown(id) + "\n");
    if (!is_id(id, "run_"))
        co_return base::fail(told_code("bad_message"), base::phase::request,
                             "the gateway does not say which run it began");
    const auto ended = co_await followed(what, id);
    if (!ended) co_return std::unexpected(ended.error());
    auto end = told(what, *ended, run_text(*ended));
    end.failure = failure_of_run(*ended);
    co_return end;
}

net::async_result<outcome> dry_run(task& what) {
    auto path = co_await folder_path(what, "/dry-run");
    if (!path) co_return std::unexpected(std::move(path.error()));
    const auto answer =
        co_await what.at.call({.method = "POST", .target = std::move(*path), .patience = longest_listing});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, table_text(array_at(*answer, "files"), verdict_columns));
}

constexpr std::array<operand, 1> perhaps_connection{{{"CONNECTION", "Only of this one: its name or id", false}}};
constexpr std::array<operand, 1> one_folder{{{"FOLDER", "Its id, CONNECTION/NAME, or NAME if it is the only one"}}};
constexpr std::array<operand, 3> new_folder{
    {{"CONNECTION", "Its name or id"}, {"NAME", "How the folder is called"}, {"REMOTE", "The folder on the server"}}};
constexpr std::array wait_options{
    option{"wait", takes::nothing, "", "Show how far it is, and end with its outcome as the exit code"}};
constexpr std::array ask_options{option{"yes", takes::nothing, "", "Do not ask"}};
constexpr auto own_change_options = std::to_array<option>({
    {"name", takes::text, "NAME", "A new name"},
    {"remote-folder", takes::text, "FOLDER", "Another folder on the server"},
    {"enable", takes::nothing, "", "Pull by its schedule"},
    {"disable", takes::nothing, "", "Pull no more"},
});

/// Its own, and those of all settings.
std::span<const option> change_options() {
    static const auto all = [] {
        std::vector<option> joined{own_change_options.begin(), own_change_options.end()};
        const auto settings = folder_setting_options();
        joined.insert(joined.end(), settings.begin(), settings.end());
        return joined;
    }();
    return all;
}

}  // namespace

std::span<const action> folder_actions() noexcept {
    static const auto actions = std::to_array<action>({
        {"folders", "list", "The folders of a connection, or of all", perhaps_connection, {}, list},
        {"folders", "show", "One folder with all its settings", one_folder, {}, show},
        {"folders", "create", "Pull from a remote folder", new_folder, folder_setting_options(), create},
        {"folders", "change", "Change what is given and leave the rest", one_folder, change_options(), change},
        {"folders", "delete", "Pull from it no more; its history stays", one_folder, ask_options, remove},
        {"folders", "run", "Pull now", one_folder, wait_options, run},
        {"folders",
         "dry-run",
         "What a run would do now with each file, and why; touches nothing",
         one_folder,
         {},
         dry_run},
    });
    return actions;
}

}  // namespace gangway::cli
