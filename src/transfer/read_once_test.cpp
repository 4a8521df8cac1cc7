#include <gangway/transfer/read_once.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace gangway::transfer {
namespace {

TEST(next_step, own_work_goes_on_and_inherited_work_is_checked) {
    using enum file_stage;
    EXPECT_EQ(next_step(claimed, hold::own), file_step::fetch);
    EXPECT_EQ(next_step(claimed, hold::inherited), file_step::release);
    EXPECT_EQ(next_step(fetched, hold::own), file_step::publish);
    EXPECT_EQ(next_step(fetched, hold::inherited), file_step::recover);
    for (const auto how : {hold::own, hold::inherited}) {
        EXPECT_EQ(next_step(discovered, how), file_step::none);
        EXPECT_EQ(next_step(stable, how), file_step::claim);
        EXPECT_EQ(next_step(published, how), file_step::record);
        EXPECT_EQ(next_step(recorded, how), file_step::finish);
        EXPECT_EQ(next_step(finalised, how), file_step::none);
        EXPECT_EQ(next_step(abandoned, how), file_step::none);
    }
}

TEST(stage_after, every_step_moves_on_when_done_and_never_skips) {
    for (int stage = 0; stage <= static_cast<int>(file_stage::recorded); ++stage) {
        const auto from = static_cast<file_stage>(stage);
        const auto step = next_step(from, hold::own);
        if (step == file_step::none) continue;
        EXPECT_EQ(stage_after(step, step_outcome::done), static_cast<file_stage>(stage + 1)) << stage;
    }
}

TEST(stage_after, failed_publication_stays_fetched_because_it_may_have_worked) {
    EXPECT_EQ(stage_after(file_step::publish, step_outcome::later), file_stage::fetched);
    EXPECT_EQ(stage_after(file_step::recover, step_outcome::later), file_stage::fetched);
    EXPECT_EQ(stage_after(file_step::recover, step_outcome::lost), file_stage::stable);
    EXPECT_EQ(stage_after(file_step::fetch, step_outcome::later), file_stage::stable);
    EXPECT_EQ(stage_after(file_step::fetch, step_outcome::refused), file_stage::abandoned);
}

TEST(stage_after, once_published_nothing_leads_back) {
    for (const auto step : {file_step::record, file_step::finish})
        for (const auto outcome : {step_outcome::done, step_outcome::lost, step_outcome::later, step_outcome::refused})
            if (const auto stage = stage_after(step, outcome)) EXPECT_GE(*stage, file_stage::published);
    for (const auto step : {file_step::none, file_step::claim, file_step::fetch, file_step::publish, file_step::record})
        EXPECT_FALSE(stage_after(step, step_outcome::lost));
    EXPECT_FALSE(stage_after(file_step::none, step_outcome::done));
}

TEST(judge_source, only_the_version_that_was_pulled_is_touched) {
    const source_look pulled{10, 100};
    EXPECT_EQ(judge_source(pulled, source_look{10, 100}), source_finding::same);
    EXPECT_EQ(judge_source(pulled, source_look{11, 100}), source_finding::changed);
    EXPECT_EQ(judge_source(pulled, source_look{10, 101}), source_finding::changed);
    EXPECT_EQ(judge_source(pulled, std::nullopt), source_finding::gone);
    EXPECT_EQ(judge_source(pulled, source_look{10, {}}), source_finding::same);
    EXPECT_EQ(judge_source({10, {}}, source_look{10, 5}), source_finding::same);
    EXPECT_EQ(judge_source({10, {}}, source_look{11, 5}), source_finding::changed);
}

/// A process at work on the row: which effect of which step comes next.
struct worker {
    int fence = 0;
    file_stage stage = file_stage::stable;  ///< as it knows it
    hold how = hold::inherited;
    int effect = 0;  ///< of the step that it is in
    step_outcome outcome = step_outcome::done;
    int staged_as = 0;  ///< the evidence that it found
    friend auto operator<=>(const worker&, const worker&) = default;
};

/// The ledger, a destination and a source, as small as they can be.
struct world {
    file_stage ledger = file_stage::stable;
    int ledger_fence = 0;
    int evidence = 0;            ///< under which fence it was staged; 0: not known
    std::set<int> staged{};      ///< complete temporary files, by fence
    std::set<int> unfinished{};  ///< others
    bool visible = false;
    int publications = 0;
    bool taken = false;  ///< a reader has taken the published file away
    bool source = true;
    bool proof = true;  ///< a staged file that is gone proves that it was published (a local folder)
    int crashes = 0;
    std::vector<worker> workers{};  ///< the last one is the owner; one before it is a slow one that was replaced
    friend auto operator<=>(const world&, const world&) = default;
};

/// Goes through every order of effects, crashes, pauses and readers.
class explorer {
  public:
    explicit explorer(bool proof) {
        world start;
        start.proof = proof;
        start_worker(start);
        visit(start);
    }
    std::size_t ends = 0;
    std::size_t repeated = 0;  ///< ends with more than one publication

