/// What is due, and when to look again.

#include "expectations.hpp"
#include "pull_core.hpp"

#include <gangway/store/files.hpp>
#include <gangway/transfer/zones.hpp>

#include <algorithm>
#include <utility>

namespace gangway::transfer {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

/// A clock that was set back is found then.
constexpr seconds between_looks_at_all{30};
/// Other nodes and processes change connections and folders as well, and wake nobody here.
constexpr seconds between_glances{5};
constexpr seconds after_trouble{5};
constexpr std::size_t most_due = 10'000;

/// Gives a folder its next time where it has none, or one that the clock left far ahead. Tells what it was and is.
struct moved {
    std::string folder_id;
    store::timestamp before, now_due;
};

void set_schedule(store::transaction& tx, const store::folder& folder, const model::schedule& when, bool changed,
                  std::vector<moved>& told) {
    const auto zone = find_zone(when.zone);
    if (!zone) return;
    const auto now = std::chrono::floor<seconds>(tx.now());
    const auto row = store::schedules::find(tx, folder.id);
    const auto due = next_due(when, **zone, now, folder.id);
    if (!due) return;
    const auto before = row ? std::chrono::floor<seconds>(row->next_due) : sys_seconds{};
    if (!row || changed) {
        store::schedules::set(tx, folder.id, *due, 0);
    } else if (is_too_far(when, **zone, before, row->failures, now, folder.id)) {
        store::schedules::set(tx, folder.id, *due, row->failures);
        told.push_back({folder.id, row->next_due, *due});
    }
}

/// Runs that this node, or one that is dead, left open, go on; scheduled ones are due still. Where none may follow that
/// would say so, they are over.
void resume(store::transaction& tx, const std::string& node, const pull_table& mine) {
    for (auto& run : store::runs::open(tx)) {
        const auto lease = store::leases::find(tx, run.connection_id);
        const bool dead = !lease || lease->fence != run.fence || lease->expires_at <= tx.now() || lease->owner == node;
        if (!dead || mine.find(run.id)) continue;
        const auto folder = store::folders::find(tx, run.folder_id);
        const auto connection = store::connections::find(tx, run.connection_id);
        if (!folder || !connection || is_at_rest(*connection, *folder)) {
            run.outcome = store::run_outcome::interrupted;
            run.ended_at = tx.now();
            store::runs::end(tx, run);
        }
        if (!folder) continue;
        const auto row = store::schedules::find(tx, run.folder_id);
        if (!row || row->next_due > tx.now())
            store::schedules::set(tx, run.folder_id, tx.now(), row ? row->failures : 0);
    }
}

}  // namespace

net::awaitable<void> pull_service::core::follow_agenda() {
    while (!stopping_) {
        nudged_ = false;
        if (tools_.clock.steady() >= next_look_at_all_) co_await look_at_all();
        co_await judge_expected();
        const auto next = co_await queue_due();
        dispatch();
        if (!nudged_ && !stopping_) static_cast<void>(co_await sleep(next, nap_.slot()));
    }
}

net::awaitable<void> pull_service::core::look_at_all() {
    struct seen {
        entries folders{};
        std::vector<moved> rescheduled{};
        std::map<std::string, store::timestamp> successes{};
        std::string edition{};
    };
    next_look_at_all_ = tools_.clock.steady() + between_looks_at_all;
    // A copy: the database's thread reads it while runs that end change the other.
    const auto before_this = folders_;
    auto found = co_await tools_.database.write([this, &before_this](store::transaction& tx) {
        seen now{.edition = store::folders::edition(tx)};
        resume(tx, options_.node, table_);
        for (const auto& connection : store::connections::list(tx)) {
            auto folders = store::folders::list(tx, connection.id);
            const bool rests =
                std::ranges::any_of(folders, [&](const auto& each) { return is_at_rest(connection, each); });
            const auto left = rests ? store::files::folders_under_way(tx, connection.id) : std::vector<std::string>{};
            for (auto& folder : folders) {
                const auto before = before_this.find(folder.id);
                const bool same = before != before_this.end() && before->second.folder.revision == folder.revision;
                const bool changed = before != before_this.end() && before->second.folder.schedule != folder.schedule;
                auto& entry = now.folders[folder.id];
                if (same) entry = before->second;
                if (!same) {
                    if (auto when = read_schedule(folder.schedule)) entry.schedule = std::move(*when);
                    if (auto what = read_expected_by(folder.expected_by)) entry.expected = std::move(*what);
                    if (entry.expected) entry.judge_at = store::timestamp{};
                }
                if (entry.schedule)
                    set_schedule(tx, folder, *entry.schedule, changed, now.rescheduled);
                else if (changed)
                    store::schedules::clear(tx, folder.id);
                entry.left = is_at_rest(connection, folder) && std::ranges::find(left, folder.id) != left.end();
                entry.connection = connection;
                entry.folder = std::move(folder);
            }
        }
        for (const auto& [id, entry] : before_this)
            if (!now.folders.contains(id)) forget_expectation(tx, id);
        now.successes = store::runs::last_successes(tx);
        return now;
    });
    if (!found) {
        tools_.watch.trouble("schedules", found.error());
        next_look_at_all_ = tools_.clock.steady() + after_trouble;
        co_return;
    }
    for (auto& [id, entry] : found->folders)
        if (const auto before = folders_.find(id); before != folders_.end()) {
            entry.looks = before->second.looks;
            entry.finish_after = before->second.finish_after;
        }
    folders_ = std::move(found->folders);
    edition_ = std::move(found->edition);
    table_.know_successes(std::move(found->successes));
    for (const auto& each : found->rescheduled)
        tools_.watch.rescheduled(each.folder_id, each.before, each.now_due);
    finish_what_was_left();
}

