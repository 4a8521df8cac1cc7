// gangway tokens …, gangway audit …, gangway webhooks …
#include "json_values.hpp"
#include "listing_text.hpp"
#include "table_text.hpp"
#include "task.hpp"

#include <gangway/cli/told_code.hpp>
#include <gangway/model/errors.hpp>

#include <fmt/format.h>

#include <array>
#include <utility>

namespace gangway::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t usual_rows = 100;
/// A chain of millions of entries takes its time.
constexpr std::chrono::hours longest_check{1};

constexpr auto token_columns = std::to_array<column>({{"NAME", "name"},
                                                      {"ROLE", "role"},
                                                      {"CREATED", "createdAt", as::time},
                                                      {"USED", "lastUsedAt", as::time},
                                                      {"REVOKED", "revokedAt", as::time},
                                                      {"ID", "id"}});
constexpr auto entry_columns = std::to_array<column>({{"SEQ", "seq", as::count},
                                                      {"AT", "at", as::time},
                                                      {"ACTOR", "actor"},
                                                      {"ACTION", "action"},
                                                      {"SUBJECT", "subject"},
                                                      {"DETAILS", "details"}});
constexpr auto webhook_columns = std::to_array<column>({{"ID", "id"},
                                                        {"URL", "url"},
                                                        {"EVENTS", "events", as::list},
                                                        {"ENABLED", "enabled"},
                                                        {"CREATED", "createdAt", as::time}});

constexpr auto delivery_columns = std::to_array<column>({{"EVENT", "event"},
                                                         {"AT", "createdAt", as::time},
                                                         {"DELIVERED", "deliveredAt", as::time},
                                                         {"ATTEMPTS", "attempts", as::count},
                                                         {"NEXT TRY", "nextTryAt", as::time},
                                                         {"ERROR", "error"}});
constexpr std::array<std::string_view, 5> all_events{"run_failed", "run_recovered", "host_key_changed", "file_missing",
                                                     "files_failing"};

/// A secret that is told once: alone on standard output, so that it can go straight into a file.
outcome told_once(const task& what, const json::object& answer, std::string_view member, std::string_view kind) {
    auto end = told(what, answer, cell_text(answer, {"", member}) + "\n");
    if (!what.line.json)
        end.note = fmt::format("{}; this is the only time that its {} is shown\n", cell_text(answer, {"", "id"}), kind);
    return end;
}

net::async_result<outcome> listed(task& what, std::string target, std::string_view member,
                                  std::span<const column> columns) {
    const auto answer = co_await what.at.call({.method = "GET", .target = std::move(target)});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, table_text(array_at(*answer, member), columns));
}

net::async_result<outcome> removed(task& what, std::string target) {
    const auto answer = co_await what.at.call({.method = "DELETE", .target = std::move(target)});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(what, *answer, "");
}

net::async_result<outcome> list_tokens(task& what) {
    return listed(what, "/api/v1/tokens", "tokens", token_columns);
}

net::async_result<outcome> create_token(task& what) {
    json::object body{{"name", what.line.operand("NAME")}, {"role", what.line.operand("ROLE")}};
    const auto answer = co_await what.at.call({.method = "POST", .target = "/api/v1/tokens", .body = std::move(body)});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told_once(what, *answer, "token", "token");
}

net::async_result<outcome> revoke_token(task& what) {
    auto id = co_await token_id(what, what.line.operand("TOKEN"));
    if (!id) co_return std::unexpected(std::move(id.error()));
    co_return co_await removed(what, "/api/v1/tokens/" + *id);
}

net::async_result<outcome> list_audit(task& what) {
    const auto most = wanted_rows(what.line, usual_rows);
    if (!most) co_return std::unexpected(most.error());
    std::string query;
    if (const auto subject = what.line.text("subject")) query = "subject=" + percent_encoded(*subject);
    const auto all = co_await read_pages(what, "/api/v1/audit", std::move(query), "entries", *most);
    if (!all) co_return std::unexpected(all.error());
    auto end = told(what, *all, table_text(array_at(*all, "entries"), entry_columns));
    end.note = more_note(what, *all);
    co_return end;
}

net::async_result<outcome> verify_audit(task& what) {
    const auto answer =
        co_await what.at.call({.method = "POST", .target = "/api/v1/audit/verify", .patience = longest_check});
    if (!answer) co_return std::unexpected(answer.error());
    if (flag_at(*answer, "intact")) co_return told(what, *answer, "the audit is intact\n");
    auto end = told(what, *answer, "");
    end.failure = base::error{told_code("conflict"), base::phase::storage,
                              fmt::format("the audit is broken at entry {}: {}", number_at(*answer, "seq").value_or(0),
                                          cell_text(*answer, {"", "fault"}))};
    co_return end;
}

