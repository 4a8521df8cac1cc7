#include "recovery.hpp"

#include "zip_unpacking.hpp"

#include <gangway/base/crash_point.hpp>
#include <gangway/net/blocking.hpp>
#include <gangway/transfer/errors.hpp>
#include <gangway/transfer/read_once.hpp>

#include <algorithm>
#include <span>
#include <unordered_set>
#include <utility>

namespace gangway::transfer {
namespace {

/// Rows whose destination is asked before the ledger is written.
constexpr std::size_t group_size = 64;

std::string octets_of_hex(std::string_view text) {
    const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
    std::string octets;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        octets += static_cast<char>((value(text[i]) << 4) | value(text[i + 1]));
    return octets;
}

base::result<sink::staged_file> staged_in(const store::file& row) {
    auto key = model::destination_key::parse(row.destination_key.value_or(""));
    if (!key) return std::unexpected(std::move(key.error()));
    return sink::staged_file{.key = std::move(*key),
                             .size = static_cast<std::uint64_t>(row.unpacked_size.value_or(row.identity.size)),
                             .sha256 = octets_of_hex(row.unpacked_sha256.value_or(row.sha256.value_or(""))),
                             .evidence = row.evidence.value_or("")};
}

base::result<sink::staged_file> staged_in(const store::file_entry& entry) {
    auto key = model::destination_key::parse(entry.destination_key);
    if (!key) return std::unexpected(std::move(key.error()));
    return sink::staged_file{.key = std::move(*key),
                             .size = static_cast<std::uint64_t>(entry.size),
                             .sha256 = octets_of_hex(entry.sha256),
                             .evidence = entry.evidence};
}

/// A row that somebody staged, and what the destination says of it.
struct asked {
    const store::file* row;
    base::result<sink::staged_file> staged;
    base::result<sink::recovery> found = sink::recovery::lost;
};

class recovering {
  public:
    explicit recovering(run_scope& run) : run_(run) {}

    net::awaitable<void> run() {
        const auto rows = co_await run_.ledger.take_over();
        if (!run_.went_well(rows)) co_return;
        for (const auto& row : *rows)
            if (row.identity.folder_id == run_.order.folder.id) sort_in(row);
        co_await release();
        for (std::size_t at = 0; at < staged_.size() && !run_.fatal; at += group_size)
            co_await ask(std::span{staged_}.subspan(at, std::min(group_size, staged_.size() - at)));
        for (const auto* archive : archives_)
            if (!run_.over()) co_await ask_archive(*archive);
        co_await record(published_);
    }

  private:
    void sort_in(const store::file& row) {
        const auto stage = static_cast<file_stage>(row.state);
        const bool waits = row.next_try && *row.next_try > run_.now();
        switch (next_step(stage, hold::inherited)) {
            case file_step::release:
                released_.push_back(
                    {.id = row.id, .error = "the run ended before the file was here", .next_try = run_.at_once()});
                break;
            case file_step::recover:
                if (waits)
                    run_.look_again_at(std::chrono::ceil<std::chrono::seconds>(*row.next_try));
                else if (row.unpacked == "zip")
                    archives_.push_back(&row);
                else
                    staged_.push_back({.row = &row, .staged = staged_in(row)});
                break;
            case file_step::record:
                published_.push_back(&row);
                break;
            default:
                break;
        }
    }
    net::awaitable<void> release() {
        if (released_.empty()) co_return;
        std::ignore = run_.went_well(co_await run_.ledger.fail(released_));
    }

