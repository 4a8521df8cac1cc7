// Below /api/v1/connections/{id}: keys, password, host-key, test. What a connection logs in with, and whom it trusts.
#include "connection_answers.hpp"
#include "managed_answers.hpp"
#include "managed_call.hpp"
#include "routes.hpp"

#include <gangway/api/one_shot_answers.hpp>
#include <gangway/model/fingerprint.hpp>
#include <gangway/net/blocking.hpp>
#include <gangway/net/deadline.hpp>
#include <gangway/net/host_key.hpp>
#include <gangway/store/audit.hpp>
#include <gangway/store/folders.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace gangway::api {
namespace {

constexpr std::size_t longest_comment = 200;
/// For the doctor and for a look at the host key.
constexpr std::chrono::minutes longest_look{2};

struct key_kind {
    std::string_view name;
    crypto::key_type type;
};
constexpr std::array key_kinds{
    key_kind{"ed25519", crypto::key_type::ed25519}, key_kind{"ecdsa-p256", crypto::key_type::ecdsa_p256},
    key_kind{"ecdsa-p384", crypto::key_type::ecdsa_p384}, key_kind{"ecdsa-p521", crypto::key_type::ecdsa_p521},
    key_kind{"rsa-4096", crypto::key_type::rsa}};

crypto::key_type wanted_type(fields& from) {
    const auto name = from.text("algorithm").value_or(key_kinds.front().name);
    const auto* const found = std::ranges::find(key_kinds, name, &key_kind::name);
    if (found != key_kinds.end()) return found->type;
    from.complain("algorithm", "\"algorithm\" must be ed25519, ecdsa-p256, ecdsa-p384, ecdsa-p521 or rsa-4096");
    return {};
}

base::result<store::connection> existing(store::transaction& tx, std::string_view id) {
    auto row = store::connections::find(tx, id);
    if (!row) return std::unexpected(not_there("connection"));
    return std::move(*row);
}

answer key_answer(const store::connection_key& row, unsigned status) {
    return object_answer([&](json_writer& json) { write_key(json, row); }, status);
}

net::async_result<answer> list_keys(managed_call& call) {
    const auto found = co_await call.with.database.read(
        [&](store::transaction& tx) { return shown_connection::find(tx, call.request.id); });
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return std::unexpected(not_there("connection"));
    co_return list_answer("keys", (*found)->keys, write_key);
}

net::async_result<answer> generate(managed_call& call) {
    auto from = co_await read_fields(call, {"algorithm", "comment"});
    if (!from) co_return std::unexpected(from.error());
    const auto type = wanted_type(*from);
    auto comment = plain_text(*from, "comment", longest_comment);
    if (auto checked = from->finish(true); !checked) co_return std::unexpected(checked.error());
    const auto& id = call.request.id;
    const auto there = co_await call.with.database.read([&](store::transaction& tx) { return existing(tx, id); });
    if (!there) co_return std::unexpected(there.error());
    if (!comment) comment = "gangway " + there->name;

    const auto made = co_await net::run_blocking(
        call.with.blocking, [&] { return vault::generate_key(call.with.secrets, type, new_id("key_"), id, *comment); });
    if (!made) co_return std::unexpected(made.error());
    const auto kept = co_await call.with.database.write(
        [&](store::transaction& tx) -> base::result<std::optional<store::connection_key>> {
            if (const auto still = existing(tx, id); !still) return std::unexpected(still.error());
            const auto all = store::keys::list(tx, id);
            const auto active = std::ranges::count_if(all, [](const auto& key) { return !key.revoked_at; });
            if (std::cmp_greater_equal(active, remote::managed_connections::most_keys))
                return std::unexpected(refusal(
                    errc::conflict, "This connection has as many active keys as a server lets one try: revoke one"));
            store::keys::add(tx, made->row);
            store::secrets::put(tx, made->secret);
            store::schedules::end_pauses(tx, id);
            store::audit::append(tx, call.request.from.name, "key.generate", id,
                                 details({{"key", made->row.id}, {"fingerprint", made->row.fingerprint}}));
            return store::keys::find(tx, made->row.id);
        });
    if (!kept) co_return std::unexpected(kept.error());
    tell_pulls(call);
    co_return key_answer(**kept, 201);
}

net::async_result<answer> all_keys(managed_call& call) {
    if (call.request.method == "POST") co_return co_await generate(call);
    co_return co_await list_keys(call);
}

/// The key that the URL names, if it is one of this connection.
base::result<store::connection_key> named_key(store::transaction& tx, const resource_request& request) {
    auto row = store::keys::find(tx, request.rest);
    if (!row || row->connection_id != request.id) return std::unexpected(not_there("key"));
    return std::move(*row);
}

net::async_result<answer> one_key(managed_call& call) {
    if (call.request.method != "DELETE") {
        const auto row =
            co_await call.with.database.read([&](store::transaction& tx) { return named_key(tx, call.request); });
        if (!row) co_return std::unexpected(row.error());
        co_return key_answer(*row, 200);
    }
    const auto done = co_await call.with.database.write([&](store::transaction& tx) -> base::result<void> {
        const auto row = named_key(tx, call.request);
        if (!row) return std::unexpected(row.error());
        store::schedules::end_pauses(tx, call.request.id);
        if (store::keys::revoke(tx, row->id))
            store::audit::append(tx, call.request.from.name, "key.revoke", call.request.id,
                                 details({{"key", row->id}, {"fingerprint", row->fingerprint}}));
        return {};
    });
    if (!done) co_return std::unexpected(done.error());
    tell_changed(call, call.request.id);
    co_return answer{.status = 204};
}

net::async_result<answer> password(managed_call& call) {
    const auto& id = call.request.id;
    std::optional<store::sealed_secret> sealed;
    if (call.request.method == "PUT") {
        auto from = co_await read_fields(call, {"password"});
        if (!from) co_return std::unexpected(from.error());
        const auto given = from->secret("password");
        if (!given || given->empty()) from->complain("password", "\"password\" is missing or empty");
        if (auto checked = from->finish(true); !checked) co_return std::unexpected(checked.error());
        sealed = call.with.secrets.seal({store::secrets::of_connection, id, vault::password_purpose}, given->view());
        call.octets = wiped_octets{};
    }
    const auto done = co_await call.with.database.write([&](store::transaction& tx) -> base::result<void> {
        const auto row = existing(tx, id);
        if (!row) return std::unexpected(row.error());
        if (sealed)
            store::secrets::put(tx, *sealed);
        else
            store::secrets::remove(tx, store::secrets::of_connection, id);
        forget_failures(tx, *row);
        store::audit::append(tx, call.request.from.name, sealed ? "password.set" : "password.delete", id, "{}");
        return {};
    });
    if (!done) co_return std::unexpected(done.error());
    tell_changed(call, id);
    if (!sealed) co_return answer{.status = 204};
    co_return answer{
        .body = R"({"success":true,"warning":"A key is safer: a password is shown to the server at each login"})"};
}

net::async_result<answer> get_host_key(managed_call& call) {
    const auto found = co_await call.with.database.read(
        [&](store::transaction& tx) { return shown_connection::find(tx, call.request.id); });
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return std::unexpected(not_there("connection"));
    co_return object_answer([&](json_writer& json) {
        json.flag("quarantined", (*found)->pinned && (*found)->pinned->presented_fingerprint);
        write_host_key(json, (*found)->pinned);
    });
}

/// Makes `now` the pinned key, whatever was pinned before.
void lock(store::transaction& tx, const std::string& id, const remote::presented_key& now) {
    const auto before = store::host_keys::find(tx, id);
    if (before && before->fingerprint != now.fingerprint) {
        store::host_keys::quarantine(tx, id, now.fingerprint, now.type);
        store::host_keys::relock(tx, id, now.fingerprint);
    } else {
        store::host_keys::expect(tx, id, now.fingerprint);
        store::host_keys::confirm(tx, id, now.fingerprint, now.type);
    }
    store::connections::set_health(tx, id, store::health::unknown, "");
    store::schedules::end_pauses(tx, id);
}

net::async_result<answer> lock_host_key(managed_call& call) {
    auto from = co_await read_fields(call, {"fingerprint"});
    if (!from) co_return std::unexpected(from.error());
    const auto wanted = model::fingerprint::parse(from->required_text("fingerprint"), "fingerprint");
    if (!wanted) from->complain(wanted.error());
    if (auto checked = from->finish(true); !checked) co_return std::unexpected(checked.error());
    if (auto open = may_dial(call); !open) co_return std::unexpected(std::move(open.error()));
    const auto& id = call.request.id;
    const auto now = co_await net::with_deadline(call.with.connections.handshake(id), longest_look,
                                                 base::phase::hostkey, "the look at the host key");
    if (!now) co_return std::unexpected(now.error());
    if (now->fingerprint != wanted->text())
        co_return std::unexpected(
            refusal(errc::conflict, "The server presents another host key now: nothing was locked")
                .with("expectedFingerprint", wanted->text())
                .with("presentedFingerprint", now->fingerprint));
    const auto done = co_await call.with.database.write([&](store::transaction& tx) -> base::result<void> {
        if (const auto row = existing(tx, id); !row) return std::unexpected(row.error());
        const auto before = store::host_keys::find(tx, id);
        lock(tx, id, *now);
        store::audit::append(tx, call.request.from.name, "host_key.lock", id,
                             details({{"before", before ? before->fingerprint : ""}, {"now", now->fingerprint}}));
        return {};
    });
    if (!done) co_return std::unexpected(done.error());
    tell_changed(call, id);
    co_return co_await get_host_key(call);
}

net::async_result<answer> host_key(managed_call& call) {
    if (call.request.method == "PUT") co_return co_await lock_host_key(call);
    co_return co_await get_host_key(call);
}

/// Runs need not wait any more because others failed. That the test went well stands without it.
net::awaitable<void> let_wait_no_more(managed_call& call) {
    const auto noted = co_await call.with.database.write(
        [&](store::transaction& tx) { store::schedules::end_pauses(tx, call.request.id); });
    if (noted) tell_pulls(call);
}

net::async_result<answer> test(managed_call& call) {
    if (auto open = may_dial(call); !open) co_return std::unexpected(std::move(open.error()));
    const auto& id = call.request.id;
    const auto row = co_await call.with.database.write([&](store::transaction& tx) {
        auto found = existing(tx, id);
        if (found) store::audit::append(tx, call.request.from.name, "connection.test", id, "{}");
        return found;
    });
    if (!row) co_return std::unexpected(row.error());
    const auto found = co_await call.with.connections.test(id, longest_look);
    if (!found) co_return std::unexpected(found.error());
    if (found->healthy()) co_await let_wait_no_more(call);
    co_return answer{.body = probe_answer(row->host, row->port, *found), .host = row->host};
}

}  // namespace

net::awaitable<answer> serve_keys(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, all_keys);
}
net::awaitable<answer> serve_key(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, one_key);
}
net::awaitable<answer> serve_password(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, password);
}
net::awaitable<answer> serve_host_key(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, host_key);
}
net::awaitable<answer> serve_test(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, test);
}

}  // namespace gangway::api
