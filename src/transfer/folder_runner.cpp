#include "folder_pull.hpp"
#include "post_actions.hpp"
#include "recovery.hpp"
#include "unpack_rules.hpp"

#include <gangway/base/crash_point.hpp>
#include <gangway/net/await_on.hpp>
#include <gangway/net/blocking.hpp>
#include <gangway/remote/path_root.hpp>
#include <gangway/transfer/errors.hpp>
#include <gangway/transfer/folder_run.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace gangway::transfer {
namespace {

/// Rows that are noted as seen in one transaction.
constexpr std::size_t group_size = 4096;

/// A session, and the folder on it.
struct opened_folder {
    std::unique_ptr<remote::lease> session{};
    std::optional<model::remote_path> root{};
    remote_listing listing{};
};

net::async_result<model::remote_path> find_root(net::sftp_client& client, const std::string& path_root,
                                                const std::string& remote_folder) {
    auto asked = model::remote_path::parse(remote_folder, "remoteFolder");
    if (!asked) co_return std::unexpected(std::move(asked.error()));
    auto root = remote::confine(path_root, *asked, "remoteFolder");
    if (!root) co_return std::unexpected(std::move(root.error()));
    const auto inside = co_await remote::check_beneath(client, path_root, std::span{&*root, 1});
    if (!inside) co_return std::unexpected(inside.error());
    co_return root;
}

/// On the session's strand. Where the listing is, the root is too.
net::async_result<remote_listing> list_on(net::sftp_client& client, const std::string& path_root,
                                          const std::string& remote_folder, const walk_rules& walk,
                                          std::optional<model::remote_path>& root, std::atomic<std::uint64_t>& seen) {
    auto found = co_await find_root(client, path_root, remote_folder);
    if (!found) co_return std::unexpected(std::move(found.error()));
    root = std::move(*found);
    co_return co_await list_remote(client, *root, walk, seen);
}

/// Logs in and lists. A pooled session may turn out to be dead: then once more on another one.
net::async_result<opened_folder> open_folder(const run_tools& tools, const std::string& connection,
                                             const store::folder& folder, const walk_rules& walk,
                                             net::dial_report& report, std::atomic<std::uint64_t>& seen) {
    for (;;) {
        auto where = co_await tools.find_target(connection);
        if (!where) co_return std::unexpected(std::move(where.error()));
        const auto path_root = where->path_root;
        auto session = co_await tools.servers.acquire(std::move(*where), report);
        if (!session) co_return std::unexpected(std::move(session.error()));
        opened_folder opened{.session = std::move(*session)};
        auto& client = opened.session->client();
        seen = 0;
        auto listing = co_await net::await_on(
            client.executor(), list_on(client, path_root, folder.remote_folder, walk, opened.root, seen));
        if (listing) {
            opened.listing = std::move(*listing);
            co_return opened;
        }
        if (!opened.session->reused() || client.usable()) co_return std::unexpected(std::move(listing.error()));
    }
}

/// How far a run goes.
enum class extent : bool { all, what_was_left };

/// One run, from its beginning to its end.
class folder_run {
  public:
    folder_run(const run_tools& tools, net::asio::thread_pool& blocking, const run_order& order, run_progress& progress,
               extent how_far)
        : tools_(tools),
          blocking_(blocking),
          order_(order),
          progress_(progress),
          extent_(how_far),
          ledger_(tools.database, order.lease) {}

    net::awaitable<run_result> run() {
        // Whatever kind of cancellation comes.
        co_await net::asio::this_coro::reset_cancellation_state(net::asio::enable_total_cancellation());
        try {
            co_await carry_out();
        } catch (const boost::system::system_error& thrown) {
            if (thrown.code() != net::asio::error::operation_aborted) throw;
            cancelled_ = true;
        }
        co_return result();
    }

  private:
    net::awaitable<void> carry_out() {
        auto rules = folder_rules::of(order_.settings);
        if (!rules) co_return fail(rules.error());
        rules_.emplace(std::move(*rules));
        auto destination = co_await tools_.open_destination(order_.folder, order_.settings, stopping_.get_token());
        if (!destination) co_return fail(destination.error());
        destination_ = std::move(*destination);
        scope_.emplace(run_scope{.order = order_,
                                 .progress = progress_,
                                 .ledger = ledger_,
                                 .rules = *rules_,
                                 .destination = *destination_,
                                 .blocking = blocking_,
                                 .clock = tools_.clock,
                                 .stopping = stopping_,
                                 .scratch = tools_.scratch});
        co_await recover_folder(*scope_);
        if (scope_->over()) co_return;
        co_await sweep_destination(*scope_);
        if (extent_ == extent::what_was_left) co_return;
        auto opened =
            co_await open_folder(tools_, order_.connection.id, order_.folder, rules_->walk, report_, progress_.listed);
        if (!opened) co_return scope_->end(std::move(opened.error()));
        base::crash_point("listed");
        auto& client = opened->session->client();
        const auto pulled = co_await net::await_on(client.executor(), pull_on(client, std::move(*opened)));
        if (!pulled) scope_->end(pulled.error());
    }

