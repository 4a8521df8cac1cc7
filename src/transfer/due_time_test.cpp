#include "due_time.hpp"

#include <gtest/gtest.h>

#include <set>

namespace gangway::transfer {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;

const sys_seconds noon = std::chrono::sys_days{2026y / 1 / 15} + 12h;
const model::fixed_zone utc{};
const model::schedule quarter_hours{model::interval{15min}};

model::schedule daily_at_six() {
    return {model::cron::parse("0 6 * * *").value()};
}

TEST(due_time, jitter_is_the_same_for_a_folder_and_at_most_a_tenth_of_the_interval) {
    std::set<sys_seconds> seen;
    for (const char* const folder : {"fld_a", "fld_b", "fld_c", "fld_d", "fld_e"}) {
        const auto due = next_due({model::interval{1min}}, utc, noon, folder);
        ASSERT_TRUE(due);
        EXPECT_GE(*due, noon + 1min);
        EXPECT_LE(*due, noon + 1min + 6s);
        EXPECT_EQ(due, next_due({model::interval{1min}}, utc, noon, folder));
        seen.insert(*due);
    }
    EXPECT_GT(seen.size(), 1U);
    EXPECT_LE(*next_due(daily_at_six(), utc, noon, "fld_a"), noon + 18h + most_jitter);
}

TEST(due_time, a_moment_before_its_jitter_is_over_is_not_skipped) {
    const auto due = *next_due(daily_at_six(), utc, noon, "fld_a");
    const run_facts early{.started = noon + 17h + 59min, .ended = noon + 18h + 1s};
    EXPECT_EQ(decide_due(daily_at_six(), utc, early, "fld_a").due, due);
}

TEST(due_time, moments_that_passed_during_a_run_make_one_run_that_is_due_at_once) {
    const run_facts slow{.started = noon, .ended = noon + 2h};
    const auto next = decide_due(quarter_hours, utc, slow, "fld_a");
    ASSERT_TRUE(next.due);
    EXPECT_LT(*next.due, slow.ended);
    const run_facts then{.started = slow.ended, .ended = slow.ended + 1s};
    EXPECT_GT(*decide_due(quarter_hours, utc, then, "fld_a").due, then.ended);
}

TEST(due_time, failures_are_tried_again_with_growing_pauses_and_a_success_ends_them) {
    run_facts facts{.how = run_end::failed, .started = noon, .ended = noon};
    auto pause = 0s;
    for (int i = 1; i <= 12; ++i) {
        const auto next = decide_due(daily_at_six(), utc, facts, "fld_a");
        EXPECT_EQ(next.failures, i);
        EXPECT_LE(*next.due - noon, 1h);
        if (i < 7) EXPECT_GT(*next.due - noon, pause / 2);
        pause = *next.due - noon;
        facts.failures = next.failures;
    }
    EXPECT_GE(pause, 30min);
    facts.how = run_end::worked;
    EXPECT_EQ(decide_due(daily_at_six(), utc, facts, "fld_a").failures, 0);
}

TEST(due_time, a_folder_on_request_is_not_tried_again_by_itself) {
    const run_facts failed{.how = run_end::failed, .started = noon, .ended = noon};
    EXPECT_EQ(decide_due(std::nullopt, utc, failed, "f"), (due_decision{.failures = 1}));
    EXPECT_EQ(decide_due(std::nullopt, utc, {.started = noon, .ended = noon}, "f"), due_decision{});
}

TEST(due_time, files_that_are_not_complete_are_looked_at_again_with_growing_pauses) {
    run_facts facts{.started = noon, .ended = noon, .look_again = noon + 2s};
    EXPECT_EQ(decide_due(quarter_hours, utc, facts, "f").due, noon + 2s);
    facts.looks = 4;
    const auto next = decide_due(quarter_hours, utc, facts, "f");
    EXPECT_EQ(next.due, noon + 16s);
    EXPECT_EQ(next.looks, 5U);
    facts.looks = 40;
    EXPECT_EQ(decide_due(quarter_hours, utc, facts, "f").due, noon + longest_look_pause);
    facts.pulled = true;
    EXPECT_EQ(decide_due(quarter_hours, utc, facts, "f").looks, 0U);
}

TEST(due_time, looks_on_request_come_to_an_end) {
    run_facts facts{.started = noon, .ended = noon, .look_again = noon + 2s};
    int looks = 0;
    while (const auto due = decide_due(std::nullopt, utc, facts, "f").due) {
        ASSERT_LE(++looks, 1000);
        facts.looks = decide_due(std::nullopt, utc, facts, "f").looks;
        facts.started = facts.ended = *due;
        facts.look_again = *due + 2s;
    }
    EXPECT_EQ(looks, static_cast<int>(most_looks_on_request));
}

TEST(due_time, the_schedule_comes_first_where_it_is_earlier_than_the_next_look) {
    const run_facts facts{.started = noon, .ended = noon, .look_again = noon + 2h};
    EXPECT_EQ(decide_due(quarter_hours, utc, facts, "f").due, next_due(quarter_hours, utc, noon, "f"));
}

TEST(due_time, what_the_end_of_the_process_cut_off_is_due_at_once_and_what_a_person_ended_is_not) {
    run_facts facts{.how = run_end::cut_off, .started = noon, .ended = noon + 1s, .failures = 2};
    EXPECT_EQ(decide_due(std::nullopt, utc, facts, "f"), (due_decision{.due = noon + 1s, .failures = 2}));
    facts.how = run_end::cancelled;
    EXPECT_GT(*decide_due(quarter_hours, utc, facts, "f").due, noon + 14min);
    EXPECT_EQ(decide_due(std::nullopt, utc, facts, "f").due, std::nullopt);
}

TEST(due_time, f14_a_clock_that_was_set_back_is_noticed) {
    const auto due = *next_due(quarter_hours, utc, noon, "f");
    EXPECT_FALSE(is_too_far(quarter_hours, utc, due, 0, noon, "f"));
    EXPECT_FALSE(is_too_far(quarter_hours, utc, due, 0, noon + 1h, "f"));
    EXPECT_TRUE(is_too_far(quarter_hours, utc, due, 0, noon - 1h, "f"));
    EXPECT_FALSE(is_too_far(quarter_hours, utc, noon + 1h, 9, noon, "f"));
    EXPECT_TRUE(is_too_far(quarter_hours, utc, noon + 1h, 9, noon - 1h, "f"));
}

}  // namespace
}  // namespace gangway::transfer
