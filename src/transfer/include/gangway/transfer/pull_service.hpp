#pragma once
/// Pulls folders when they are due, and when somebody asks.
///
/// One run at a time works on a connection, across all nodes: whoever holds the connection's lease. A run that is cut
/// off (the process dies, its lease is lost) is seen as `interrupted` by the next one, which goes on from the ledger.
///
/// Clocks: schedules follow the time of the database; leases and waits the monotonic clock. Where the wall clock was
/// set back, a folder that would wait for longer than its schedule says gets a new time, and the watcher is told.

#include <gangway/base/clock.hpp>
#include <gangway/net/asio.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/store/runs.hpp>
#include <gangway/store/settings.hpp>
#include <gangway/transfer/errors.hpp>
#include <gangway/transfer/folder_run.hpp>
#include <gangway/transfer/sleeper.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace gangway::transfer {

/// What is known of a run that waits for its turn or goes on.
struct run_snapshot {
    std::string run_id{}, connection_id{}, folder_id{};
    store::run_cause cause = store::run_cause::schedule;
    std::optional<store::timestamp> started_at{};  ///< nothing: it waits, and is not in the history yet
    bool stopping = false;                         ///< somebody has cancelled it
    std::uint64_t listed = 0, planned = 0, pulled = 0, failed = 0, octets = 0;  ///< as `run_progress`
};

/// Since the service was made.
struct pull_statistics {
    std::array<std::uint64_t, 5> runs{};  ///< that ended, by `store::run_outcome`
    std::uint64_t files = 0, octets = 0;  ///< pulled
    std::uint64_t failed_files = 0;       ///< tries that failed
    std::uint64_t missing_files = 0;      ///< deadlines of expected files that passed without one
    std::uint64_t running = 0, waiting = 0;
    /// For each connection that is there and ever had a run that succeeded, or was partly done: when the last one
    /// ended.
    std::map<std::string, store::timestamp> last_success{};
};

/// Is told what happens, on the service's strand. Must not block.
class pull_watch {
  public:
    virtual ~pull_watch() = default;
    virtual void run_started(const run_order& order) noexcept = 0;
    virtual void run_ended(const run_order& order, const run_result& result) noexcept = 0;
    /// An expected file was not there in time.
    virtual void file_missing(const store::folder& folder, std::string_view like, store::timestamp due_by) noexcept = 0;
    /// The clock was set back: what was due at `before` is due at `now_due`.
    virtual void rescheduled(std::string_view folder_id, store::timestamp before,
                             store::timestamp now_due) noexcept = 0;
    /// What is older than it may be was removed.
    virtual void removed(const store::removed& what) noexcept = 0;
    /// Something did not work and is tried again.
    virtual void trouble(std::string_view where, const base::error& why) noexcept = 0;
};

/// A folder that is about to be removed, or with its connection all of them, and where something is under way there.
struct removal {
    std::string connection_id{}, folder_id{};  ///< no folder: all of the connection
    struct place {
        std::string folder_id{};
        open_sink destination{};
    };
    std::vector<place> places{};
};

/// How long history is kept; nothing: for ever.
struct keep_history {
    std::optional<std::chrono::days> runs{}, files{}, audit{}, deliveries{};
};

struct pull_options {
    std::string node{};                       ///< who holds the leases: another name for each process on a database
    std::size_t connections = 8;              ///< so many are worked on at a time
    std::chrono::milliseconds lease{60'000};  ///< how long a node that died keeps others out
    keep_history keep{};
};

/// All of it outlives the service.
struct pull_tools {
    store::async_database& database;
    folder_runner& runner;
    const base::clock& clock;
    sleeper& sleeps;
    pull_watch& watch;
    /// What the API calls an error, for the history; without it errors have no code there.
    std::function<std::string_view(const std::error_code&)> code_of{};
};

/// Safe from any thread. Errors besides those told: of `store`.
class pull_service {
  public:
    pull_service(net::asio::any_io_executor executor, pull_tools tools, pull_options options);
    pull_service(const pull_service&) = delete;
    pull_service& operator=(const pull_service&) = delete;
    /// `stop` has returned, or the executor runs no more.
    ~pull_service();

    /// Begins to follow schedules. At once due is what this node was doing when it ended.
    void start();
    /// Begins no more runs, cancels those that go on, and returns when they are over and their leases given back.
    [[nodiscard]] net::awaitable<void> stop();
    /// Connections, folders or their schedules were changed, also: a connection was paused, resumed or locked anew.
    void wake();

    /// Lets a folder be pulled now, after whatever its connection is doing; audited as `folder.run`. The run's id: it
    /// is in the history as soon as it has begun. Errors: `no_such_folder`; `remote::errc::connection_paused`;
    /// `already_running`, with the fact "run".
    [[nodiscard]] net::async_result<std::string> run_now(std::string folder_id, store::run_cause cause,
                                                         std::string actor);
    /// What a run would do now. Errors: `no_such_folder`; of `read_folder_settings`; of the run.
    [[nodiscard]] net::async_result<transfer::dry_run> dry_run(std::string folder_id);
    /// Ends a run soon, or takes it out of the queue. False if there is none of this id here.
    bool cancel(const std::string& run_id);
    /// Nothing if it is over, or another node's.
    [[nodiscard]] std::optional<run_snapshot> progress(const std::string& run_id) const;
    /// Lets one file be pulled once more, as soon as its connection is free; audited as `file.pull_again`. The id of
    /// the new row in the ledger. Errors: `no_such_file`.
    [[nodiscard]] net::async_result<std::string> pull_again(std::string file_id, std::string actor);

    /// To be asked before folders are removed, whose destinations nobody could open any more afterwards. What cannot be
    /// opened now is told to the watcher, and stays as it is.
    [[nodiscard]] net::awaitable<removal> prepare_removal(std::string connection_id, std::string folder_id);
    /// They are removed: ends their runs, and clears up what was under way. Returns at once.
    void removed(removal what);

    [[nodiscard]] pull_statistics statistics() const;
    /// Whether schedules are being followed: false where the last look at them is minutes ago.
    [[nodiscard]] bool is_alive() const;

  private:
    class core;
    std::unique_ptr<core> core_;
};

}  // namespace gangway::transfer
