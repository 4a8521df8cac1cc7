// /api/v1/audit and /api/v1/tokens: who did what, and who may.
#include "managed_answers.hpp"
#include "managed_call.hpp"
#include "routes.hpp"

#include <gangway/store/audit.hpp>
#include <gangway/store/tokens.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace gangway::api {
namespace {

constexpr std::size_t longest_name = 100;

void write_entry(json_writer& json, const store::audit_entry& entry) {
    json.number("seq", static_cast<std::uint64_t>(entry.seq));
    write_date(json, "at", entry.at);
    json.octets("actor", entry.actor);
    json.text("action", entry.action);
    json.text("subject", entry.subject);
    json.octets("details", entry.details);
    json.text("hash", entry.hash);
}

net::async_result<answer> audit(managed_call& call) {
    auto query = fields::from_query(call.request.query.value_or(std::string{}));
    if (!query) co_return std::unexpected(std::move(query.error()));
    const std::string subject{query->text("subject").value_or("")};
    const auto wanted = take_page(*query);
    std::int64_t before = 0;
    const auto* const end = wanted.after.data() + wanted.after.size();
    if (!wanted.after.empty() && (std::from_chars(wanted.after.data(), end, before).ptr != end || before < 1))
        query->complain("after", "\"after\" is not what an answer said in \"next\"");
    if (auto checked = query->finish(true); !checked) co_return std::unexpected(std::move(checked.error()));
    auto found = co_await call.with.database.read(
        [&](store::transaction& tx) { return store::audit::list(tx, subject, before, wanted.limit + 1); });
    if (!found) co_return std::unexpected(found.error());
    co_return page_answer("entries", *std::move(found), wanted.limit, write_entry,
                          [](const store::audit_entry& last) { return std::to_string(last.seq); });
}

net::async_result<answer> verify(managed_call& call) {
    const auto fault =
        co_await call.with.database.read([](store::transaction& tx) { return store::audit::verify(tx); });
    if (!fault) co_return std::unexpected(fault.error());
    co_return object_answer([&](json_writer& json) {
        json.flag("intact", !*fault);
        if (!*fault) return;
        json.number("seq", static_cast<std::uint64_t>((*fault)->seq));
        json.octets("fault", (*fault)->message);
    });
}

void write_token(json_writer& json, const store::token& row) {
    json.text("id", row.id);
    json.text("name", row.name);
    json.text("role", to_string(row.role));
    write_date(json, "createdAt", row.created_at);
    write_date(json, "lastUsedAt", row.last_used_at);
    write_date(json, "revokedAt", row.revoked_at);
}

net::async_result<std::vector<store::token>> token_rows(managed_call& call) {
    return call.with.database.read([](store::transaction& tx) { return store::tokens::list(tx); });
}

net::async_result<answer> list_tokens(managed_call& call) {
    const auto rows = co_await token_rows(call);
    if (!rows) co_return std::unexpected(rows.error());
    co_return list_answer("tokens", *rows, write_token);
}

net::async_result<answer> create_token(managed_call& call) {
    auto from = co_await read_fields(call, {"name", "role"});
    if (!from) co_return std::unexpected(from.error());
    store::token row{.id = new_id("tok_"), .name = plain_text(*from, "name", longest_name).value_or("")};
    if (row.name.empty()) from->complain("name", "\"name\" must be 1 to 100 octets");
    const auto role = store::from_string<store::role>(from->required_text("role"));
    if (!role) from->complain("role", "\"role\" must be \"viewer\", \"operator\" or \"admin\"");
    if (auto checked = from->finish(true); !checked) co_return std::unexpected(checked.error());
    row.role = *role;
    const auto token = new_secret("gwt_");
    row.hash = token_hash(token.view());
    const auto done = co_await call.with.database.write([&](store::transaction& tx) -> base::result<void> {
        if (!store::tokens::add(tx, row)) return std::unexpected(not_changed(store::changed::name_taken, "token"));
        store::audit::append(tx, call.request.from.name, "token.create", row.id,
                             details({{"name", row.name}, {"role", to_string(row.role)}}));
        return {};
    });
    if (!done) co_return std::unexpected(done.error());
    if (const auto known = co_await call.with.tokens.refresh(); !known) co_return std::unexpected(known.error());
    auto made = object_answer(
        [&](json_writer& json) {
            json.text("id", row.id);
            json.text("name", row.name);
            json.text("role", to_string(row.role));
        },
        201, {{"Location", "/api/v1/tokens/" + row.id}});
    co_return with_secret(std::move(made), "token", token);
}

net::async_result<answer> all_tokens(managed_call& call) {
    if (call.request.method == "POST") co_return co_await create_token(call);
    co_return co_await list_tokens(call);
}

net::async_result<answer> one_token(managed_call& call) {
    const auto rows = co_await token_rows(call);
    if (!rows) co_return std::unexpected(rows.error());
    const auto found = std::ranges::find(*rows, call.request.id, &store::token::id);
    if (found == rows->end()) co_return std::unexpected(not_there("token"));
    if (call.request.method != "DELETE") co_return object_answer([&](json_writer& json) { write_token(json, *found); });
    const auto done = co_await call.with.database.write([&](store::transaction& tx) {
        if (store::tokens::revoke(tx, found->id))
            store::audit::append(tx, call.request.from.name, "token.revoke", found->id,
                                 details({{"name", found->name}}));
    });
    if (!done) co_return std::unexpected(done.error());
    if (const auto known = co_await call.with.tokens.refresh(); !known) co_return std::unexpected(known.error());
    co_return answer{.status = 204};
}

}  // namespace

net::awaitable<answer> serve_audit(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, audit);
}
net::awaitable<answer> serve_audit_check(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, verify);
}
net::awaitable<answer> serve_tokens(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, all_tokens);
}
net::awaitable<answer> serve_token(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, one_token);
}

}  // namespace gangway::api