  private:
    static void start_worker(world& now) {
        now.workers.push_back(
            {.fence = now.ledger_fence + 1, .stage = now.ledger, .how = hold::inherited, .staged_as = now.evidence});
        now.ledger_fence += 1;  // the lease
    }
    static bool commit(world& now, worker& by, file_stage next) {
        if (by.fence != now.ledger_fence) return false;
        now.ledger = next;
        by.stage = next;
        by.how = hold::own;
        by.effect = 0;
        by.outcome = step_outcome::done;
        return true;
    }
    static void publish(world& now, worker& by, int fence) {
        if (now.staged.erase(fence) == 0) {
            by.outcome = step_outcome::lost;
            return;
        }
        if (now.visible) return;  // the same content is adopted
        now.visible = true;
        ++now.publications;
    }
    static void recover(world& now, worker& by) {
        if (now.staged.contains(by.staged_as)) return publish(now, by, by.staged_as);
        const bool there = now.visible || now.proof;
        by.outcome = there ? step_outcome::done : step_outcome::lost;
    }
    /// The effects of a step before its transaction, in their order; false: there is none of that number.
    static bool carry_out(world& now, worker& by, file_step step) {
        if (step == file_step::fetch && by.effect == 0) return now.unfinished.insert(by.fence).second;
        if (step == file_step::fetch && by.effect == 1) {
            now.unfinished.erase(by.fence);
            return now.staged.insert(by.fence).second;
        }
        if (by.effect != 0) return false;
        if (step == file_step::publish) return publish(now, by, by.fence), true;
        if (step == file_step::recover) return recover(now, by), true;
        if (step == file_step::finish) return now.source = false, true;
        return false;
    }
    /// One effect or one transaction of a worker; false: it has nothing left to do.
    static bool advance(world& now, worker& by) {
        const auto step = next_step(by.stage, by.how);
        if (step == file_step::none) return false;
        if (carry_out(now, by, step)) {
            ++by.effect;
            return true;
        }
        // Its staged file was taken from under it: it is no longer the owner.
        if (step == file_step::publish && by.outcome == step_outcome::lost) return false;
        const auto next = stage_after(step, by.outcome);
        EXPECT_TRUE(next);
        if (!commit(now, by, *next)) return false;
        if (step == file_step::fetch) now.evidence = by.fence;
        return true;
    }

    void visit(const world& now) {
        if (!seen_.insert(now).second) return;
        ASSERT_LE(now.workers.size(), 2U);
        bool over = true;
        for (std::size_t i = 0; i < now.workers.size(); ++i) {
            auto next = now;
            const bool moved = advance(next, next.workers[i]);
            if (moved) {
                over = false;
            } else if (i + 1 < now.workers.size()) {
                next.workers.erase(next.workers.begin());  // the slow one has noticed
                over = false;
            } else {
                continue;
            }
            visit(next);
        }
        if (over) check(now);
        if (now.visible && !now.taken) {
            auto next = now;
            next.visible = false;
            next.taken = true;
            visit(next);
        }
        if (now.crashes == 3 || now.ledger == file_stage::finalised) return;
        auto killed = now;
        killed.crashes += 1;
        // Where there is no proof, what was staged may have been in memory.
        if (!killed.proof) killed.staged.erase(killed.workers.back().fence);
        killed.workers.pop_back();
        start_worker(killed);
        visit(killed);
        if (now.workers.size() == 2) return;
        auto slow = now;
        slow.crashes += 1;
        start_worker(slow);
        visit(slow);
    }

    void check(const world& now) {
        ++ends;
        EXPECT_EQ(now.ledger, file_stage::finalised);
        EXPECT_GE(now.publications, 1) << "lost";
        EXPECT_TRUE(now.visible || now.taken) << "lost";
        EXPECT_FALSE(now.source);
        if (now.publications == 1) return;
        ++repeated;
        EXPECT_TRUE(now.taken && !now.proof) << "repeated";
    }

    std::set<world> seen_{};
};

TEST(read_once, killed_or_paused_anywhere_a_file_is_published_exactly_once) {
    const explorer all{true};
    EXPECT_GT(all.ends, 100U);
    EXPECT_EQ(all.repeated, 0U);
}

TEST(read_once, without_proof_only_a_file_that_was_taken_at_once_is_repeated_and_none_is_lost) {
    const explorer all{false};
    EXPECT_GT(all.ends, 100U);
    EXPECT_GT(all.repeated, 0U);
}

}  // namespace
}  // namespace gangway::transfer
