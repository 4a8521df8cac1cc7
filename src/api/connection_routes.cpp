// /api/v1/connections and /api/v1/connections/{id}: setting up, changing, pausing, deleting.
#include "connection_answers.hpp"
#include "managed_answers.hpp"
#include "managed_call.hpp"
#include "routes.hpp"

#include <gangway/base/utf8.hpp>
#include <gangway/model/endpoint.hpp>
#include <gangway/model/fingerprint.hpp>
#include <gangway/remote/path_root.hpp>
#include <gangway/store/audit.hpp>

#include <algorithm>
#include <utility>

namespace gangway::api {
namespace {

constexpr std::size_t longest_name = 100, longest_description = 1000, longest_username = 255;

answer shown(const shown_connection& what, unsigned status = 200) {
    std::vector<answer_header> headers{{"ETag", etag_of(what.row.revision)}};
    if (status == 201) headers.push_back({"Location", "/api/v1/connections/" + what.row.id});
    return object_answer([&](json_writer& json) { write_connection(json, what); }, status, std::move(headers));
}

/// Puts the fields that are given into `row`. Whether anything that a login depends on is among them is for the pool's
/// version to see.
void apply(fields& from, store::connection& row) {
    if (auto name = plain_text(from, "name", longest_name)) row.name = std::move(*name);
    if (row.name.empty()) from.complain("name", "\"name\" must be 1 to 100 octets");
    if (auto text = plain_text(from, "description", longest_description)) row.description = std::move(*text);
    if (const auto text = from.text("host")) {
        if (auto host = model::host::parse(*text))
            row.host = *text;
        else
            from.complain(std::move(host.error()));
    }
    if (row.host.empty()) from.complain("host", "\"host\" is missing");
    if (const auto port = from.integer("port", 1, 65535)) row.port = static_cast<std::uint16_t>(*port);
    if (auto user = plain_text(from, "username", longest_username)) row.username = std::move(*user);
    if (row.username.empty()) from.complain("username", "\"username\" must be 1 to 255 octets");
    if (const auto how = from.text("authentication")) {
        const auto known = store::from_string<store::authentication>(*how);
        if (!known) from.complain("authentication", "\"authentication\" must be \"key\" or \"password\"");
        row.authentication = known.value_or(row.authentication);
    }
    if (auto root = from.octets("pathRoot")) {
        auto parsed = remote::parse_path_root(std::move(*root));
        if (parsed)
            row.path_root = std::move(*parsed);
        else
            from.complain(std::move(parsed.error()));
    }
}

bool logs_in_alike(const store::connection& one, const store::connection& other) {
    return one.host == other.host && one.port == other.port && one.username == other.username &&
           one.authentication == other.authentication;
}

/// The canonical text of "expectedHostKey", if it is given.
std::optional<std::string> expected_key(fields& from) {
    const auto text = from.text("expectedHostKey");
    if (!text) return std::nullopt;
    const auto key = model::fingerprint::parse(*text, "expectedHostKey");
    if (key) return key->text();
    from.complain(key.error());
    return std::nullopt;
}

net::async_result<answer> list(managed_call& call) {
    const auto wanted = read_page(call.request);
    if (!wanted) co_return std::unexpected(wanted.error());
    auto found = co_await call.with.database.read([&](store::transaction& tx) {
        std::vector<shown_connection> all;
        for (auto& row : by_name(store::connections::list(tx), *wanted))
            all.push_back({row, store::host_keys::find(tx, row.id), store::keys::list(tx, row.id)});
        return all;
    });
    if (!found) co_return std::unexpected(found.error());
    co_return page_answer("connections", *std::move(found), wanted->limit, write_connection,
                          [](const shown_connection& last) { return last.row.name; });
}

net::async_result<answer> create(managed_call& call) {
    auto from = co_await read_fields(call, {"name", "description", "host", "port", "username", "authentication",
                                            "pathRoot", "pathRootBase64", "expectedHostKey"});
    if (!from) co_return std::unexpected(from.error());
    store::connection row{.id = new_id("con_")};
    apply(*from, row);
    const auto expected = expected_key(*from);
    if (auto checked = from->finish(true); !checked) co_return std::unexpected(checked.error());
    const auto made =
        co_await call.with.database.write([&](store::transaction& tx) -> base::result<std::optional<shown_connection>> {
            const auto how = store::connections::create(tx, row);
            if (how != store::changed::done) return std::unexpected(not_changed(how, "connection"));
            if (expected) store::host_keys::expect(tx, row.id, *expected);
            store::audit::append(tx, call.request.from.name, "connection.create", row.id,
                                 details({{"name", row.name}, {"host", row.host}, {"username", row.username}}));
            return shown_connection::find(tx, row.id);
        });
    if (!made) co_return std::unexpected(made.error());
    co_return shown(**made, 201);
}

net::async_result<answer> get(managed_call& call) {
    const auto found = co_await call.with.database.read(
        [&](store::transaction& tx) { return shown_connection::find(tx, call.request.id); });
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return std::unexpected(not_there("connection"));
    co_return shown(**found);
}

/// Reads the row, checks If-Match, lets `edit` change it, and writes it.
net::async_result<answer> edit_row(managed_call& call, std::string_view action, auto edit) {
    const auto wanted = wanted_revision(call.request);
    if (!wanted) co_return std::unexpected(wanted.error());
    const auto done =
        co_await call.with.database.write([&](store::transaction& tx) -> base::result<std::optional<shown_connection>> {
            auto row = as_seen(store::connections::find(tx, call.request.id), *wanted, "connection");
            if (!row) return std::unexpected(row.error());
            if (auto edited = edit(tx, *row); !edited) return std::unexpected(edited.error());
            const auto how = store::connections::update(tx, *row);
            if (how != store::changed::done) return std::unexpected(not_changed(how, "connection"));
            store::audit::append(tx, call.request.from.name, action, row->id,
                                 details({{"name", row->name}, {"host", row->host}, {"username", row->username}}));
            return shown_connection::find(tx, row->id);
        });
    if (!done) co_return std::unexpected(done.error());
    tell_changed(call, call.request.id);
    co_return shown(**done);
}

/// A new address keeps the pin: another server is met with a mismatch, before any credential, and has to be locked.
net::async_result<answer> change(managed_call& call) {
    const auto from = co_await read_fields(call, {"name", "description", "host", "port", "username", "authentication",
                                                  "pathRoot", "pathRootBase64", "expectedHostKey"});
    if (!from) co_return std::unexpected(from.error());
    co_return co_await edit_row(call, "connection.change",
                                [&](store::transaction& tx, store::connection& row) -> base::result<void> {
                                    auto again = *from;  // this may run twice
                                    const auto before = row;
                                    apply(again, row);
                                    const auto expected = expected_key(again);
                                    if (auto checked = again.finish(true); !checked)
                                        return std::unexpected(checked.error());
                                    if (expected) store::host_keys::expect(tx, row.id, *expected);
                                    if (!logs_in_alike(before, row)) forget_failures(tx, row);
                                    return {};
                                });
}

net::async_result<answer> remove(managed_call& call) {
    const auto wanted = wanted_revision(call.request);
    if (!wanted) co_return std::unexpected(wanted.error());
    auto left = co_await prepare_removal(call, call.request.id, "");
    const auto done = co_await call.with.database.write([&](store::transaction& tx) -> base::result<void> {
        const auto row = store::connections::find(tx, call.request.id);
        if (!row) return std::unexpected(not_there("connection"));
        const auto how = store::connections::remove(tx, row->id, wanted->value_or(row->revision));
        if (how != store::changed::done) return std::unexpected(not_changed(how, "connection"));
        store::audit::append(tx, call.request.from.name, "connection.delete", row->id, details({{"name", row->name}}));
        return {};
    });
    if (!done) co_return std::unexpected(done.error());
    tell_changed(call, call.request.id);
    tell_removed(call, std::move(left));
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

net::async_result<answer> pause(managed_call& call) {
    return edit_row(call, "connection.pause", [](store::transaction&, store::connection& row) -> base::result<void> {
        row.paused = true;
        return {};
    });
}

net::async_result<answer> resume(managed_call& call) {
    return edit_row(call, "connection.resume",
                    [](store::transaction& tx, store::connection& row) -> base::result<void> {
                        row.paused = false;
                        store::schedules::end_pauses(tx, row.id);
                        return {};
                    });
}

}  // namespace

net::awaitable<answer> serve_connections(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, all);
}
net::awaitable<answer> serve_connection(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, one);
}
net::awaitable<answer> serve_pause(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, pause);
}
net::awaitable<answer> serve_resume(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, resume);
}

}  // namespace gangway::api
