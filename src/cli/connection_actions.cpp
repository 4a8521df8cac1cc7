// gangway connections …
#include "json_values.hpp"
#include "listing_text.hpp"
#include "sizes.hpp"
#include "table_text.hpp"
#include "task.hpp"
#include "told_error.hpp"

#include <gangway/model/errors.hpp>
#include <gangway/model/sftp_url.hpp>

#include <fmt/format.h>

#include <array>
#include <limits>
#include <utility>

namespace gangway::cli {
namespace {

namespace json = boost::json;

constexpr auto row_columns = std::to_array<column>({{"NAME", "name"},
                                                    {"SERVER", "", as::login},
                                                    {"HEALTH", "health.state"},
                                                    {"REASON", "health.reason"},
                                                    {"ID", "id"}});
constexpr auto shown_columns = std::to_array<column>({{"name", "name"},
                                                      {"id", "id"},
                                                      {"description", "description"},
                                                      {"server", "", as::login},
                                                      {"authentication", "authentication"},
                                                      {"path root", "pathRoot"},
                                                      {"paused", "paused", as::flag},
                                                      {"health", "health.state"},
                                                      {"reason", "health.reason"},
                                                      {"since", "health.since", as::time},
                                                      {"host key", "hostKey.fingerprint"},
                                                      {"pinned", "hostKey.pinnedAt", as::time},
                                                      {"presented", "hostKey.presentedFingerprint"},
                                                      {"created", "createdAt", as::time},
                                                      {"changed", "updatedAt", as::time},
                                                      {"revision", "revision"}});
constexpr auto key_columns = std::to_array<column>({{"KEY", "id"},
                                                    {"ALGORITHM", "algorithm"},
                                                    {"ACCEPTED", "lastAcceptedAt", as::time},
                                                    {"REVOKED", "revokedAt", as::time},
                                                    {"FINGERPRINT", "fingerprint"}});
constexpr auto host_key_columns = std::to_array<column>({{"pinned", "hostKey.fingerprint"},
                                                         {"type", "hostKey.keyType"},
                                                         {"how", "hostKey.how"},
                                                         {"since", "hostKey.pinnedAt", as::time},
                                                         {"presented", "hostKey.presentedFingerprint"},
                                                         {"at", "hostKey.presentedAt", as::time},
                                                         {"quarantined", "quarantined", as::flag}});

std::string path_of(const std::string& id, std::string_view below = {}) {
    return "/api/v1/connections/" + id + std::string{below};
}

std::string connection_text(const json::object& answer) {
    auto text = details_text(answer, shown_columns);
    if (const auto& keys = array_at(answer, "keys"); !keys.empty()) text += "\n" + table_text(keys, key_columns);
    return text;
}

net::async_result<outcome> list(task& what) {
    const auto most = wanted_rows(what.line, std::numeric_limits<std::size_t>::max());
    if (!most) co_return std::unexpected(most.error());
    const auto all = co_await read_pages(what, "/api/v1/connections", "", "connections", *most);
    if (!all) co_return std::unexpected(all.error());
    auto end = told(what, *all, table_text(array_at(*all, "connections"), row_columns));
    end.note = more_note(what, *all);
    co_return end;
}

/// A call on the connection that is named, and what it answers.
net::async_result<outcome> on_connection(task& what, api_call wanted, std::string_view below,
                                         std::string (*text)(const json::object&)) {
    auto id = co_await connection_id(what, what.line.operand("CONNECTION"));
    if (!id) co_return std::unexpected(std::move(id.error()));
    wanted.target = path_of(*id, below);
    const auto answer = co_await what.at.call(std::move(wanted));
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, text(*answer));
}

net::async_result<outcome> show(task& what) {
    return on_connection(what, {.method = "GET", .target = {}}, "", connection_text);
}

/// The server of an sftp:// address. A path is refused, because it could be meant as the root or as a folder.
base::result<void> put_server(json::object& body, const std::string& text) {
    const auto url = model::sftp_url::parse(text);
    if (!url) return std::unexpected(url.error());
    const bool has_path = url->path != "." && url->path != "/";
    if (has_path)
        return model::invalid("url",
                              "leave the path out of the address: --path-root keeps a connection beneath a folder");
    body["host"] = url->endpoint.host.text();
    body["port"] = url->endpoint.port;
    if (url->username) body["username"] = *url->username;
    return {};
}

void put_settings(json::object& body, const admin_line& line) {
    put_texts(body, line,
              {{"name", "name"},
               {"description", "description"},
               {"authentication", "authentication"},
               {"expected-host-key", "expectedHostKey"}});
    if (const auto root = line.text("path-root")) put_octets(body, "pathRoot", *root);
}

net::async_result<outcome> create(task& what) {
    json::object body{{"name", what.line.operand("NAME")}};
    if (const auto put = put_server(body, what.line.operand("URL")); !put) co_return std::unexpected(put.error());
    if (!body.contains("username")) co_return model::invalid("url", "the address needs the account: sftp://user@host");
    put_settings(body, what.line);
    const auto answer =
        co_await what.at.call({.method = "POST", .target = "/api/v1/connections", .body = std::move(body)});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, connection_text(*answer));
}

