#include "folder_pull.hpp"

#include "checksums.hpp"
#include "confinement.hpp"
#include "small_files.hpp"

#include <gangway/base/crash_point.hpp>
#include <gangway/net/side_by_side.hpp>
#include <gangway/transfer/errors.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace gangway::transfer {
namespace {

/// Rows that are claimed together.
constexpr std::size_t group_size = 2048;
/// Octets of small files that go to the destination together.
constexpr std::uint64_t batch_octets = 8UL * 1024 * 1024;

}  // namespace

folder_pull::folder_pull(run_scope& run, net::sftp_client& client, model::remote_path root)
    : run_(run), client_(client), root_(std::move(root)), landing_(run, client.executor()) {
}

net::awaitable<void> folder_pull::pull(std::vector<wanted_file> files) {
    std::exception_ptr stopped;
    try {
        co_await pull_groups(std::move(files));
    } catch (const boost::system::system_error& thrown) {
        if (thrown.code() == net::asio::error::operation_aborted)
            run_.cancelled = true;
        else
            stopped = std::current_exception();
    } catch (...) {
        stopped = std::current_exception();
    }
    if (run_.cancelled) run_.stopping.request_stop();
    co_await net::asio::this_coro::throw_if_cancelled(false);
    co_await landing_.settle();
    co_await give_back();
    co_await net::asio::this_coro::throw_if_cancelled(true);
    const auto state = co_await net::asio::this_coro::cancellation_state;
    run_.cancelled = run_.cancelled || state.cancelled() != net::asio::cancellation_type::none;
    if (stopped) std::rethrow_exception(stopped);
}

net::awaitable<void> folder_pull::pull_groups(std::vector<wanted_file> files) {
    const auto ends = run_.clock.steady() + run_.order.settings.rules.limits.duration;
    auto at = files.begin();
    while (at != files.end() && !run_.over()) {
        if (run_.clock.steady() >= ends) {
            run_.look_again_at(std::chrono::floor<std::chrono::seconds>(run_.now()));
            break;
        }
        const auto count = std::min(std::distance(at, files.end()), static_cast<std::ptrdiff_t>(group_size));
        std::vector<wanted_file> group(std::make_move_iterator(at), std::make_move_iterator(at + count));
        at += count;
        auto mine = co_await claim(std::move(group));
        if (auto strays = co_await take_out_strays(run_, client_, root_, mine); !strays.empty())
            landing_.start(std::move(strays));
        if (auto failed = co_await read_checksums(run_, client_, root_, mine); !failed.empty())
            landing_.start(std::move(failed));
        std::vector<wanted_file> small;
        large_.clear();
        for (auto& file : mine)
            file.size <= largest_small_file ? small.push_back(std::move(file)) : large_.push_back(std::move(file));
        co_await pull_small(std::move(small));
        constexpr std::size_t most_streams = 4;
        const auto in_turn = [this] { return pull_large_in_turn(); };
        co_await net::side_by_side(std::min(large_.size(), most_streams), in_turn);
    }
}

/// Those that are this run's now; with the version that the ledger gives them.
net::awaitable<std::vector<wanted_file>> folder_pull::claim(std::vector<wanted_file> group) {
    std::vector<std::string> ids;
    ids.reserve(group.size());
    for (const auto& file : group)
        ids.push_back(file.id);
    base::crash_point("stabilising");
    if (!run_.went_well(co_await run_.ledger.stabilise(ids))) co_return std::vector<wanted_file>{};
    base::crash_point("stabilised");
    base::crash_point("claiming");
    const auto versions = co_await run_.ledger.claim(run_.order.run.id, ids);
    if (!run_.went_well(versions)) co_return std::vector<wanted_file>{};
    base::crash_point("claimed");
    std::vector<wanted_file> mine;
    mine.reserve(group.size());
    for (std::size_t i = 0; i < group.size(); ++i) {
        if (!(*versions)[i]) continue;
        const auto version = static_cast<std::uint32_t>(*(*versions)[i]);
        if (version != group[i].version) group[i].key.reset();
        group[i].version = version;
        landing_.open.insert(group[i].id);
        mine.push_back(std::move(group[i]));
    }
    if (run_.order.settings.rules.unpack == model::unpacking::zip) co_await remember_published(mine);
    co_return mine;
}

/// What an earlier try has published of each archive.
net::awaitable<void> folder_pull::remember_published(std::vector<wanted_file>& archives) {
    const auto known = co_await run_.ledger.database().read([&](store::transaction& tx) {
        std::vector<std::vector<store::file_entry>> all;
        for (const auto& file : archives)
            all.push_back(store::file_entries::of_file(tx, file.id));
        return all;
    });
    if (!run_.went_well(known)) co_return;
    for (std::size_t i = 0; i < archives.size(); ++i)
        for (const auto& entry : (*known)[i])
            if (entry.published_at) archives[i].published.push_back(entry);
}

net::awaitable<void> folder_pull::pull_small(std::vector<wanted_file> files) {
    small_files fetching{client_, root_, std::move(files)};
    std::vector<arrived_file> batch;
    std::vector<written_file> failed;
    std::uint64_t octets = 0;
    while (!run_.over()) {
        auto next = co_await fetching.next();
        if (!next) {
            run_.end(std::move(next.error()));
            break;
        }
        if (!*next) break;
        auto& file = **next;
        if (file.in_pieces) {
            large_.push_back(std::move(file.what));
            continue;
        }
        if (!file.content) {
            failed.push_back({.what = std::move(file.what), .failure = std::move(file.content.error())});
            continue;
        }
        octets += file.what.size;
        batch.push_back({std::move(file.what), std::move(*file.content)});
        if (batch.size() < landing_.batch_size() && octets < batch_octets) continue;
        co_await landing_.room();
        landing_.start(std::exchange(batch, {}));
        octets = 0;
    }
    // Also what came before the connection was lost.
    if (!batch.empty()) landing_.start(std::move(batch));
    if (!failed.empty()) landing_.start(std::move(failed));
}

/// What was claimed and came to no end: to be tried again at once.
net::awaitable<void> folder_pull::give_back() {
    if (landing_.open.empty() || !run_.may_write()) co_return;
    const auto* why = run_.fatal ? run_.fatal->message.c_str() : "the run ended before the file was here";
    std::vector<run_ledger::setback> all;
    for (const auto& id : std::exchange(landing_.open, {}))
        all.push_back({.id = id, .error = why, .next_try = run_.at_once()});
    static_cast<void>(run_.went_well(co_await run_.ledger.fail(all)));
}

}  // namespace gangway::transfer
