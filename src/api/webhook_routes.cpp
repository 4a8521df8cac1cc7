// /api/v1/webhooks: whom to tell of failures, recoveries, changed host keys and missing files.
#include "managed_answers.hpp"
#include "managed_call.hpp"
#include "routes.hpp"

#include <gangway/store/audit.hpp>
#include <gangway/store/secrets.hpp>
#include <gangway/store/webhooks.hpp>
#include <gangway/transfer/notices.hpp>
#include <gangway/transfer/webhook_url.hpp>

#include <algorithm>
#include <utility>

namespace gangway::api {
namespace {

constexpr std::size_t most_webhooks = 100, shown_deliveries = 20;

void write_webhook(json_writer& json, const store::webhook& row) {
    json.text("id", row.id);
    json.text("url", row.url);
    json.json("events", row.events);
    json.flag("enabled", row.enabled);
    write_date(json, "createdAt", row.created_at);
}

void write_deliveries(json_writer& json, const std::vector<store::delivery>& rows) {
    json.begin_array("deliveries");
    for (const auto& row : rows) {
        json.begin_object();
        json.text("id", row.id);
        json.text("event", row.event);
        json.number("attempts", static_cast<std::uint64_t>(std::max<std::int64_t>(0, row.attempts)));
        if (!row.error.empty()) json.octets("error", row.error);
        write_date(json, "createdAt", row.created_at);
        write_date(json, "nextTryAt", row.next_try);
        write_date(json, "deliveredAt", row.delivered_at);
        json.end_object();
    }
    json.end_array();
}

net::async_result<answer> list(managed_call& call) {
    const auto rows =
        co_await call.with.database.read([](store::transaction& tx) { return store::webhooks::list(tx); });
    if (!rows) co_return std::unexpected(rows.error());
    co_return list_answer("webhooks", *rows, write_webhook);
}

/// Puts the fields that are given into `row`.
void apply(fields& from, store::webhook& row) {
    if (const auto text = from.text("url")) {
        if (const auto url = transfer::webhook_url::parse(*text, "url"))
            row.url = url->text();
        else
            from.complain(url.error());
    }
    if (row.url.empty()) from.complain("url", "\"url\" is missing");
    const auto sent = from.array("events");
    const auto events = transfer::read_events(sent ? std::string_view{sent->data(), sent->size()} : row.events);
    if (events)
        row.events = transfer::write_events(*events);
    else
        from.complain("events",
                      "\"events\" must be an array of one or more of run_failed, run_recovered, "
                      "host_key_changed, file_missing and files_failing");
    if (from.has("enabled")) row.enabled = from.flag("enabled");
}

/// What signs the deliveries of a webhook from now on: told to the client this once, and sealed.
struct new_signer {
    base::secret text;
    store::sealed_secret sealed;
};

new_signer make_signer(const managed_call& call, const std::string& id) {
    auto text = new_secret("whsec_");
    auto sealed =
        call.with.secrets.seal({store::secrets::of_webhook, id, transfer::webhook_secret_purpose}, text.view());
    return {std::move(text), std::move(sealed)};
}

answer shown(const store::webhook& row, unsigned status = 200, std::vector<answer_header> headers = {}) {
    return object_answer([&](json_writer& json) { write_webhook(json, row); }, status, std::move(headers));
}

net::async_result<answer> create(managed_call& call) {
    auto from = co_await read_fields(call, {"url", "events", "enabled"}, nested_fields::kept);
    if (!from) co_return std::unexpected(std::move(from.error()));
    store::webhook row{.id = new_id("whk_")};
    apply(*from, row);
    if (auto checked = from->finish(true); !checked) co_return std::unexpected(std::move(checked.error()));
    auto signer = make_signer(call, row.id);
    const auto kept =
        co_await call.with.database.write([&](store::transaction& tx) -> base::result<std::optional<store::webhook>> {
            if (store::webhooks::list(tx).size() >= most_webhooks)
                return std::unexpected(refusal(errc::conflict, "There are as many webhooks as there may be"));
            store::webhooks::add(tx, row);
            store::secrets::put(tx, signer.sealed);
            store::audit::append(tx, call.request.from.name, "webhook.create", row.id, details({{"url", row.url}}));
            return store::webhooks::find(tx, row.id);
        });
    if (!kept) co_return std::unexpected(kept.error());
    co_return with_secret(shown(**kept, 201, {{"Location", "/api/v1/webhooks/" + row.id}}), "secret", signer.text);
}

/// What is queued goes to where the webhook leads by then, signed with the secret that it has by then.
net::async_result<answer> change(managed_call& call) {
    auto from = co_await read_fields(call, {"url", "events", "enabled", "newSecret"}, nested_fields::kept);
    if (!from) co_return std::unexpected(std::move(from.error()));
    std::optional<new_signer> signer;
    if (from->flag("newSecret")) signer = make_signer(call, call.request.id);
    const auto done = co_await call.with.database.write([&](store::transaction& tx) -> base::result<store::webhook> {
        auto row = store::webhooks::find(tx, call.request.id);
        if (!row) return std::unexpected(not_there("webhook"));
        auto again = *from;  // this may run twice
        apply(again, *row);
        if (auto checked = again.finish(true); !checked) return std::unexpected(std::move(checked.error()));
        store::webhooks::update(tx, *row);
        if (signer) store::secrets::put(tx, signer->sealed);
        store::audit::append(tx, call.request.from.name, "webhook.change", row->id,
                             details({{"url", row->url},
                                      {"enabled", row->enabled ? "true" : "false"},
                                      {"newSecret", signer ? "true" : "false"}}));
        return *std::move(row);
    });
    if (!done) co_return std::unexpected(done.error());
    co_return signer ? with_secret(shown(*done), "secret", signer->text) : shown(*done);
}

net::async_result<answer> get(managed_call& call) {
    struct found {
        std::optional<store::webhook> row;
        std::vector<store::delivery> deliveries;
    };
    const auto there = co_await call.with.database.read([&](store::transaction& tx) {
        return found{store::webhooks::find(tx, call.request.id),
                     store::webhooks::deliveries(tx, call.request.id, shown_deliveries)};
    });
    if (!there) co_return std::unexpected(there.error());
    if (!there->row) co_return std::unexpected(not_there("webhook"));
    co_return object_answer([&](json_writer& json) {
        write_webhook(json, *there->row);
        write_deliveries(json, there->deliveries);
    });
}

net::async_result<answer> remove(managed_call& call) {
    const auto done = co_await call.with.database.write([&](store::transaction& tx) -> base::result<void> {
        const auto row = store::webhooks::find(tx, call.request.id);
        if (!row) return std::unexpected(not_there("webhook"));
        store::webhooks::remove(tx, row->id);
        store::audit::append(tx, call.request.from.name, "webhook.delete", row->id, details({{"url", row->url}}));
        return {};
    });
    if (!done) co_return std::unexpected(done.error());
    co_return answer{.status = 204};
}

net::async_result<answer> all(managed_call& call) {
    if (call.request.method == "POST") co_return co_await create(call);
    co_return co_await list(call);
}

net::async_result<answer> one(managed_call& call) {
    if (call.request.method == "PATCH") co_return co_await change(call);
    if (call.request.method == "DELETE") co_return co_await remove(call);
    co_return co_await get(call);
}

}  // namespace

net::awaitable<answer> serve_webhooks(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, all);
}
net::awaitable<answer> serve_webhook(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, one);
}

}  // namespace gangway::api
