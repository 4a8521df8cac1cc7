#include "run_book.hpp"

#include <gangway/store/files.hpp>
#include <gangway/transfer/notices.hpp>
#include <gangway/transfer/zones.hpp>

#include <algorithm>
#include <utility>

namespace gangway::transfer {
namespace {

using store::run_outcome;

std::chrono::sys_seconds to_seconds(store::timestamp when) noexcept {
    return std::chrono::floor<std::chrono::seconds>(when);
}

bool is_wanted(store::transaction& tx, const wanted_run& what, const std::optional<store::connection>& connection,
               const std::optional<store::folder>& folder) {
    if (!connection || !folder) return false;
    if (what.only_finish) {
        const auto left = store::files::folders_under_way(tx, what.connection_id);
        return is_at_rest(*connection, *folder) && std::ranges::find(left, what.folder_id) != left.end();
    }
    if (connection->paused) return false;
    if (what.cause != store::run_cause::schedule) return true;
    const auto due = store::schedules::find(tx, what.folder_id);
    return folder->enabled && due && due->next_due <= tx.now();
}

/// Whether the last run of the folder that came to an end, before this one, had failed.
bool had_failed(store::transaction& tx, const store::run& run) {
    constexpr std::size_t enough = 20;
    for (const auto& before : store::runs::list(tx, run.folder_id, run.id, enough))
        if (before.outcome != run_outcome::running && before.outcome != run_outcome::interrupted)
            return before.outcome == run_outcome::failed;
    return false;
}

/// A login has noted its own health already; what comes after it is noted here.
void note_health(store::transaction& tx, const run_order& order, const run_result& result) {
    using store::health;
    const auto& id = order.connection.id;
    const auto now = store::connections::find(tx, id);
    if (!now || now->health == health::host_key_mismatch) return;
    if (result.run.outcome == run_outcome::failed) {
        if (now->health != health::auth_failed)
            store::connections::set_health(tx, id, health::failing, result.run.error);
        return;
    }
    const auto folders = store::folders::list(tx, id);
    const bool others_fail = std::ranges::any_of(folders, [&](const store::folder& other) {
        const auto due = store::schedules::find(tx, other.id);
        return other.id != order.folder.id && due && due->failures > 0;
    });
    if (!others_fail) store::connections::set_health(tx, id, health::healthy, "");
}

due_decision set_due(store::transaction& tx, const run_order& order, const run_result& result, run_end how,
                     unsigned looks) {
    const auto before = store::schedules::find(tx, order.folder.id);
    const run_facts facts{.how = how,
                          .started = to_seconds(order.run.started_at),
                          .ended = std::chrono::ceil<std::chrono::seconds>(tx.now()),
                          .look_again = result.look_again,
                          .pulled = result.run.pulled > 0,
                          .failures = before ? before->failures : 0,
                          .looks = looks};
    // The schedule as it is now: it may have been changed while the run went on.
    const auto folder = store::folders::find(tx, order.folder.id);
    if (!folder) return {};
    const auto read = read_schedule(folder->schedule);
    const auto when = read ? *read : std::nullopt;
    const model::fixed_zone utc;
    const auto zone = when ? find_zone(when->zone) : nullptr;
    auto next =
        decide_due(when, zone && *zone ? **zone : static_cast<const model::time_zone&>(utc), facts, order.folder.id);
    if (next.due)
        store::schedules::set(tx, order.folder.id, *next.due, next.failures);
    else
        store::schedules::clear(tx, order.folder.id);
    return next;
}

}  // namespace

begun_run begin_run(store::transaction& tx, const wanted_run& what, const std::string& node,
                    std::chrono::milliseconds lease) {
    auto connection = store::connections::find(tx, what.connection_id);
    auto folder = store::folders::find(tx, what.folder_id);
    if (!is_wanted(tx, what, connection, folder)) return {};
    auto held = store::leases::take(tx, what.connection_id, node, lease);
    if (!held) return {.how = beginning::elsewhere};
    store::runs::interrupt_older(tx, what.connection_id, held->fence);
    begun_run begun{.how = beginning::begun};
    begun.order.run = {.id = what.id,
                       .connection_id = what.connection_id,
                       .folder_id = what.folder_id,
                       .cause = what.cause,
                       .started_at = tx.now(),
                       .node = node,
                       .fence = held->fence};
    if (!what.only_finish) store::runs::start(tx, begun.order.run);
    if (auto settings = read_folder_settings(*folder))
        begun.order.settings = std::move(*settings);
    else
        begun.unfit = std::move(settings.error());
    begun.order.connection = std::move(*connection);
    begun.order.folder = std::move(*folder);
    begun.order.lease = std::move(*held);
    return begun;
}

run_end judge_end(const run_result& result, run_end interrupted_by) noexcept {
    if (result.run.outcome == run_outcome::interrupted) return interrupted_by;
    return result.run.outcome == run_outcome::failed ? run_end::failed : run_end::worked;
}

ended_run end_run(store::transaction& tx, const run_order& order, const run_result& result, run_end how,
                  unsigned looks) {
    ended_run ended{.run = result.run};
    ended.lost = !store::leases::give_back(tx, order.lease);
    if (ended.lost) ended.run.outcome = run_outcome::interrupted;
    ended.run.ended_at = tx.now();
    const bool first = store::runs::end(tx, ended.run);
    if (ended.lost || !first) return ended;
    if (result.failing)
        enqueue_notice(tx, {.event = notice_event::files_failing,
                            .connection = order.connection,
                            .folder = order.folder,
                            .run = ended.run,
                            .failing = result.failing});
    const auto end = judge_end(result, how);
    ended.next = set_due(tx, order, result, end, looks);
    if (end != run_end::failed && end != run_end::worked) return ended;
    note_health(tx, order, result);
    const bool failed = end == run_end::failed;
    if (failed == had_failed(tx, ended.run)) return ended;
    ended.failed = failed;
    enqueue_notice(tx, {.event = failed ? notice_event::run_failed : notice_event::run_recovered,
                        .connection = order.connection,
                        .folder = order.folder,
                        .run = ended.run});
    return ended;
}

}  // namespace gangway::transfer