void pull_service::core::finish_what_was_left() {
    const auto now = tools_.clock.steady();
    for (const auto& [id, entry] : folders_) {
        if (!entry.left || entry.finish_after > now || is_in_hand(id) || stopping_) continue;
        take_in_hand({.id = new_run_id(), .connection_id = entry.connection.id, .folder_id = id, .only_finish = true});
    }
}

net::awaitable<void> pull_service::core::judge_expected() {
    const auto now = store::now(tools_.clock);
    std::vector<std::string> due;
    for (const auto& [id, entry] : folders_)
        if (entry.judge_at && *entry.judge_at <= now) due.push_back(id);
    for (const auto& id : due) {
        const auto entry = folders_.at(id);
        const auto judged = co_await tools_.database.write([&entry](store::transaction& tx) {
            return judge_folder(tx, entry.connection, entry.folder, *entry.expected);
        });
        const auto found = folders_.find(id);
        if (!judged) {
            tools_.watch.trouble("expected files", judged.error());
            found->second.judge_at = now + after_trouble;
            continue;
        }
        found->second.judge_at = judged->next;
        table_.count_missing(judged->missed.size());
        for (const auto deadline : judged->missed)
            tools_.watch.file_missing(entry.folder, entry.expected->like.text(), deadline);
    }
}

net::awaitable<pull_service::core::moment> pull_service::core::queue_due() {
    struct agenda {
        std::vector<store::due_folder> due{};
        std::optional<store::timestamp> next{};
        store::timestamp now{};
        std::string edition{};
    };
    const auto found = co_await tools_.database.read([](store::transaction& tx) {
        agenda read{.now = tx.now(), .edition = store::folders::edition(tx)};
        read.due = store::schedules::due(tx, read.now, most_due);
        read.next = store::schedules::next_after(tx, read.now);
        return read;
    });
    const auto steady = tools_.clock.steady();
    if (!found) {
        tools_.watch.trouble("schedules", found.error());
        co_return steady + after_trouble;
    }
    last_look_ = steady.time_since_epoch().count();
    if (std::exchange(edition_, found->edition) != found->edition) {
        next_look_at_all_ = {};
        nudged_ = true;
    }
    for (const auto& row : found->due) {
        const auto known = folders_.find(row.folder_id);
        if (known == folders_.end() || is_in_hand(row.folder_id) || stopping_) continue;
        const bool nudged = nudged_;
        take_in_hand({.id = new_run_id(),
                      .connection_id = known->second.connection.id,
                      .folder_id = row.folder_id,
                      .cause = store::run_cause::schedule});
        nudged_ = nudged;  // they are dispatched before the nap
    }
    auto next = std::min(next_look_at_all_, steady + between_glances);
    if (found->next) next = std::min(next, steady_of(*found->next, found->now));
    for (const auto& [id, entry] : folders_)
        if (entry.judge_at) next = std::min(next, steady_of(*entry.judge_at, found->now));
    for (const auto& run : waiting_)
        if (run->not_before > steady) next = std::min(next, run->not_before);
    co_return next;
}

pull_service::core::moment pull_service::core::steady_of(store::timestamp when, store::timestamp now) const {
    return tools_.clock.steady() + std::min<std::chrono::microseconds>(when - now, between_looks_at_all);
}

net::awaitable<void> pull_service::core::remove_old() {
    constexpr std::size_t at_a_time = 500;
    constexpr std::chrono::hours between{24};
    constexpr seconds first{60};
    auto next = tools_.clock.steady() + first;
    for (;; next += between) {
        co_await tools_.sleeps.until(next);
        store::removed all;
        for (bool more = true; more && !stopping_;) {
            const auto gone = co_await tools_.database.write([this](store::transaction& tx) {
                const auto before = [&tx](std::optional<std::chrono::days> kept) {
                    return kept ? std::optional{tx.now() - *kept} : std::nullopt;
                };
                const auto& keep = options_.keep;
                return store::remove_expired(tx,
                                             {.runs = before(keep.runs),
                                              .files = before(keep.files),
                                              .audit = before(keep.audit),
                                              .deliveries = before(keep.deliveries)},
                                             at_a_time);
            });
            if (!gone) tools_.watch.trouble("retention", gone.error());
            more = gone && (gone->runs == at_a_time || gone->files == at_a_time || gone->deliveries == at_a_time);
            if (!gone) break;
            all.runs += gone->runs;
            all.files += gone->files;
            all.audit += gone->audit;
            all.deliveries += gone->deliveries;
        }
        if (all.runs + all.files + all.audit + all.deliveries != 0) tools_.watch.removed(all);
    }
}

}  // namespace gangway::transfer
