#pragma once
/// One run over one folder: what was left behind, a listing, a plan, the files it names, and what becomes of their
/// sources. docs/read-once.md tells what a kill at any point leaves.

#include <gangway/base/clock.hpp>
#include <gangway/model/pull_rules.hpp>
#include <gangway/net/asio.hpp>
#include <gangway/remote/sessions.hpp>
#include <gangway/sink/sink.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/store/connections.hpp>
#include <gangway/store/folders.hpp>
#include <gangway/store/runs.hpp>
#include <gangway/transfer/folder_settings.hpp>
#include <gangway/transfer/verdict.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace gangway::transfer {

/// What one run is to do.
struct run_order {
    store::run run;  ///< in the history already
    store::connection connection;
    store::folder folder;
    folder_settings settings;
    store::lease lease;  ///< somebody renews it while the run goes on
};

/// Written by the run, read by anybody.
struct run_progress {
    std::atomic<std::uint64_t> listed{};   ///< entries of the remote folder
    std::atomic<std::uint64_t> planned{};  ///< files that this run is to pull
    std::atomic<std::uint64_t> pulled{};   ///< of these: recorded
    std::atomic<std::uint64_t> failed{};   ///< of these: to be tried again
    std::atomic<std::uint64_t> octets{};   ///< of the files pulled
};

/// Files that have failed so often that somebody should look after them.
struct failing_files {
    std::int64_t count = 0;
    std::string path{};   ///< of the first, octets below the remote folder
    std::string error{};  ///< its latest
};

struct run_result {
    store::run run{};  ///< as it ended: outcome, counts, error, key and host key; not written yet
    /// Why the run as a whole failed (connection, listing, destination, database); nothing where only files did.
    std::optional<base::error> failure{};
    std::optional<base::error> setback{};                  ///< else: of the first file that did, or post-action
    std::optional<std::chrono::sys_seconds> look_again{};  ///< when a waiting or failed file may be ready
    std::optional<failing_files> failing{};                ///< those whose count of failures became worth telling

    /// What `run.error` tells, where that is an error.
    [[nodiscard]] const base::error* why() const noexcept {
        return failure ? &*failure : setback ? &*setback : nullptr;
    }
};

/// What a run would do about one entry of the folder.
struct dry_run_file {
    std::string path;  ///< octets, below the remote folder
    std::optional<std::uint64_t> size{};
    std::optional<std::uint32_t> mtime{};
    verdict_code code{};
    std::string sentence{};  ///< the verdict, for people
    /// What would be done to it on its way, if it is or may be pulled.
    model::unpacking unpack = model::unpacking::none;
    std::optional<std::string> key{};  ///< where it would go; absent where it would not, or its content decides
};
struct dry_run {
    std::vector<dry_run_file> files{};  ///< by path
    std::optional<std::chrono::sys_seconds> look_again{};
};

/// A destination that is open, with what it needs to stay so.
using open_sink = std::shared_ptr<sink::sink>;  ///< owned by the run; with a bucket, its credentials as well

/// Several runs at once, of different connections.
class folder_runner {
  public:
    virtual ~folder_runner() = default;

    /// The caller runs on a strand. A file that fails does not keep the others from being pulled. A lost connection
    /// ends the run with what was done recorded; a lost lease ends it at once, with nothing more written.
    ///
    /// Cancelling (any type) ends it soon: what is being written to the destination or the ledger is awaited, the rest
    /// is given back. It still returns, with the outcome `interrupted`.
    [[nodiscard]] virtual net::awaitable<run_result> run(run_order order, run_progress& progress) = 0;

    /// What a run would do now. Touches nothing, neither in the ledger nor on the server; needs no lease.
    [[nodiscard]] virtual net::async_result<transfer::dry_run> dry_run(store::connection connection,
                                                                       store::folder folder,
                                                                       folder_settings settings) = 0;

    /// The beginning of a run alone: what earlier ones left at the destination is published or given back. Asks no
    /// server for anything; cancelling as above. Not in the history.
    [[nodiscard]] virtual net::awaitable<run_result> finish(run_order order) = 0;

    /// The destination of a folder that is about to be removed, for `tidy`. Errors: of `open_destination`.
    [[nodiscard]] virtual net::async_result<open_sink> open(store::folder folder, folder_settings settings) = 0;
    /// Removes from `destination` what was under way when the folder was removed. Errors: those of sinks, of `store`.
    [[nodiscard]] virtual net::async_result<void> tidy(std::string folder, open_sink destination) = 0;
};

/// What runs work with. All of it outlives the runner.
struct run_tools {
    store::async_database& database;
    remote::sessions& servers;
    const base::clock& clock;
    /// `remote::managed_connections::find`.
    std::function<net::async_result<remote::target>(std::string connection)> find_target;
    /// `open_destination` of destinations.hpp; a bucket ends its requests after `stop`.
    std::function<net::async_result<open_sink>(const store::folder& folder, const folder_settings& settings,
                                               std::stop_token stop)>
        open_destination;
    /// Where archives wait until they are unpacked, as files without a name.
    std::filesystem::path scratch = std::filesystem::temp_directory_path();
    std::size_t threads = 8;  ///< for the blocking calls of destinations, of all runs together
};

[[nodiscard]] std::unique_ptr<folder_runner> make_folder_runner(run_tools tools);

}  // namespace gangway::transfer
