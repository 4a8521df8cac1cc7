#include "testing/pull_fixture.hpp"

#include <gangway/store/files.hpp>

#include <gmock/gmock.h>

// What people change while schedules are followed: when it is seen, and what becomes of work under way.

namespace gangway::transfer {
namespace {

using namespace testing;
using store::run_outcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* each_quarter = R"({"every":"15m"})";

class pull_changes : public pull_fixture {
  protected:
    pull_changes() {
        make_connection("c1");
        make_folder("f1", "c1", each_quarter);
    }
    void begin() {
        service->start();
        settle();
    }
    /// Lets time pass until the first run has begun.
    void begin_first() {
        begin();
        pass(17min);
        ASSERT_EQ(runner.now.size(), 1U);
    }
    void disable() {
        database_does([](store::transaction& tx) {
            auto row = *store::folders::find(tx, "f1");
            row.enabled = false;
            EXPECT_EQ(store::folders::update(tx, row), store::changed::done);
        });
    }
    void pause(bool paused = true) {
        database_does([paused](store::transaction& tx) {
            auto row = *store::connections::find(tx, "c1");
            row.paused = paused;
            EXPECT_EQ(store::connections::update(tx, row), store::changed::done);
        });
    }
    /// A file of f1 that a dead process has staged. Its lease is over.
    void leave_a_file() {
        leave_a_file(database_does([](store::transaction& tx) { return *store::leases::take(tx, "c1", "dead", 1ms); }));
        clock.pass(1s);
    }
    void leave_a_file(const store::lease& held) {
        const store::file_identity what{.folder_id = "f1", .path = "a", .size = 1};
        id_ = store::file_id(what);
        database_does([&](store::transaction& tx) {
            const std::vector<std::string> ids{id_};
            const store::files::fetched_file done[] = {{id_, "aa", "k", id_ + "-1"}};
            EXPECT_TRUE(store::files::discover(tx, held, {&what, 1})[0]);
            EXPECT_TRUE(store::files::stabilise(tx, held, ids)[0]);
            EXPECT_TRUE(store::files::claim(tx, held, "r", ids)[0]);
            EXPECT_TRUE(store::files::fetch(tx, held, done)[0]);
        });
    }
    [[nodiscard]] store::file_state state() {
        return database_does([this](store::transaction& tx) { return store::files::find(tx, id_)->state; });
    }
    void wake() {
        service->wake();
        settle();
    }
    [[nodiscard]] std::string owner() {
        return database_does([](store::transaction& tx) {
            const auto lease = store::leases::find(tx, "c1");
            return lease ? lease->owner : "";
        });
    }
    [[nodiscard]] transfer::removal prepare(const std::string& connection, const std::string& folder) {
        return wait_for(service->prepare_removal(connection, folder));
    }

