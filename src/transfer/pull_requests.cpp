/// What people ask of the service.

#include "pull_core.hpp"

#include <gangway/crypto/digest.hpp>
#include <gangway/remote/errors.hpp>
#include <gangway/store/audit.hpp>
#include <gangway/store/files.hpp>

#include <boost/asio/post.hpp>

namespace gangway::transfer {
namespace {

std::unexpected<base::error> refuse(std::error_code code, std::string message) {
    return base::fail(code, base::phase::request, std::move(message));
}

base::result<void> check_folder(store::transaction& tx, const std::optional<store::folder>& folder) {
    if (!folder) return refuse(make_error_code(errc::no_such_folder), "There is no such folder");
    const auto connection = store::connections::find(tx, folder->connection_id);
    if (connection && connection->paused)
        return refuse(make_error_code(remote::errc::connection_paused), "This connection is paused: resume it first");
    return {};
}

std::unexpected<base::error> running_already(const pulling& run) {
    return std::unexpected(base::error{make_error_code(errc::already_running), base::phase::request,
                                       "This folder is being pulled already, or waits for its turn"}
                               .with("run", run.what.id));
}

}  // namespace

net::async_result<std::string> pull_service::core::run_now(std::string folder_id, store::run_cause cause,
                                                           std::string actor) {
    const auto id = new_run_id();
    const auto work = [&](store::transaction& tx) -> base::result<store::folder> {
        auto folder = store::folders::find(tx, folder_id);
        if (auto usable = check_folder(tx, folder); !usable) return std::unexpected(usable.error());
        store::audit::append(tx, actor, "folder.run", folder_id, R"({"run":")" + id + "\"}");
        return *folder;
    };
    if (const auto run = unfinished(folder_id)) co_return running_already(*run);
    const auto folder = co_await tools_.database.write(work);
    if (!folder) co_return std::unexpected(folder.error());
    // Somebody else may have been quicker while this was written.
    if (const auto run = unfinished(folder_id)) co_return running_already(*run);
    take_in_hand({.id = id, .connection_id = folder->connection_id, .folder_id = folder_id, .cause = cause});
    co_return id;
}

net::async_result<std::string> pull_service::core::pull_again(std::string file_id, std::string actor) {
    struct asked {
        std::string row;
        store::file file;
    };
    const auto found = co_await tools_.database.write([&](store::transaction& tx) -> base::result<asked> {
        auto row = store::files::repull(tx, file_id);
        const auto file = row ? store::files::find(tx, file_id) : std::nullopt;
        if (!file) return refuse(make_error_code(errc::no_such_file), "There is no such file, or it was never pulled");
        store::audit::append(tx, actor, "file.pull_again", file_id, R"({"file":")" + *row + "\"}");
        return asked{std::move(*row), *file};
    });
    if (!found) co_return std::unexpected(found.error());
    const auto& folder_id = found->file.identity.folder_id;
    // What is in hand may have looked at the ledger already.
    if (!is_in_hand(folder_id) || !next_.contains(folder_id))
        take_in_hand({.id = new_run_id(),
                      .connection_id = found->file.connection_id,
                      .folder_id = folder_id,
                      .cause = store::run_cause::repull});
    co_return found->row;
}

net::async_result<dry_run> pull_service::core::dry_run(std::string folder_id) {
    struct material {
        store::connection connection;
        store::folder folder;
        folder_settings settings;
    };
    auto from = co_await tools_.database.read([&](store::transaction& tx) -> base::result<material> {
        auto folder = store::folders::find(tx, folder_id);
        auto connection = folder ? store::connections::find(tx, folder->connection_id) : std::nullopt;
        if (!connection) return refuse(make_error_code(errc::no_such_folder), "There is no such folder");
        auto settings = read_folder_settings(*folder);
        if (!settings) return std::unexpected(settings.error());
        return material{std::move(*connection), std::move(*folder), std::move(*settings)};
    });
    if (!from) co_return std::unexpected(from.error());
    co_return co_await tools_.runner.dry_run(std::move(from->connection), std::move(from->folder),
                                             std::move(from->settings));
}

bool pull_service::core::cancel(const std::string& run_id) {
    const auto run = table_.find(run_id);
    if (!run) return false;
    net::asio::post(strand_, [this, run] { end_early(*run, run_end::cancelled); });
    return true;
}

}  // namespace gangway::transfer