net::async_result<outcome> change(task& what) {
    json::object body;
    if (const auto url = what.line.text("url"))
        if (const auto put = put_server(body, *url); !put) co_return std::unexpected(put.error());
    put_settings(body, what.line);
    if (body.empty()) co_return model::invalid("arguments", "say what to change: gangway connections change --help");
    const auto revision = wanted_revision(what.line);
    if (!revision) co_return std::unexpected(revision.error());
    co_return co_await on_connection(
        what, {.method = "PATCH", .target = {}, .body = std::move(body), .revision = *revision}, "", connection_text);
}

std::string health_line(const json::object& answer) {
    return fmt::format("{} is {}\n", cell_text(answer, {"", "name"}), cell_text(answer, {"", "health.state"}));
}

net::async_result<outcome> pause(task& what) {
    return on_connection(what, {.method = "POST", .target = {}}, "/pause", health_line);
}

net::async_result<outcome> resume(task& what) {
    return on_connection(what, {.method = "POST", .target = {}}, "/resume", health_line);
}

net::async_result<outcome> remove(task& what) {
    const auto& name = what.line.operand("CONNECTION");
    auto id = co_await connection_id(what, name);
    if (!id) co_return std::unexpected(std::move(id.error()));
    const auto sure = co_await confirmed(
        what, fmt::format("Delete the connection {} with its keys, which nothing brings back?", shown(name)));
    if (!sure) co_return std::unexpected(sure.error());
    const auto answer = co_await what.at.call({.method = "DELETE", .target = path_of(*id)});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, "");
}

std::string step_text(const json::object& step) {
    const bool good = flag_at(step, "ok");
    auto text = fmt::format("{:<15} {}", cell_text(step, {"", "name"}), good ? "ok" : "FAILED");
    if (const auto took = number_at(step, "durationUs"))
        text += "  " + milliseconds_text(std::chrono::microseconds{*took});
    text += "\n";
    for (const auto& finding : array_at(step, "findings"))
        if (const auto* const found = finding.if_object())
            text += fmt::format("    {}: {}\n", cell_text(*found, {"", "name"}), cell_text(*found, {"", "value"}));
    for (const std::string_view member : {"error", "advice"})
        if (const auto line = cell_text(step, {"", member}); !line.empty()) text += "    " + line + "\n";
    return text;
}

net::async_result<outcome> test(task& what) {
    auto id = co_await connection_id(what, what.line.operand("CONNECTION"));
    if (!id) co_return std::unexpected(std::move(id.error()));
    const auto answer = co_await what.at.call({.method = "POST", .target = path_of(*id, "/test")});
    if (!answer) co_return std::unexpected(answer.error());
    std::string text;
    const json::object* last = nullptr;
    for (const auto& step : array_at(*answer, "steps")) {
        last = step.if_object();
        if (last != nullptr) text += step_text(*last);
    }
    auto end = told(what, *answer, std::move(text));
    if (!flag_at(*answer, "healthy")) end.failure = told_error(last == nullptr ? *answer : *last);
    co_return end;
}

std::string host_key_text(const json::object& answer) {
    auto text = details_text(answer, host_key_columns);
    return text.empty() ? "no host key is pinned yet\n" : text;
}

