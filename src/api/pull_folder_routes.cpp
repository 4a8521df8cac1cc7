// /api/v1/connections/{id}/folders and /api/v1/folders/{id}: what is pulled, from where, to where.
#include "folder_fields.hpp"
#include "managed_answers.hpp"
#include "managed_call.hpp"
#include "pull_answers.hpp"
#include "routes.hpp"

#include <gangway/model/remote_path.hpp>
#include <gangway/remote/path_root.hpp>
#include <gangway/store/audit.hpp>
#include <gangway/store/files.hpp>

#include <algorithm>
#include <utility>

namespace gangway::api {
namespace {

constexpr std::size_t most_folders = 1000;  ///< of one connection

answer shown(const shown_folder& what, unsigned status = 200) {
    std::vector<answer_header> headers{{"ETag", etag_of(what.row.revision)}};
    if (status == 201) headers.push_back({"Location", "/api/v1/folders/" + what.row.id});
    return object_answer([&](json_writer& json) { write_folder(json, what); }, status, std::move(headers));
}

std::unexpected<base::error> refuse_field(std::string_view name, std::string message) {
    return std::unexpected(refusal(errc::bad_request, std::move(message)).with("field", std::string{name}));
}

/// What rows must be like, beyond what each field must.
base::result<void> check(store::transaction& tx, const store::folder& row) {
    if (row.name.empty()) return refuse_field("name", "\"name\" is missing");
    if (row.destination.empty()) return refuse_field("destination", "\"destination\" is missing");
    const auto connection = store::connections::find(tx, row.connection_id);
    if (!connection) return std::unexpected(not_there("connection"));
    const auto path = model::remote_path::parse(row.remote_folder, "remoteFolder");
    if (!path) return std::unexpected(path.error());
    if (("/" + row.remote_folder + "/").contains("/../"))
        return refuse_field("remoteFolder", "\"remoteFolder\" cannot have \"..\" in it");
    if (auto inside = remote::confine(connection->path_root, *path, "remoteFolder"); !inside)
        return std::unexpected(std::move(inside.error()));
    const auto others = store::folders::list(tx, row.connection_id);
    if (std::ranges::any_of(others, [&](const auto& each) { return each.id != row.id && each.name == row.name; }))
        return std::unexpected(not_changed(store::changed::name_taken, "folder of this connection"));
    return {};
}

/// Keeps what the folder's bucket is opened with, and forgets it where there is no bucket any more.
base::result<void> keep_secret(store::transaction& tx, const managed_call& call, const folder_fields& given,
                               const std::string& id) {
    if (!given.destination) return {};
    if (given.secret_access_key) {
        store::secrets::put(tx,
                            call.with.secrets.seal({store::secrets::of_folder, id, transfer::secret_access_key_purpose},
                                                   given.secret_access_key->view()));
        return {};
    }
    if (!given.to_bucket) {
        store::secrets::remove(tx, store::secrets::of_folder, id);
        return {};
    }
    if (store::secrets::find(tx, store::secrets::of_folder, id, transfer::secret_access_key_purpose)) return {};
    return refuse_field("destination.secretAccessKey", "\"destination.secretAccessKey\" is missing");
}

std::string facts_of(const store::folder& row) {
    return details({{"connection", row.connection_id}, {"name", row.name}, {"remoteFolder", row.remote_folder}});
}

net::async_result<answer> list(managed_call& call) {
    const auto wanted = read_page(call.request);
    if (!wanted) co_return std::unexpected(wanted.error());
    auto found =
        co_await call.with.database.read([&](store::transaction& tx) -> base::result<std::vector<shown_folder>> {
            if (!store::connections::find(tx, call.request.id)) return std::unexpected(not_there("connection"));
            std::vector<shown_folder> all;
            for (auto& row : by_name(store::folders::list(tx, call.request.id), *wanted))
                all.push_back({row, store::schedules::find(tx, row.id)});
            return all;
        });
    if (!found) co_return std::unexpected(found.error());
    co_return page_answer("folders", *std::move(found), wanted->limit, write_folder,
                          [](const shown_folder& last) { return last.row.name; });
}

net::async_result<answer> create(managed_call& call) {
    const auto there = co_await call.with.database.read(
        [&](store::transaction& tx) { return store::connections::find(tx, call.request.id).has_value(); });
    if (!there) co_return std::unexpected(there.error());
    if (!*there) co_return std::unexpected(not_there("connection"));
    const auto given = co_await read_folder(call);
    if (!given) co_return std::unexpected(given.error());
    store::folder row{.id = new_id("fld_"),
                      .connection_id = call.request.id,
                      .rules = transfer::write_rules({}),
                      .schedule = transfer::write_schedule({}),
                      .expected_by = transfer::write_expected_by({})};
    given->apply(row);
    const auto made =
        co_await call.with.database.write([&](store::transaction& tx) -> base::result<std::optional<shown_folder>> {
            if (auto good = check(tx, row); !good) return std::unexpected(std::move(good.error()));
            if (store::folders::list(tx, row.connection_id).size() >= most_folders)
                return std::unexpected(refusal(errc::conflict, "This connection has as many folders as it may"));
            store::folders::create(tx, row);
            if (auto kept = keep_secret(tx, call, *given, row.id); !kept)
                return std::unexpected(std::move(kept.error()));
            store::audit::append(tx, call.request.from.name, "folder.create", row.id, facts_of(row));
            return shown_folder::find(tx, row.id);
        });
    if (!made) co_return std::unexpected(made.error());
    tell_pulls(call);
    co_return shown(**made, 201);
}

net::async_result<answer> get(managed_call& call) {
    const auto found = co_await call.with.database.read(
        [&](store::transaction& tx) { return shown_folder::find(tx, call.request.id); });
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return std::unexpected(not_there("folder"));
    co_return shown(**found);
}

net::async_result<answer> change(managed_call& call) {
    const auto wanted = wanted_revision(call.request);
    if (!wanted) co_return std::unexpected(wanted.error());
    const auto given = co_await read_folder(call);
    if (!given) co_return std::unexpected(given.error());
    bool goes_elsewhere = false;
    const auto done =
        co_await call.with.database.write([&](store::transaction& tx) -> base::result<std::optional<shown_folder>> {
            auto row = as_seen(store::folders::find(tx, call.request.id), *wanted, "folder");
            if (!row) return std::unexpected(row.error());
            const auto before = row->destination;
            given->apply(*row);
            if (auto good = check(tx, *row); !good) return std::unexpected(std::move(good.error()));
            // What is under way would be looked for where it never was, and seem to have been taken away already.
            goes_elsewhere = before != row->destination && !transfer::is_same_place(before, row->destination);
            if (goes_elsewhere) store::files::release(tx, row->id);
            if (const auto how = store::folders::update(tx, *row); how != store::changed::done)
                return std::unexpected(not_changed(how, "folder"));
            if (auto kept = keep_secret(tx, call, *given, row->id); !kept)
                return std::unexpected(std::move(kept.error()));
            store::schedules::end_pause(tx, row->id);
            // What was due was so by the schedule before.
            if (given->schedule) store::schedules::clear(tx, row->id);
            store::audit::append(tx, call.request.from.name, "folder.change", row->id, facts_of(*row));
            return shown_folder::find(tx, row->id);
        });
    if (!done) co_return std::unexpected(done.error());
    tell_pulls(call);
    // A run that goes on would put the rest of its files where they went before.
    if (goes_elsewhere) tell_removed(call, {.folder_id = call.request.id});
    co_return shown(**done);
}

net::async_result<answer> remove(managed_call& call) {
    const auto wanted = wanted_revision(call.request);
    if (!wanted) co_return std::unexpected(wanted.error());
    auto left = co_await prepare_removal(call, "", call.request.id);
    const auto done = co_await call.with.database.write([&](store::transaction& tx) -> base::result<void> {
        const auto row = store::folders::find(tx, call.request.id);
        if (!row) return std::unexpected(not_there("folder"));
        const auto how = store::folders::remove(tx, row->id, wanted->value_or(row->revision));
        if (how != store::changed::done) return std::unexpected(not_changed(how, "folder"));
        store::audit::append(tx, call.request.from.name, "folder.delete", row->id, facts_of(*row));
        return {};
    });
    if (!done) co_return std::unexpected(done.error());
    tell_pulls(call);
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

}  // namespace

net::awaitable<answer> serve_folders(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, all);
}
net::awaitable<answer> serve_folder(services& with, resource_request request, request_body& body) {
    return manage(with, std::move(request), body, one);
}

}  // namespace gangway::api