    /// On the session's strand, to its end even when cancelled.
    net::async_result<void> pull_on(net::sftp_client& client, opened_folder opened) {
        co_await net::asio::this_coro::reset_cancellation_state(net::asio::enable_total_cancellation());
        auto memory = co_await remember(tools_.database, order_.folder.id);
        if (!memory) co_return std::unexpected(std::move(memory.error()));
        if (opened.listing.first) scope_->first_setback = opened.listing.first;
        // Not on the strand: the session may serve others, and a large folder takes its time.
        auto found = co_await net::run_blocking(blocking_,
                                                [&] { return look_at(std::move(opened.listing), std::move(*memory)); });
        progress_.planned = found.wanted.size();
        if (found.look_again) scope_->look_again_at(*found.look_again);
        co_await note(found);
        if (scope_->over()) co_return base::result<void>{};
        {
            folder_pull going{*scope_, client, *opened.root};
            co_await going.pull(std::move(found.wanted));
        }
        if (!scope_->over()) co_await carry_out_post_actions(*scope_, client, *opened.root);
        co_return base::result<void>{};
    }

    /// What one look comes to.
    struct findings {
        std::vector<wanted_file> wanted;
        std::vector<store::file_identity> unknown;
        std::vector<std::string> gone;
        std::optional<std::vector<store::file_look>> looks;
        std::optional<std::chrono::sys_seconds> look_again;
    };
    [[nodiscard]] findings look_at(remote_listing listing, folder_memory memory) const {
        const auto now = std::chrono::floor<std::chrono::seconds>(tools_.clock.wall());
        const folder_look look{
            order_.connection, order_.folder, order_.settings, *rules_, std::move(listing), std::move(memory), now};
        return {.wanted = look.wanted(),
                .unknown = look.unknown(),
                .gone = look.gone(),
                .looks = look.looks(),
                .look_again = look.has_more() ? now : look.plan().look_again};
    }

    /// What was seen: new versions, versions that are gone, looks to be compared with.
    net::awaitable<void> note(const findings& found) {
        base::crash_point("discovering");
        for (std::size_t at = 0; at < found.unknown.size() && !scope_->over(); at += group_size) {
            const auto end = std::min(found.unknown.size(), at + group_size);
            const std::vector<store::file_identity> group(found.unknown.begin() + static_cast<std::ptrdiff_t>(at),
                                                          found.unknown.begin() + static_cast<std::ptrdiff_t>(end));
            std::ignore = scope_->went_well(co_await ledger_.discover(group));
        }
        if (scope_->over()) co_return;
        if (!found.gone.empty() && !scope_->went_well(co_await ledger_.abandon(found.gone))) co_return;
        base::crash_point("discovered");
        if (!found.looks) co_return;
        base::crash_point("looks_kept");
        std::ignore = scope_->went_well(co_await ledger_.keep_looks(order_.folder.id, *found.looks));
    }

    void fail(base::error why) { failure_ = std::move(why); }

    [[nodiscard]] run_result result() {
        run_result done{.run = order_.run};
        if (scope_) {
            failure_ = failure_ ? failure_ : scope_->fatal;
            done.look_again = scope_->look_again;
            cancelled_ = cancelled_ || scope_->cancelled;
            done.failing = std::move(scope_->failing);
        }
        // What the destination was told to stop is no failure of its own.
        if (cancelled_ && failure_ && failure_->code == sink::errc::cancelled) failure_.reset();
        auto& run = done.run;
        run.listed = static_cast<std::int64_t>(progress_.listed.load());
        run.pulled = static_cast<std::int64_t>(progress_.pulled.load());
        run.failed = static_cast<std::int64_t>(progress_.failed.load());
        run.octets = static_cast<std::int64_t>(progress_.octets.load());
        if (!report_.accepted_signer.empty()) run.key_id = report_.accepted_signer;
        if (report_.host_key) run.host_key = report_.host_key->text();
        run.outcome = outcome();
        done.failure = std::move(failure_);
        if (scope_ && !done.failure && !cancelled_) done.setback = std::move(scope_->first_setback);
        if (const auto* const why = done.why())
            run.error = why->message;
        else if (cancelled_)
            run.error = "the run was ended before it was done";
        return done;
    }
    [[nodiscard]] store::run_outcome outcome() const {
        using enum store::run_outcome;
        if (failure_) return progress_.pulled > 0 ? partial : failed;
        if (cancelled_) return interrupted;
        return scope_ && scope_->first_setback ? partial : succeeded;
    }