net::async_result<outcome> host_key(task& what) {
    return on_connection(what, {.method = "GET", .target = {}}, "/host-key", host_key_text);
}

/// Only what the server presents at that moment can be locked, so a question that took long does no harm.
net::async_result<outcome> lock(task& what) {
    const auto& name = what.line.operand("CONNECTION");
    auto id = co_await connection_id(what, name);
    if (!id) co_return std::unexpected(std::move(id.error()));
    auto fingerprint = what.line.operand("FINGERPRINT");
    if (fingerprint.empty()) {
        const auto pin = co_await what.at.call({.method = "GET", .target = path_of(*id, "/host-key")});
        if (!pin) co_return std::unexpected(pin.error());
        fingerprint = text_at(*pin, "hostKey.presentedFingerprint");
        if (fingerprint.empty())
            co_return model::invalid("fingerprint",
                                     "no other key was presented: give the fingerprint that the server's operator "
                                     "confirms, SHA256:…");
        const auto sure = co_await confirmed(
            what, fmt::format("{} was pinned to {}\nand its server has presented {}.\nHas its operator confirmed the "
                              "new fingerprint?",
                              shown(name), cell_text(*pin, {"", "hostKey.fingerprint"}), shown(fingerprint)));
        if (!sure) co_return std::unexpected(sure.error());
    }
    const auto answer = co_await what.at.call(
        {.method = "PUT", .target = path_of(*id, "/host-key"), .body = {{"fingerprint", fingerprint}}});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, host_key_text(*answer));
}

constexpr operand connection{"CONNECTION", "Its name or id"};
constexpr std::array<operand, 1> one_connection{connection};
constexpr std::array<operand, 2> new_connection{
    {{"NAME", "How it is called from now on"}, {"URL", "sftp://user@host:port"}}};
constexpr std::array<operand, 2> connection_and_fingerprint{
    {connection, {"FINGERPRINT", "SHA256:…; without it, what was presented last is shown and asked about", false}}};

constexpr option description{"description", takes::text, "TEXT", "What it is for"};
constexpr option authentication{"authentication", takes::text, "key|password", "How to log in (default: key)"};
constexpr option path_root{"path-root", takes::text, "FOLDER",
                           "Keep every operation beneath this folder of the server"};
constexpr option expected{"expected-host-key", takes::text, "SHA256:…",
                          "The fingerprint that the server's operator has told you"};
constexpr option yes{"yes", takes::nothing, "", "Do not ask"};
constexpr std::array list_options{
    option{"limit", takes::text, "N", "At most so many (default: all)"},
    option{"after", takes::text, "NEXT", "Go on after what an earlier answer named"},
};
constexpr std::array create_options{description, authentication, path_root, expected};
constexpr std::array change_options{
    option{"name", takes::text, "NAME", "A new name"},
    option{"url", takes::text, "URL", "Another server, port or account: sftp://user@host:port; the pin stays"},
    description,
    authentication,
    path_root,
    expected,
    option{"if-revision", takes::text, "N", "Only if nobody has changed it since this revision"},
};
constexpr std::array ask_options{yes};

constexpr auto actions = std::to_array<action>({
    {"connections", "list", "All connections with their health", {}, list_options, list},
    {"connections", "show", "One connection with its pin and keys", one_connection, {}, show},
    {"connections", "create", "Set a connection up; then make its key with: gangway keys create", new_connection,
     create_options, create},
    {"connections", "change", "Change what is given and leave the rest", one_connection, change_options, change},
    {"connections", "pause", "Let it dial no more", one_connection, {}, pause},
    {"connections", "resume", "Let it dial again", one_connection, {}, resume},
    {"connections", "delete", "Delete it and destroy its keys; its history stays", one_connection, ask_options, remove},
    {"connections", "test", "Examine it step by step with its own credentials", one_connection, {}, test},
    {"connections",
     "host-key",
     "The pinned host key, and the one that was presented instead",
     one_connection,
     {},
     host_key},
    {"connections", "lock", "Pin the host key that the server presents now", connection_and_fingerprint, ask_options,
     lock},
});

}  // namespace

std::span<const action> connection_actions() noexcept {
    return actions;
}

}  // namespace gangway::cli
