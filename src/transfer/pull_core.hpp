#pragma once
/// The inside of `pull_service`: everything here runs on its strand, but for what `pull_table` guards.

#include "run_book.hpp"

#include <gangway/transfer/pull_service.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace gangway::transfer {

/// A run from the moment it is wanted to its end. Owned by the queue or by the coroutines that work on it, and by
/// `pull_table`.
struct pulling {
    using moment = std::chrono::steady_clock::time_point;

    explicit pulling(wanted_run wanted) : what(std::move(wanted)) {}

    const wanted_run what;
    run_progress progress{};
    std::atomic<store::timestamp::rep> started_at{};       ///< 0: it waits
    std::atomic<bool> stopping{};                          ///< nobody wants it any more
    moment not_before{};                                   ///< another node works on the connection until then, perhaps
    run_end interrupted_by = run_end::cut_off;             ///< what ended it, if anything did
    net::asio::cancellation_signal stop{}, end_keeping{};  ///< of the run; of the coroutine that keeps its lease
    bool ending = false;                                   ///< its end is being written, and others may have read it
    bool over = false;                                     ///< its lease need not be kept any more
};
using shared_pulling = std::shared_ptr<pulling>;

/// What other threads ask about. Safe from any thread.
class pull_table {
  public:
    void add(const shared_pulling& run);
    void remove(const pulling& run);
    [[nodiscard]] shared_pulling find(const std::string& run_id) const;
    [[nodiscard]] pull_statistics statistics() const;
    void count(const store::run& ended);
    void count_missing(std::size_t files);
    /// In the place of what was known.
    void know_successes(std::map<std::string, store::timestamp> last);

  private:
    mutable std::mutex mutex_;  ///< guards the rest
    std::map<std::string, shared_pulling> runs_{};
    pull_statistics counted_{};
};

class pull_service::core {
  public:
    core(const net::asio::any_io_executor& executor, pull_tools tools, pull_options options);

    [[nodiscard]] net::asio::any_io_executor strand() const { return strand_; }
    [[nodiscard]] net::asio::any_io_executor executor() const { return strand_.get_inner_executor(); }
    [[nodiscard]] const pull_table& table() const noexcept { return table_; }
    [[nodiscard]] bool is_alive() const;

    // From any thread.
    void start();
    void wake();
    bool cancel(const std::string& run_id);
    void removed(removal what);

    // On the strand.
    net::async_result<std::string> run_now(std::string folder_id, store::run_cause cause, std::string actor);
    net::async_result<std::string> pull_again(std::string file_id, std::string actor);
    net::async_result<transfer::dry_run> dry_run(std::string folder_id);
    net::awaitable<removal> prepare_removal(std::string connection_id, std::string folder_id);
    net::awaitable<bool> stop();

  private:
    using moment = pulling::moment;

    /// What is remembered of a folder between two looks at all of them.
    struct entry {
        store::connection connection{};
        store::folder folder{};
        std::optional<model::schedule> schedule{};
        std::optional<model::expected_file> expected{};
        std::optional<store::timestamp> judge_at{};  ///< the next deadline of the expected file
        unsigned looks = 0;                          ///< as in `run_facts`
        bool left = false;                           ///< at rest, and has something under way
        moment finish_after{};                       ///< what was left could not be finished: not before then
    };
    using entries = std::map<std::string, entry>;

    /// Runs `work` as one of those that `stop` waits for; what it throws is told.
    void spawn(std::string_view name, net::awaitable<void> work, net::asio::cancellation_slot slot = {});
    void nudge();
    /// Waits, and says whether that was cut short.
    [[nodiscard]] net::awaitable<bool> sleep(moment until, net::asio::cancellation_slot slot);

    // The agenda: what is due, and when to look again.
    net::awaitable<void> follow_agenda();
    net::awaitable<void> look_at_all();
    net::awaitable<void> judge_expected();
    [[nodiscard]] net::awaitable<moment> queue_due();
    net::awaitable<void> nap(moment until);
    net::awaitable<void> remove_old();
    [[nodiscard]] moment steady_of(store::timestamp when, store::timestamp now) const;

    // The queue.
    [[nodiscard]] bool is_in_hand(const std::string& folder_id) const { return in_hand_.contains(folder_id); }
    /// The run of the folder that has not come to its end yet, if there is one.
    [[nodiscard]] shared_pulling unfinished(const std::string& folder_id) const;
    /// Now, or when the run of the folder that is in hand was let go.
    void take_in_hand(wanted_run what);
    /// What was left in folders at rest.
    void finish_what_was_left();
    void queue(const shared_pulling& run);
    [[nodiscard]] static std::string new_run_id();
    void let_go(const pulling& run);
    void dispatch();

    // One run.
    net::awaitable<void> work(shared_pulling run);
    net::awaitable<void> pull(shared_pulling run, begun_run begun);
    net::awaitable<void> finish(shared_pulling run, begun_run begun);
    [[nodiscard]] net::awaitable<run_result> result_of(shared_pulling run, const run_order& order);
    net::awaitable<void> keep_lease(shared_pulling run, store::lease held, moment since);
    net::awaitable<void> write_end(shared_pulling run, const run_order& order, run_result result);
    void end_early(pulling& run, run_end why);
    net::awaitable<void> tidy(removal what);

    pull_tools tools_;
    pull_options options_;
    net::asio::strand<net::asio::any_io_executor> strand_;
    pull_table table_{};
    std::atomic<std::chrono::steady_clock::rep> last_look_{};

    entries folders_{};
    std::map<std::string, shared_pulling> in_hand_{};  ///< by folder: waiting or going on
    std::map<std::string, shared_pulling> next_{};     ///< by folder: wanted while another run of it was in hand
    std::deque<shared_pulling> waiting_{};             ///< in the order in which they were wanted
    std::set<std::string> busy_{};                     ///< connections that are worked on
    net::asio::cancellation_signal nap_{}, removal_{};
    moment next_look_at_all_{};
    std::string edition_{};  ///< of connections and folders, when they were looked at
    bool nudged_ = false;    ///< no nap before the next look
    bool stopping_ = false;  //
    std::size_t tasks_ = 0;  ///< coroutines that `stop` waits for
    net::asio::steady_timer idle_;
};

}  // namespace gangway::transfer