    std::string id_{};
};

TEST_F(pull_changes, a_pause_after_failures_that_is_ended_is_over_at_once) {
    begin_first();
    end_run(run_outcome::failed);
    EXPECT_EQ(due("f1")->failures, 1);
    database_does([](store::transaction& tx) { store::schedules::end_pauses(tx, "c1"); });
    service->wake();
    settle();
    EXPECT_EQ(runner.began.size(), 2U);
    end_run(run_outcome::failed);
    EXPECT_EQ(due("f1")->failures, 1) << "the pauses begin anew";
}

TEST_F(pull_changes, a_folder_that_is_changed_keeps_the_time_that_it_was_given) {
    begin_first();
    end_run(run_outcome::failed);
    database_does([](store::transaction& tx) {
        auto row = *store::folders::find(tx, "f1");
        row.remote_folder = "elsewhere";
        EXPECT_EQ(store::folders::update(tx, row), store::changed::done);
        store::schedules::end_pause(tx, "f1");
    });
    service->wake();
    settle();
    EXPECT_EQ(runner.began.size(), 2U);
}

TEST_F(pull_changes, what_another_node_has_changed_is_seen_within_seconds) {
    service->start();
    settle();
    make_connection("c2");
    make_folder("f2", "c2", each_quarter);
    EXPECT_FALSE(due("f2"));
    pass(5s);
    EXPECT_TRUE(due("f2"));
    pass(17min);
    ASSERT_EQ(runner.now.size(), 2U);
    while (!runner.now.empty())
        end_run(run_outcome::failed);
    const auto before = runner.began.size();
    database_does([](store::transaction& tx) { store::schedules::end_pauses(tx, "c2"); });
    pass(5s);
    EXPECT_EQ(runner.began.size(), before + 1);
}

TEST_F(pull_changes, a_changed_schedule_counts_at_once) {
    service->start();
    settle();
    auto row = database_does([](store::transaction& tx) { return *store::folders::find(tx, "f1"); });
    row.schedule = R"({"every":"1m"})";
    database_does([&](store::transaction& tx) { EXPECT_EQ(store::folders::update(tx, row), store::changed::done); });
    service->wake();
    settle();
    pass(67s);
    EXPECT_EQ(runner.began.size(), 1U);
    row.schedule = "null";
    row.revision = 2;
    database_does([&](store::transaction& tx) { EXPECT_EQ(store::folders::update(tx, row), store::changed::done); });
    service->wake();
    settle();
    end_run(run_outcome::succeeded);
    EXPECT_FALSE(due("f1"));
}

TEST_F(pull_changes, what_was_left_in_a_folder_that_is_disabled_is_finished_and_nothing_new_is_begun) {
    leave_a_file();
    disable();
    begin();
    // The fake does nothing to the file, so it is asked again with each look.
    ASSERT_THAT(runner.events, ElementsAre("finish f1"));
    EXPECT_EQ(owner(), "");
    EXPECT_THAT(watch.events, IsEmpty());
    EXPECT_TRUE(database_does([](store::transaction& tx) { return store::runs::list(tx, "f1", "", 10); }).empty());
    database_does([](store::transaction& tx) { store::files::give_up(tx, {.folder = "f1"}); });
    pass(17min);
    EXPECT_EQ(runner.events.size(), 1U);
    EXPECT_THAT(runner.began, IsEmpty());
}

TEST_F(pull_changes, a_run_that_a_dead_process_left_open_is_over_where_none_follows_and_goes_on_where_one_may) {
    make_folder("f2", "c1", "null");
    database_does([](store::transaction& tx) {
        for (const char* const folder : {"f1", "f2", "removed"})
            store::runs::start(
                tx, {.id = std::string("run_") + folder, .connection_id = "c1", .folder_id = folder, .node = "dead"});
    });
    disable();
    begin();
    EXPECT_EQ(run_row("run_f1")->outcome, run_outcome::interrupted);
    EXPECT_EQ(run_row("run_f1")->ended_at, clock.now());
    EXPECT_EQ(run_row("run_removed")->outcome, run_outcome::interrupted);
    // Ended by the run that goes on with it.
    EXPECT_THAT(runner.began, ElementsAre("f2"));
    EXPECT_LE(due("f1")->next_due, clock.now());
}

TEST_F(pull_changes, what_was_left_on_a_connection_that_is_paused_is_finished) {
    leave_a_file();
    pause();
    begin();
    EXPECT_THAT(runner.events, ElementsAre("finish f1"));
    EXPECT_THAT(runner.began, IsEmpty());
}

TEST_F(pull_changes, what_was_left_where_runs_go_on_is_left_to_them) {
    leave_a_file();
    make_folder("f2", "c1", each_quarter);
    database_does([](store::transaction& tx) {
        auto row = *store::folders::find(tx, "f2");
        row.enabled = false;
        EXPECT_EQ(store::folders::update(tx, row), store::changed::done);
    });
    begin();
    EXPECT_THAT(runner.events, IsEmpty());
}

TEST_F(pull_changes, what_cannot_be_finished_is_told_and_tried_again_after_a_while) {
    leave_a_file();
    disable();
    runner.refusal = base::error{errc::lease_lost, base::phase::storage, "the disk is away"};
    begin();
    EXPECT_THAT(watch.events, ElementsAre("trouble files left behind: the disk is away"));
    pass(5min);
    EXPECT_EQ(runner.events.size(), 1U);
    pass(6min);
    EXPECT_EQ(runner.events.size(), 2U);
}

TEST_F(pull_changes, a_file_that_waits_for_its_next_try_is_not_finished_before) {
    leave_a_file();
    disable();
    database_does([this](store::transaction& tx) {
        const auto held = *store::leases::take(tx, "c1", "dead", 1ms);
        std::ignore = store::files::take_over(tx, held);
        EXPECT_TRUE(store::files::postpone(tx, held, id_, "full", tx.now() + 10min));
    });
    clock.pass(1s);
    begin();
    EXPECT_THAT(runner.events, IsEmpty());
    pass(11min);
    EXPECT_THAT(runner.events, ElementsAre("finish f1"));
}

TEST_F(pull_changes, a_connection_that_another_node_works_on_is_finished_by_that_node) {
    leave_a_file();
    const auto theirs = database_does(
        [](store::transaction& tx) { return *store::leases::take(tx, "c1", "there", std::chrono::minutes{30}); });
    disable();
    begin();
    pass(1min);
    EXPECT_THAT(runner.events, IsEmpty());
    database_does([&](store::transaction& tx) { EXPECT_TRUE(store::leases::give_back(tx, theirs)); });
    pass(20s);
    EXPECT_THAT(runner.events, ElementsAre("finish f1"));
}

TEST_F(pull_changes, a_removed_folder_has_its_run_ended_and_is_cleared_up_after_it) {
    begin_first();
    leave_a_file(runner.now.front()->order.lease);
    auto what = prepare("", "f1");
    EXPECT_THAT(runner.events, ElementsAre("open f1"));
    database_does([](store::transaction& tx) { EXPECT_EQ(store::folders::remove(tx, "f1", 1), store::changed::done); });
    EXPECT_EQ(state(), store::file_state::abandoned);
    service->removed(std::move(what));
    settle();
    EXPECT_THAT(runner.now, IsEmpty());
    pass(1s);
    EXPECT_THAT(runner.events, ElementsAre("open f1", "tidy f1"));
}

TEST_F(pull_changes, a_removed_connection_has_the_folders_cleared_up_that_had_work) {
    make_folder("f2", "c1", each_quarter);
    leave_a_file();
    begin();
    auto what = prepare("c1", "");
    database_does(
        [](store::transaction& tx) { EXPECT_EQ(store::connections::remove(tx, "c1", 1), store::changed::done); });
    service->removed(std::move(what));
    settle();
    pass(1s);
    EXPECT_THAT(runner.events, ElementsAre("open f1", "tidy f1"));
    EXPECT_EQ(state(), store::file_state::abandoned);
}

TEST_F(pull_changes, a_destination_that_cannot_be_opened_keeps_nobody_from_removing_its_folder) {
    leave_a_file();
    runner.refusal = base::error{errc::lease_lost, base::phase::storage, "the disk is away"};
    auto what = prepare("", "f1");
    EXPECT_THAT(what.places, IsEmpty());
    EXPECT_THAT(watch.events, ElementsAre("trouble files left behind: the disk is away"));
    service->removed(std::move(what));
    settle();
    EXPECT_EQ(watch.events.size(), 1U);
}

}  // namespace
}  // namespace gangway::transfer