    const run_tools& tools_;
    net::asio::thread_pool& blocking_;
    const run_order& order_;
    run_progress& progress_;
    extent extent_;
    run_ledger ledger_;
    std::stop_source stopping_{};
    std::optional<folder_rules> rules_{};
    open_sink destination_{};
    std::optional<run_scope> scope_{};
    net::dial_report report_{};
    std::optional<base::error> failure_{};
    bool cancelled_ = false;
};

class runner final : public folder_runner {
  public:
    explicit runner(run_tools tools) : tools_(std::move(tools)), blocking_(std::max<std::size_t>(tools_.threads, 1)) {}
    ~runner() override { blocking_.join(); }

    net::awaitable<run_result> run(run_order order, run_progress& progress) override {
        co_return co_await go(std::move(order), progress, extent::all);
    }

    net::awaitable<run_result> finish(run_order order) override {
        run_progress unseen;
        co_return co_await go(std::move(order), unseen, extent::what_was_left);
    }

    net::async_result<open_sink> open(store::folder folder, folder_settings settings) override {
        co_return co_await tools_.open_destination(folder, settings, std::stop_token{});
    }

    net::async_result<void> tidy(std::string folder, open_sink destination) override {
        co_return co_await tidy_destination(tools_.database, blocking_, destination, std::move(folder));
    }

    net::async_result<transfer::dry_run> dry_run(store::connection connection, store::folder folder,
                                                 folder_settings settings) override {
        auto rules = folder_rules::of(settings);
        if (!rules) co_return std::unexpected(std::move(rules.error()));
        net::dial_report report;
        std::atomic<std::uint64_t> seen{};
        auto opened = co_await open_folder(tools_, connection.id, folder, rules->walk, report, seen);
        if (!opened) co_return std::unexpected(std::move(opened.error()));
        auto memory = co_await remember(tools_.database, folder.id);
        if (!memory) co_return std::unexpected(std::move(memory.error()));
        co_return co_await net::run_blocking(blocking_, [&] {
            const auto now = std::chrono::floor<std::chrono::seconds>(tools_.clock.wall());
            const folder_look look{connection,         folder, settings, *rules, std::move(opened->listing),
                                   std::move(*memory), now};
            return told(look, settings.rules);
        });
    }

  private:
    net::awaitable<run_result> go(run_order order, run_progress& progress, extent how_far) {
        // On a thread of execution of its own: the caller's cancellation stays the caller's.
        const auto here = co_await net::asio::this_coro::executor;
        folder_run going{tools_, blocking_, order, progress, how_far};
        co_return co_await net::asio::co_spawn(here, going.run(), net::asio::use_awaitable);
    }

    [[nodiscard]] static transfer::dry_run told(const folder_look& look, const model::pull_rules& rules) {
        transfer::dry_run report{.look_again = look.plan().look_again};
        const auto& files = look.listing().files;
        report.files.reserve(files.size());
        for (std::size_t i = 0; i < files.size(); ++i) {
            const auto& verdict = look.plan().verdicts[i];
            report.files.push_back({.path = std::string{files[i].path},
                                    .size = files[i].size,
                                    .mtime = files[i].mtime,
                                    .code = verdict.code,
                                    .sentence = sentence(verdict, files[i].path, rules),
                                    .unpack = is_pulled(verdict.code) || is_waiting(verdict.code)
                                                  ? unpacking_of(rules.unpack, files[i].path)
                                                  : model::unpacking::none});
        }
        for (const auto& pull : look.plan().pulls)
            if (pull.key) report.files[pull.index].key = pull.key->text();
        std::ranges::sort(report.files, std::less{}, &dry_run_file::path);
        return report;
    }

    run_tools tools_;
    net::asio::thread_pool blocking_;
};

}  // namespace

std::unique_ptr<folder_runner> make_folder_runner(run_tools tools) {
    return std::make_unique<runner>(std::move(tools));
}

}  // namespace gangway::transfer