    net::awaitable<void> ask(std::span<asked> group) {
        co_await net::run_blocking(run_.blocking, [&] {
            for (auto& each : group) {
                if (each.staged)
                    each.found = run_.destination.recover(*each.staged);
                else
                    each.found = std::unexpected(each.staged.error());
            }
            return true;
        });
        std::vector<std::string> there;
        std::vector<const store::file*> rows;
        std::vector<run_ledger::setback> lost, postponed;
        std::vector<const asked*> conflicts;
        for (const auto& each : group) {
            if (each.found && *each.found != sink::recovery::lost) {
                there.push_back(each.row->id);
                rows.push_back(each.row);
            } else if (each.found) {
                lost.push_back({.id = each.row->id,
                                .error = "what was staged is gone; it is fetched again",
                                .next_try = run_.at_once()});
            } else {
                note_failure(each, lost, postponed, conflicts);
            }
        }
        if (!there.empty()) base::crash_point("publishing");
        if (!there.empty() && !run_.went_well(co_await run_.ledger.publish(there))) co_return;
        if (!lost.empty() && !run_.went_well(co_await run_.ledger.fail(lost))) co_return;
        if (!postponed.empty() && !run_.went_well(co_await run_.ledger.postpone(postponed))) co_return;
        if (!conflicts.empty()) base::crash_point("discarding");
        for (const auto* each : conflicts)
            std::ignore =
                co_await net::run_blocking(run_.blocking, [&] { return run_.destination.discard(*each->staged); });
        co_await record(rows);
    }
    void note_failure(const asked& each, std::vector<run_ledger::setback>& failed,
                      std::vector<run_ledger::setback>& postponed, std::vector<const asked*>& conflicts) {
        const auto& why = each.found.error();
        auto setback = failed_row(*each.row, why);
        if (why.code != sink::errc::conflict) {
            postponed.push_back(std::move(setback));
            return;
        }
        failed.push_back(std::move(setback));
        conflicts.push_back(&each);
    }
    run_ledger::setback failed_row(const store::file& row, const base::error& why) {
        ++run_.progress.failed;
        if (!run_.first_setback) run_.first_setback = why;
        if (concerns_all(why)) run_.end(why);
        return run_.setback(row.id, row.identity.path, row.attempts, why);
    }

    /// What the destination says of the files of an archive.
    struct archive_findings {
        std::vector<sink::staged_file> left{};  ///< neither published nor gone
        std::optional<base::error> failure{};
        bool lost = false;
    };
    net::awaitable<void> ask_archive(const store::file& row) {
        const auto entries = co_await run_.ledger.database().read(
            [&](store::transaction& tx) { return store::file_entries::of_file(tx, row.id); });
        if (!run_.went_well(entries)) co_return;
        archive_findings found;
        for (std::size_t at = 0; at < entries->size(); at += group_size)
            if (!co_await ask_entries(row, std::span{*entries}.subspan(at, std::min(group_size, entries->size() - at)),
                                      found))
                co_return;
        if (found.failure && found.failure->code != sink::errc::conflict) {
            std::ignore = run_.went_well(co_await run_.ledger.postpone({failed_row(row, *found.failure)}));
        } else if (found.failure || found.lost) {
            run_ledger::setback again{
                .id = row.id, .error = "what was staged is gone; it is fetched again", .next_try = run_.at_once()};
            if (found.failure) again = failed_row(row, *found.failure);
            if (!run_.went_well(co_await run_.ledger.fail({std::move(again)}))) co_return;
            base::crash_point("discarding");
            co_await net::run_blocking(run_.blocking, [&] {
                for (const auto& each : found.left)
                    std::ignore = run_.destination.discard(each);
                return true;
            });
        } else {
            base::crash_point("publishing");
            if (run_.went_well(co_await run_.ledger.publish({row.id}))) co_await record({&row});
        }
    }
    /// False: the ledger cannot be written.
    net::awaitable<bool> ask_entries(const store::file& row, std::span<const store::file_entry> group,
                                     archive_findings& found) {
        std::vector<std::int64_t> there;
        co_await net::run_blocking(run_.blocking, [&] {
            for (const auto& entry : group)
                if (!entry.published_at && is_there(entry, found)) there.push_back(entry.position);
            return true;
        });
        if (there.empty()) co_return true;
        base::crash_point("entries_publishing");
        const auto noted = co_await run_.ledger.publish_entries(row.id, there);
        if (!run_.went_well(noted) || !*noted) co_return false;
        base::crash_point("entries_published");
        co_return true;
    }
    /// On a thread of the pool.
    bool is_there(const store::file_entry& entry, archive_findings& found) {
        const auto staged = staged_in(entry);
        const auto answer = staged ? run_.destination.recover(*staged) : std::unexpected(staged.error());
        if (answer && *answer != sink::recovery::lost) return true;
        if (answer)
            found.lost = true;
        else if (!found.failure)
            found.failure = answer.error();
        if (staged) found.left.push_back(*staged);
        return false;
    }

