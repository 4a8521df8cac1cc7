#include "post_actions.hpp"

#include <gangway/base/crash_point.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/side_by_side.hpp>
#include <gangway/remote/path_root.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/transfer/errors.hpp>
#include <gangway/transfer/key_template.hpp>
#include <gangway/transfer/read_once.hpp>

#include <algorithm>
#include <set>
#include <span>
#include <utility>

namespace gangway::transfer {
namespace {

/// Sources that are looked after at once, and rows whose outcome is noted together.
constexpr std::size_t most_at_once = 32;
constexpr std::size_t group_size = 512;
/// Rows that are read from the ledger at once.
constexpr std::size_t most_due = 20'000;

source_look pulled_version(const store::file& row) {
    source_look look{.size = static_cast<std::uint64_t>(row.identity.size)};
    if (row.identity.mtime != store::not_told) look.mtime = static_cast<std::uint32_t>(row.identity.mtime);
    return look;
}

class finishing {
  public:
    finishing(run_scope& run, net::sftp_client& client, model::remote_path root)
        : run_(run), client_(client), root_(std::move(root)) {}

    net::awaitable<void> run() {
        while (!run_.over()) {
            const auto due = co_await run_.ledger.database().read([&](store::transaction& tx) {
                return store::files::post_actions_due(tx, run_.order.connection.id, most_due);
            });
            if (!run_.went_well(due)) co_return;
            std::vector<const store::file*> mine;
            for (const auto& row : *due)
                if (row.identity.folder_id == run_.order.folder.id) mine.push_back(&row);
            for (std::size_t at = 0; at < mine.size() && !run_.over(); at += group_size)
                co_await finish_group(
                    {mine.begin() + static_cast<std::ptrdiff_t>(at),
                     mine.begin() + static_cast<std::ptrdiff_t>(std::min(mine.size(), at + group_size))});
            // What is left over is not due before its next try.
            if (mine.empty() || due->size() < most_due) co_return;
        }
    }

  private:
    net::awaitable<void> finish_group(std::vector<const store::file*> group) {
        group_ = std::move(group);
        next_ = 0;
        done_.clear();
        failed_.clear();
        const auto in_turn = [this] { return finish_in_turn(); };
        co_await net::side_by_side(std::min(group_.size(), most_at_once), in_turn);
        if (!run_.may_write()) co_return;
        if (!done_.empty()) {
            base::crash_point("finished_source");
            if (!run_.went_well(co_await run_.ledger.finalise(done_))) co_return;
            base::crash_point("finalised");
        }
        if (!failed_.empty()) std::ignore = run_.went_well(co_await run_.ledger.fail_post_action(failed_));
    }
    net::awaitable<void> finish_in_turn() {
        while (next_ < group_.size() && !run_.over()) {
            const auto& row = *group_[next_++];
            const auto done = co_await finish(row);
            if (done) {
                done_.push_back(row.id);
            } else if (!client_.usable()) {
                run_.end(done.error());
            } else {
                auto why = with_path(done.error(), row.identity.path);
                failed_.push_back(run_.setback(row.id, row.identity.path, row.post_attempts, why));
                if (!run_.first_setback) run_.first_setback = std::move(why);
            }
        }
    }

    net::async_result<void> finish(const store::file& row) {
        const auto& after = run_.order.settings.rules.after;
        if (std::holds_alternative<model::leave_source>(after)) co_return base::result<void>{};
        const auto path = root_.child(row.identity.path);
        if (!path) co_return std::unexpected(path.error());
        const auto there = co_await net::lstat(client_, *path);
        base::crash_point("source_looked");
        std::optional<source_look> now;
        if (there)
            // A link or folder that stands there now, or a size that is not told, is not what was pulled.
            now = source_look{.size = there->type_known() && !there->is_regular()
                                          ? ~std::uint64_t{0}
                                          : there->size.value_or(~std::uint64_t{0}),
                              .mtime = there->mtime};
        else if (there.error().code != sftp::errc::no_such_file)
            co_return std::unexpected(there.error());
        if (judge_source(pulled_version(row), now) != source_finding::same) co_return base::result<void>{};
        base::crash_point("finishing");
        if (const auto* move = std::get_if<model::move_source>(&after)) co_return co_await move_away(row, *path, *move);
        co_return gone_is_done(co_await net::remove_file(client_, *path));
    }
    static base::result<void> gone_is_done(base::result<void> outcome) {
        if (!outcome && outcome.error().code == sftp::errc::no_such_file) return {};
        return outcome;
    }

    net::async_result<void> move_away(const store::file& row, const model::remote_path& from,
                                      const model::move_source& rule) {
        const auto when = std::chrono::floor<std::chrono::seconds>(row.recorded_at.value_or(run_.now()));
        const auto folder = render_folder(rule.folder, model::to_local(*run_.rules.zone, when));
        if (!folder) co_return std::unexpected(folder.error());
        auto text = folder->starts_with('/') ? *folder : root_.octets() + "/" + *folder;
        text.append("/").append(row.identity.path);
        const auto to = target_of(std::move(text));
        if (!to) co_return std::unexpected(to.error());
        if (auto ready = co_await make_ready(to->parent()); !ready) co_return ready;
        auto moved = co_await net::rename(client_, from, *to, false);
        if (moved || moved.error().code != sftp::errc::already_exists) co_return gone_is_done(std::move(moved));
        const auto beside = target_of(to->octets() + "~" + row.id.substr(0, 16));
        if (!beside) co_return std::unexpected(beside.error());
        co_return gone_is_done(co_await net::rename(client_, from, *beside, false));
    }
    [[nodiscard]] base::result<model::remote_path> target_of(std::string text) const {
        auto path = model::remote_path::parse(std::move(text), "after.folder");
        if (!path) return path;
        return remote::confine(run_.order.connection.path_root, *path, "after.folder");
    }
    /// Makes the folder, once in a run.
    net::async_result<void> make_ready(model::remote_path folder) {
        if (ready_.contains(folder.octets())) co_return base::result<void>{};
        const auto inside =
            co_await remote::check_beneath(client_, run_.order.connection.path_root, std::span{&folder, 1});
        if (!inside) co_return std::unexpected(inside.error());
        auto made = co_await net::make_directory(client_, folder, {.parents = true});
        if (made) ready_.insert(folder.octets());
        co_return made;
    }

    run_scope& run_;
    net::sftp_client& client_;
    model::remote_path root_;
    std::set<std::string> ready_{};            ///< folders that were made or found
    std::vector<const store::file*> group_{};  ///< that is being worked on
    std::size_t next_ = 0;                     ///< in `group_`
    std::vector<std::string> done_{};          //
    std::vector<run_ledger::setback> failed_{};
};

}  // namespace

net::awaitable<void> carry_out_post_actions(run_scope& run, net::sftp_client& client, model::remote_path root) {
    finishing going{run, client, std::move(root)};
    co_await going.run();
}

}  // namespace gangway::transfer
