// /api/v1/audit and /api/v1/tokens: who did what, and who may.
#include "managed_call.hpp"
#include "routes.hpp"

#include <gangway/base/base64.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/store/audit.hpp>
#include <gangway/store/tokens.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace gangway::api {
namespace {

constexpr std::size_t longest_name = 100;

net::async_result<answer> audit(managed_call& call) {
    const auto wanted = read_page(call.request);
    if (!wanted) co_return std::unexpected(wanted.error());
    std::int64_t before = 0;
    if (!wanted->after.empty()) {
        const auto* const end = wanted->after.data() + wanted->after.size();
        if (std::from_chars(wanted->after.data(), end, before).ptr != end || before < 1)
            co_return std::unexpected(
                refusal(errc::bad_request, "\"after\" is not what an answer said in \"next\"").with("field", "after"));
    }
    auto query = fields::from_query(call.request.query.value_or(std::string{}));
    if (!query) co_return std::unexpected(query.error());
    const std::string subject{query->text("subject").value_or("")};
    auto found = co_await call.with.database.read(
        [&](store::transaction& tx) { return store::audit::list(tx, subject, before, wanted->limit + 1); });
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
        json.number("seq", static_cast<std::uint64_t>(each.seq));
        write_date(json, "at", each.at);
        json.octets("actor", each.actor);
        json.text("action", each.action);
        json.text("subject", each.subject);
        json.octets("details", each.details);
        json.text("hash", each.hash);
        json.end_object();
    }
    json.end_array();
    if (more) json.text("next", std::to_string(found->back().seq));
    json.end_object();
    co_return made;
}

net::async_result<answer> verify(managed_call& call) {
    const auto fault =
        co_await call.with.database.read([](store::transaction& tx) { return store::audit::verify(tx); });
    if (!fault) co_return std::unexpected(fault.error());
    answer made;
    json_writer json{made.body};
    json.begin_object();
    json.flag("success", true);
    json.flag("intact", !*fault);
    if (*fault) {
        json.number("seq", static_cast<std::uint64_t>((*fault)->seq));
        json.octets("fault", (*fault)->message);
    }
    json.end_object();
    co_return made;
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
    answer made;
    json_writer json{made.body};
    json.begin_object();
    json.flag("success", true);
    json.begin_array("tokens");
    for (const auto& row : *rows) {
        json.begin_object();
        write_token(json, row);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    co_return made;
}

/// 256 random bits that say what they are, for those who look for leaked secrets.
std::string new_token() {
    auto text = base::to_base64(crypto::random_bytes(32), base::base64_padding::without);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return "gwt_" + text;
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
    auto token = new_token();
    row.hash = token_hash(token);
    const auto done = co_await call.with.database.write([&](store::transaction& tx) -> base::result<void> {
        if (!store::tokens::add(tx, row)) return std::unexpected(not_changed(store::changed::name_taken, "token"));
        store::audit::append(tx, call.request.from.name, "token.create", row.id,
                             details({{"name", row.name}, {"role", to_string(row.role)}}));
        return {};
    });
    if (!done) co_return std::unexpected(done.error());
    if (const auto known = co_await call.with.tokens.refresh(); !known) co_return std::unexpected(known.error());
    answer made{.status = 201, .headers = {{"Location", "/api/v1/tokens/" + row.id}, {"Cache-Control", "no-store"}}};
    json_writer json{made.body};
    json.begin_object();
    json.flag("success", true);
    json.text("id", row.id);
    json.text("name", row.name);
    json.text("role", to_string(row.role));
    json.text("token", token);
    json.end_object();
    base::wipe(token);
    co_return made;
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
    if (call.request.method != "DELETE") {
        answer made;
        json_writer json{made.body};
        json.begin_object();
        json.flag("success", true);
        write_token(json, *found);
        json.end_object();
        co_return made;
    }
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