    net::awaitable<void> record(const std::vector<const store::file*>& rows) {
        if (rows.empty() || !run_.may_write()) co_return;
        std::vector<std::string> ids;
        for (const auto* row : rows)
            ids.push_back(row->id);
        const bool leaves = std::holds_alternative<model::leave_source>(run_.order.settings.rules.after);
        base::crash_point("recording");
        if (!run_.went_well(
                co_await run_.ledger.record(ids, leaves ? store::post_state::none : store::post_state::pending)))
            co_return;
        base::crash_point("recorded");
        for (const auto* row : rows) {
            ++run_.progress.pulled;
            run_.progress.octets += static_cast<std::uint64_t>(row->identity.size);
        }
    }

    run_scope& run_;
    std::vector<run_ledger::setback> released_{};
    std::vector<asked> staged_{};
    std::vector<const store::file*> archives_{};
    std::vector<const store::file*> published_{};
};

/// Everything that may still be somebody's, by the rows of all connections: several may share a destination.
struct living {
    std::unordered_set<std::string> claims{};  ///< `owning_claim`
    std::unordered_set<std::string> uploads{};
};

living living_in(store::transaction& tx) {
    living found;
    for (const auto& connection : store::connections::list(tx))
        for (const auto& row : store::files::under_way(tx, connection.id)) {
            found.claims.insert(owning_claim({.row = row.id, .fence = static_cast<std::uint64_t>(row.fence)}));
            const auto evidence = row.evidence.value_or("");
            if (const auto claim = sink::claim_in(evidence)) found.claims.insert(owning_claim(*claim));
            if (const auto upload = sink::upload_in(evidence); !upload.empty()) found.uploads.emplace(upload);
        }
    for (const auto& connection : store::connections::list(tx))
        for (const auto& evidence : store::file_entries::evidence_under_way(tx, connection.id)) {
            if (const auto claim = sink::claim_in(evidence)) found.claims.insert(owning_claim(*claim));
            if (const auto upload = sink::upload_in(evidence); !upload.empty()) found.uploads.emplace(upload);
        }
    return found;
}

}  // namespace

net::awaitable<void> recover_folder(run_scope& run) {
    recovering going{run};
    co_await going.run();
}

net::awaitable<void> sweep_destination(run_scope& run) {
    // In this order: what is there by now has its row by then, so that a claim made meanwhile is never taken for dead.
    std::vector<sink::claim> there;
    std::vector<std::string> uploads;
    const auto looked = co_await net::run_blocking(run.blocking, [&] {
        return run.destination.sweep({.claim =
                                          [&](const sink::claim& owner) {
                                              there.push_back(owner);
                                              return true;
                                          },
                                      .upload =
                                          [&](std::string_view id) {
                                              uploads.emplace_back(id);
                                              return true;
                                          }});
    });
    if (!looked || (there.empty() && uploads.empty())) co_return;
    std::unordered_set<std::string> dead;
    const auto alive = co_await run.ledger.database().read([&](store::transaction& tx) {
        auto found = living_in(tx);
        dead.clear();
        for (const auto& owner : there)
            // Parts of rows that this ledger has never had belong to another gateway.
            if (auto text = owning_claim(owner);
                !found.claims.contains(text) && store::files::is_known(tx, row_prefix(owner)))
                dead.insert(std::move(text));
        return found;
    });
    if (!alive || (dead.empty() && uploads.empty())) co_return;
    const std::unordered_set<std::string> seen(uploads.begin(), uploads.end());
    static_cast<void>(co_await net::run_blocking(run.blocking, [&] {
        return run.destination.sweep(
            {.claim = [&](const sink::claim& owner) { return !dead.contains(owning_claim(owner)); },
             .upload =
                 [&](std::string_view id) {
                     const std::string text{id};
                     return !seen.contains(text) || alive->uploads.contains(text);
                 }});
    }));
}

}  // namespace gangway::transfer