net::async_result<outcome> list_webhooks(task& what) {
    return listed(what, "/api/v1/webhooks", "webhooks", webhook_columns);
}

json::array array_of(const auto& names) {
    json::array all;
    all.insert(all.end(), names.begin(), names.end());
    return all;
}

net::async_result<outcome> create_webhook(task& what) {
    auto events = what.line.has("event") ? array_of(what.line.list("event")) : array_of(all_events);
    json::object body{{"url", what.line.operand("URL")}, {"events", std::move(events)}};
    const auto answer =
        co_await what.at.call({.method = "POST", .target = "/api/v1/webhooks", .body = std::move(body)});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told_once(what, *answer, "secret", "secret");
}

std::string webhook_path(const task& what) {
    return "/api/v1/webhooks/" + percent_encoded(what.line.operand("WEBHOOK"));
}

net::async_result<outcome> change_webhook(task& what) {
    json::object body;
    put_texts(body, what.line, {{"url", "url"}});
    if (what.line.has("event")) body["events"] = array_of(what.line.list("event"));
    if (const auto put = put_enabled(body, what.line); !put) co_return std::unexpected(put.error());
    if (what.line.has("new-secret")) body["newSecret"] = true;
    if (body.empty()) co_return model::invalid("arguments", "say what to change: gangway webhooks change --help");
    const bool secret = body.contains("newSecret");
    const auto answer =
        co_await what.at.call({.method = "PATCH", .target = webhook_path(what), .body = std::move(body)});
    if (!answer) co_return std::unexpected(answer.error());
    if (secret) co_return told_once(what, *answer, "secret", "secret");
    co_return told(what, *answer, details_text(*answer, webhook_columns));
}

net::async_result<outcome> show_webhook(task& what) {
    const auto answer = co_await what.at.call({.method = "GET", .target = webhook_path(what)});
    if (!answer) co_return std::unexpected(answer.error());
    co_return told(
        what, *answer,
        details_text(*answer, webhook_columns) + "\n" + table_text(array_at(*answer, "deliveries"), delivery_columns));
}

net::async_result<outcome> delete_webhook(task& what) {
    return removed(what, webhook_path(what));
}

constexpr std::array<operand, 2> new_token{
    {{"NAME", "Who uses it, as the audit will say"}, {"ROLE", "viewer, operator or admin"}}};
constexpr std::array<operand, 1> one_token{{{"TOKEN", "Its name or id"}}};
constexpr std::array<operand, 1> webhook_url{{{"URL", "Where events are sent to, https://…"}}};
constexpr std::array<operand, 1> one_webhook{{{"WEBHOOK", "Its id, whk_…"}}};
constexpr std::array audit_options{
    option{"subject", takes::text, "ID", "Only what was done to this connection, folder, token, …"},
    option{"limit", takes::text, "N", "At most so many (default: 100)"},
    option{"after", takes::text, "NEXT", "Go on after what an earlier answer named"},
};
constexpr std::array webhook_options{
    option{"event", takes::list, "NAME",
           "run_failed, run_recovered, host_key_changed, file_missing or files_failing; repeatable (default: all)"}};
constexpr std::array webhook_changes{
    option{"url", takes::text, "URL", "Where events are sent to"},
    option{"event", takes::list, "NAME", "In the place of those it is told of now; repeatable"},
    option{"enable", takes::nothing, "", "Tell it again"},
    option{"disable", takes::nothing, "", "Tell it nothing; what is queued is given up"},
    option{"new-secret", takes::nothing, "", "Sign with a new secret from now on; prints it, this once"},
};

constexpr auto actions = std::to_array<action>({
    {"tokens", "list", "All tokens with their roles and when each was used", {}, {}, list_tokens},
    {"tokens", "create", "Make a token and print it, this once", new_token, {}, create_token},
    {"tokens", "revoke", "End a token at once", one_token, {}, revoke_token},
    {"audit", "list", "Who did what, newest first", {}, audit_options, list_audit},
    {"audit", "verify", "Check that no entry was changed or removed", {}, {}, verify_audit},
    {"webhooks", "list", "Who is told of failures", {}, {}, list_webhooks},
    {"webhooks", "create", "Tell a URL of failures; prints the secret that signs, this once", webhook_url,
     webhook_options, create_webhook},
    {"webhooks", "change", "Change what is given and leave the rest", one_webhook, webhook_changes, change_webhook},
    {"webhooks", "show", "One of them, and what was sent to it last", one_webhook, {}, show_webhook},
    {"webhooks", "delete", "Tell it no more", one_webhook, {}, delete_webhook},
});

}  // namespace

std::span<const action> access_actions() noexcept {
    return actions;
}

}  // namespace gangway::cli
