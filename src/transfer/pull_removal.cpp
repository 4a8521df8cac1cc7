/// Folders that are removed while something is under way in them.

#include "pull_core.hpp"

#include <gangway/store/files.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>

namespace gangway::transfer {
namespace {

constexpr std::chrono::milliseconds between_looks_at_runs{200};

/// The folders that are to be removed and have something under way.
std::vector<store::folder> folders_with_work(store::transaction& tx, const removal& what) {
    auto connection = what.connection_id;
    if (connection.empty())
        if (const auto folder = store::folders::find(tx, what.folder_id)) connection = folder->connection_id;
    std::set<std::string> at_work;
    for (const auto& row : store::files::under_way(tx, connection))
        at_work.insert(row.identity.folder_id);
    auto folders = store::folders::list(tx, connection);
    std::erase_if(folders, [&](const store::folder& each) {
        return !at_work.contains(each.id) || (!what.folder_id.empty() && each.id != what.folder_id);
    });
    return folders;
}

bool concerns(const removal& what, const pulling& run) {
    return what.folder_id.empty() ? run.what.connection_id == what.connection_id : run.what.folder_id == what.folder_id;
}

}  // namespace

net::awaitable<removal> pull_service::core::prepare_removal(std::string connection_id, std::string folder_id) {
    removal what{.connection_id = std::move(connection_id), .folder_id = std::move(folder_id)};
    const auto found =
        co_await tools_.database.read([&what](store::transaction& tx) { return folders_with_work(tx, what); });
    if (!found) tools_.watch.trouble("files left behind", found.error());
    if (!found) co_return what;
    for (const auto& folder : *found) {
        auto settings = read_folder_settings(folder);
        auto opened = settings ? co_await tools_.runner.open(folder, std::move(*settings))
                               : base::result<open_sink>{std::unexpected(settings.error())};
        if (opened)
            what.places.push_back({.folder_id = folder.id, .destination = std::move(*opened)});
        else
            tools_.watch.trouble("files left behind", opened.error());
    }
    co_return what;
}

void pull_service::core::removed(removal what) {
    net::asio::post(strand_, [this, what = std::move(what)]() mutable {
        next_look_at_all_ = {};
        nudge();
        spawn("removal", tidy(std::move(what)));
    });
}

net::awaitable<void> pull_service::core::tidy(removal what) {
    std::vector<shared_pulling> going;
    for (const auto& [folder, run] : in_hand_)
        if (concerns(what, *run)) going.push_back(run);
    std::erase_if(next_, [&](const auto& next) {
        if (!concerns(what, *next.second)) return false;
        table_.remove(*next.second);
        return true;
    });
    for (const auto& run : going)
        end_early(*run, run_end::cancelled);
    // They are still writing what they have.
    const auto is_going = [&](const auto& each) { return std::ranges::find(going, each.second) != going.end(); };
    while (std::ranges::any_of(in_hand_, is_going))
        co_await tools_.sleeps.until(tools_.clock.steady() + between_looks_at_runs);
    for (auto& [folder, destination] : what.places)
        if (const auto done = co_await tools_.runner.tidy(folder, std::move(destination)); !done)
            tools_.watch.trouble("files left behind", done.error());
}

}  // namespace gangway::transfer
