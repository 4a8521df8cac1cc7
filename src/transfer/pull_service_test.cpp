#include "testing/pull_fixture.hpp"

#include <gangway/remote/errors.hpp>
#include <gangway/store/files.hpp>

#include <algorithm>

namespace gangway::transfer {
namespace {

using namespace testing;
using store::run_outcome;

constexpr const char* each_quarter = R"({"every":"15m"})";

class pull_service_test : public pull_fixture {
  protected:
    pull_service_test() {
        make_connection("c1");
        make_folder("f1", "c1", each_quarter);
    }
    /// Lets time pass until the first run has begun.
    void begin_first() {
        service->start();
        settle();
        pass(17min);
        ASSERT_EQ(runner.now.size(), 1U);
    }
    [[nodiscard]] std::string first_id() const { return runner.now.front()->order.run.id; }
    [[nodiscard]] auto run_now(const std::string& folder) {
        return wait_for(service->run_now(folder, store::run_cause::manual, "token ops"));
    }
    [[nodiscard]] std::vector<store::audit_entry> audit() {
        return database_does([](store::transaction& tx) { return store::audit::list(tx, "", 0, 10); });
    }
};

TEST_F(pull_service_test, a_folder_is_pulled_when_its_schedule_says) {
    service->start();
    settle();
    const auto first = due("f1");
    ASSERT_TRUE(first);
    EXPECT_TRUE(runner.now.empty());
    pass(std::chrono::ceil<std::chrono::seconds>(first->next_due - clock.now()) - 1s);
    EXPECT_TRUE(runner.now.empty());
    pass(1s);
    ASSERT_EQ(runner.now.size(), 1U);
    const auto& order = runner.now.front()->order;
    EXPECT_EQ(order.run.node, "here");
    EXPECT_EQ(order.run.fence, order.lease.fence);
    EXPECT_EQ(order.connection.id, "c1");
    EXPECT_EQ(run_row(order.run.id)->outcome, run_outcome::running);
    const auto id = order.run.id;
    end_run(run_outcome::succeeded, [](run_result& result) { result.run.pulled = 3; });
    EXPECT_EQ(run_row(id)->outcome, run_outcome::succeeded);
    EXPECT_EQ(run_row(id)->pulled, 3);
    EXPECT_GT(due("f1")->next_due, first->next_due + 14min);
    EXPECT_EQ(watch.events, (std::vector<std::string>{"started f1", "ended f1 succeeded"}));
    EXPECT_EQ(service->statistics().files, 3U);
    EXPECT_EQ(service->statistics().last_success.size(), 1U);
}

TEST_F(pull_service_test, the_history_has_the_code_and_the_phase_of_what_went_wrong) {
    begin_first();
    const auto id = first_id();
    const base::error why{remote::errc::no_such_connection, base::phase::auth, "whatever"};
    end_run(run_outcome::failed, [&](run_result& result) { result.failure = why; });
    EXPECT_EQ(run_row(id)->code, why.code.category().name());
    EXPECT_EQ(run_row(id)->phase, "auth");
    const auto second = *run_now("f1");
    settle();
    end_run(run_outcome::partial, [&](run_result& result) { result.setback = why; });
    EXPECT_EQ(run_row(second)->phase, "auth");
    const auto third = *run_now("f1");
    settle();
    end_run(run_outcome::succeeded);
    EXPECT_EQ(run_row(third)->code + run_row(third)->phase, "");
}

TEST_F(pull_service_test, f18_folders_of_one_connection_are_pulled_one_after_the_other) {
    make_folder("f2", "c1", each_quarter);
    make_connection("c2");
    make_folder("f3", "c2", each_quarter);
    service->start();
    settle();
    pass(17min);
    ASSERT_EQ(runner.now.size(), 2U);
    EXPECT_NE(runner.now[0]->order.connection.id, runner.now[1]->order.connection.id);
    EXPECT_EQ(service->statistics().waiting, 1U);
    while (!runner.now.empty())
        end_run(run_outcome::succeeded);
    EXPECT_EQ(runner.began.size(), 3U);
}

TEST_F(pull_service_test, only_so_many_connections_are_worked_on_at_a_time) {
    for (const char* const id : {"c2", "c3"}) {
        make_connection(id);
        make_folder(std::string("f-") + id, id, each_quarter);
    }
    service->start();
    settle();
    pass(17min);
    EXPECT_EQ(runner.now.size(), 2U);
    end_run(run_outcome::succeeded);
    EXPECT_EQ(runner.now.size(), 2U);
    EXPECT_EQ(runner.began.size(), 3U);
}

TEST_F(pull_service_test, somebody_may_ask_for_a_run_which_is_audited_and_made_once) {
    service->start();
    settle();
    const auto asked = run_now("f1");
    ASSERT_TRUE(asked);
    settle();
    ASSERT_EQ(runner.now.size(), 1U);
    EXPECT_EQ(first_id(), *asked);
    EXPECT_EQ(runner.now.front()->order.run.cause, store::run_cause::manual);
    const auto again = run_now("f1");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, errc::already_running);
    EXPECT_EQ(again.error().fact_named("run"), *asked);
    ASSERT_EQ(audit().size(), 1U);
    EXPECT_EQ(audit()[0].actor, "token ops");
    EXPECT_EQ(audit()[0].action, "folder.run");
    EXPECT_EQ(audit()[0].subject, "f1");
}

TEST_F(pull_service_test, nobody_runs_what_is_not_there_or_paused) {
    EXPECT_EQ(run_now("f9").error().code, errc::no_such_folder);
    auto row = connection_row("c1");
    row.paused = true;
    database_does(
        [&](store::transaction& tx) { EXPECT_EQ(store::connections::update(tx, row), store::changed::done); });
    EXPECT_EQ(run_now("f1").error().code, remote::errc::connection_paused);
    service->start();
    settle();
    pass(17min);
    EXPECT_TRUE(runner.began.empty());
    row.paused = false;
    row.revision = 2;
    database_does(
        [&](store::transaction& tx) { EXPECT_EQ(store::connections::update(tx, row), store::changed::done); });
    service->wake();
    settle();
    EXPECT_EQ(runner.began.size(), 1U);
}

TEST_F(pull_service_test, progress_is_told_while_a_run_goes_on) {
    begin_first();
    runner.now.front()->progress->pulled = 7;
    const auto id = first_id();
    const auto seen = service->progress(id);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->pulled, 7U);
    EXPECT_EQ(seen->folder_id, "f1");
    EXPECT_TRUE(seen->started_at);
    end_run(run_outcome::succeeded);
    EXPECT_FALSE(service->progress(id));
}

TEST_F(pull_service_test, a_cancelled_run_ends_and_is_not_begun_again_at_once) {
    begin_first();
    const auto id = first_id();
    EXPECT_TRUE(service->cancel(id));
    settle();
    EXPECT_TRUE(runner.now.empty());
    EXPECT_EQ(run_row(id)->outcome, run_outcome::interrupted);
    EXPECT_GT(due("f1")->next_due, clock.now() + 10min);
    EXPECT_FALSE(service->cancel(id));
}

TEST_F(pull_service_test, a_run_that_waits_can_be_cancelled) {
    make_folder("f2", "c1", "null");
    begin_first();
    const auto waiting = run_now("f2");
    ASSERT_TRUE(waiting);
    settle();
    EXPECT_FALSE(service->progress(*waiting)->started_at);
    EXPECT_TRUE(service->cancel(*waiting));
    settle();
    end_run(run_outcome::succeeded);
    EXPECT_EQ(runner.began, std::vector<std::string>{"f1"});
}

TEST_F(pull_service_test, failures_wait_longer_and_longer_and_show_in_the_health) {
    begin_first();
    const auto fail = [](run_result& result) { result.run.error = "LIST failed: NO_SUCH_FILE"; };
    end_run(run_outcome::failed, fail);
    EXPECT_EQ(due("f1")->failures, 1);
    EXPECT_EQ(connection_row("c1").health, store::health::failing);
    EXPECT_EQ(connection_row("c1").health_reason, "LIST failed: NO_SUCH_FILE");
    pass(1min);
    end_run(run_outcome::failed, fail);
    EXPECT_EQ(due("f1")->failures, 2);
    EXPECT_GE(due("f1")->next_due - clock.now(), 1min);
    pass(2min);
    end_run(run_outcome::succeeded);
    EXPECT_EQ(due("f1")->failures, 0);
    EXPECT_EQ(connection_row("c1").health, store::health::healthy);
}

TEST_F(pull_service_test, a_quarantine_is_not_called_anything_else) {
    begin_first();
    const auto set = [&](store::health what) {
        database_does([&](store::transaction& tx) { store::connections::set_health(tx, "c1", what, "seen"); });
    };
    set(store::health::host_key_mismatch);
    end_run(run_outcome::failed);
    EXPECT_EQ(connection_row("c1").health, store::health::host_key_mismatch);
}

TEST_F(pull_service_test, files_that_are_not_complete_are_looked_at_again_soon) {
    begin_first();
    end_run(run_outcome::succeeded, [&](run_result& result) { result.look_again = clock.now() + 2s; });
    pass(1s);
    EXPECT_EQ(runner.began.size(), 1U);
    pass(1s);
    EXPECT_EQ(runner.began.size(), 2U);
}

TEST_F(pull_service_test, a_file_is_pulled_again_on_request) {
    begin_first();
    const store::file_identity what{.folder_id = "f1", .path = "a", .size = 1};
    const std::vector<std::string> ids{store::file_id(what)};
    const auto held = runner.now.front()->order.lease;
    database_does([&](store::transaction& tx) {
        const store::files::fetched_file done[] = {{ids[0], "aa", "k"}};
        EXPECT_TRUE(store::files::discover(tx, held, {&what, 1})[0]);
        EXPECT_TRUE(store::files::stabilise(tx, held, ids)[0]);
        EXPECT_TRUE(store::files::claim(tx, held, "r", ids)[0]);
        EXPECT_TRUE(store::files::fetch(tx, held, done)[0]);
        EXPECT_TRUE(store::files::publish(tx, held, ids)[0]);
    });
    EXPECT_EQ(wait_for(service->pull_again("nothing", "me")).error().code, errc::no_such_file);
    const auto row = wait_for(service->pull_again(ids[0], "me"));
    ASSERT_TRUE(row);
    EXPECT_NE(*row, ids[0]);
    EXPECT_EQ(audit()[0].action, "file.pull_again");
    EXPECT_EQ(runner.began.size(), 1U);
    end_run(run_outcome::succeeded);
    ASSERT_EQ(runner.began.size(), 2U);
    EXPECT_EQ(runner.now.front()->order.run.cause, store::run_cause::repull);
}

TEST_F(pull_service_test, a_dry_run_needs_no_lease) {
    begin_first();
    const auto found = wait_for(service->dry_run("f1"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->files.at(0).path, "c1/f1");
    EXPECT_EQ(wait_for(service->dry_run("f9")).error().code, errc::no_such_folder);
}

TEST_F(pull_service_test, a_lease_is_kept_for_as_long_as_the_run_takes) {
    begin_first();
    for (int i = 0; i < 20; ++i)
        pass(20s);
    ASSERT_EQ(runner.now.size(), 1U);
    const auto lease = database_does([](store::transaction& tx) { return *store::leases::find(tx, "c1"); });
    EXPECT_EQ(lease.fence, runner.now.front()->order.lease.fence);
    EXPECT_GT(lease.expires_at, clock.now() + 30s);
    end_run(run_outcome::succeeded);
    EXPECT_EQ(database_does([](store::transaction& tx) { return store::leases::find(tx, "c1")->owner; }), "");
}

TEST_F(pull_service_test, f14_a_sleeper_that_wakes_up_after_its_lease_ends_its_run) {
    begin_first();
    const auto id = first_id();
    pass(61s);
    EXPECT_EQ(run_row(id)->outcome, run_outcome::interrupted);
    // And goes on with a new lease.
    ASSERT_EQ(runner.now.size(), 1U);
    EXPECT_NE(first_id(), id);
}

TEST_F(pull_service_test, f14_a_wall_clock_that_jumps_ends_no_run) {
    begin_first();
    clock.set_wall(clock.now() + 1h);
    pass(20s);
    EXPECT_EQ(runner.now.size(), 1U);
    clock.set_wall(clock.now() - 2h);
    pass(20s);
    EXPECT_EQ(runner.now.size(), 1U);
}

TEST_F(pull_service_test, f14_a_clock_that_is_set_back_neither_stops_nor_repeats_a_schedule) {
    begin_first();
    end_run(run_outcome::succeeded);
    clock.set_wall(clock.now() - 5h);
    pass(30s);
    EXPECT_EQ(watch.events.back(), "rescheduled f1");
    for (int i = 0; i < 65; ++i) {
        pass(1min);
        if (!runner.now.empty()) end_run(run_outcome::succeeded);
    }
    EXPECT_GE(runner.began.size(), 5U);
    EXPECT_LE(runner.began.size(), 6U);
}

TEST_F(pull_service_test, f14_a_clock_that_is_set_forward_makes_one_run_of_many) {
    service->start();
    settle();
    clock.set_wall(clock.now() + 72h);
    pass(30s);
    ASSERT_EQ(runner.now.size(), 1U);
    end_run(run_outcome::succeeded);
    pass(30s);
    EXPECT_EQ(runner.began.size(), 1U);
}

TEST_F(pull_service_test, f3_a_connection_that_another_node_works_on_waits) {
    const auto theirs = database_does(
        [](store::transaction& tx) { return *store::leases::take(tx, "c1", "there", std::chrono::minutes{30}); });
    service->start();
    settle();
    pass(17min);
    EXPECT_TRUE(runner.began.empty());
    database_does([&](store::transaction& tx) { EXPECT_TRUE(store::leases::give_back(tx, theirs)); });
    pass(20s);
    EXPECT_EQ(runner.began.size(), 1U);
}

TEST_F(pull_service_test, f3_what_another_node_has_pulled_meanwhile_is_not_pulled_again) {
    const auto theirs = database_does(
        [](store::transaction& tx) { return *store::leases::take(tx, "c1", "there", std::chrono::minutes{30}); });
    service->start();
    settle();
    pass(17min);
    database_does([&](store::transaction& tx) {
        store::schedules::set(tx, "f1", clock.now() + 10min, 0);
        EXPECT_TRUE(store::leases::give_back(tx, theirs));
    });
    pass(20s);
    EXPECT_TRUE(runner.began.empty());
    EXPECT_EQ(service->statistics().waiting, 0U);
}

TEST_F(pull_service_test, f3_a_run_whose_lease_was_taken_ends_and_changes_nothing) {
    begin_first();
    const auto id = first_id();
    clock.set_wall(clock.now() + 1h);  // by the clock of the others
    database_does([](store::transaction& tx) {
        EXPECT_TRUE(store::leases::take(tx, "c1", "there", std::chrono::minutes{30}));
        store::schedules::set(tx, "f1", store::timestamp{1s}, 7);
    });
    pass(20s);
    EXPECT_TRUE(runner.now.empty());
    EXPECT_EQ(run_row(id)->outcome, run_outcome::interrupted);
    EXPECT_EQ(due("f1")->failures, 7);
    EXPECT_EQ(database_does([](store::transaction& tx) { return store::leases::find(tx, "c1")->owner; }), "there");
}

TEST_F(pull_service_test, stopping_cancels_what_goes_on_gives_leases_back_and_leaves_it_due) {
    make_folder("f2", "c1", "null");
    begin_first();
    const auto id = first_id();
    EXPECT_TRUE(run_now("f2"));
    stop();
    EXPECT_EQ(run_row(id)->outcome, run_outcome::interrupted);
    EXPECT_EQ(database_does([](store::transaction& tx) { return store::leases::find(tx, "c1")->owner; }), "");
    EXPECT_LE(due("f1")->next_due, clock.now() + 1s);
    EXPECT_EQ(runner.began, std::vector<std::string>{"f1"});
}

TEST_F(pull_service_test, what_a_killed_process_left_open_is_ended_and_pulled_at_once) {
    make_folder("f2", "c1", "null");
    database_does([](store::transaction& tx) {
        const auto held = store::leases::take(tx, "c1", "here", std::chrono::minutes{30});
        store::runs::start(tx, {.id = "run_dead",
                                .connection_id = "c1",
                                .folder_id = "f2",
                                .cause = store::run_cause::manual,
                                .node = "here",
                                .fence = held->fence});
    });
    service->start();
    settle();
    ASSERT_EQ(runner.began, std::vector<std::string>{"f2"});
    EXPECT_EQ(run_row("run_dead")->outcome, run_outcome::interrupted);
    end_run(run_outcome::succeeded);
    EXPECT_FALSE(due("f2"));
}

TEST_F(pull_service_test, a_folder_whose_settings_cannot_be_read_fails_by_name) {
    database_does([&](store::transaction& tx) {
        auto row = *store::folders::find(tx, "f1");
        row.rules = "no JSON";
        EXPECT_EQ(store::folders::update(tx, row), store::changed::done);
    });
    const auto id = run_now("f1");
    ASSERT_TRUE(id);
    service->start();
    settle();
    EXPECT_TRUE(runner.began.empty());
    EXPECT_EQ(run_row(*id)->outcome, run_outcome::failed);
    EXPECT_NE(run_row(*id)->error, "");
}

TEST_F(pull_service_test, an_expected_file_that_does_not_come_is_told_once_for_each_deadline) {
    make_folder("f2", "c1", "null", R"({"like":"orders-*.csv","every":"1h"})");
    service->start();
    settle();
    pass(30s);
    for (int i = 0; i < 4 * 30; ++i) {
        pass(1min);
        while (!runner.now.empty())
            end_run(run_outcome::succeeded);
    }
    EXPECT_EQ(std::ranges::count(watch.events, "missing f2 orders-*.csv"), 2);
    EXPECT_EQ(service->statistics().missing_files, 2U);
}

TEST_F(pull_service_test, a_service_that_looks_no_more_is_not_alive) {
    EXPECT_TRUE(service->is_alive());
    clock.pass(4min);
    EXPECT_FALSE(service->is_alive());
    service->start();
    settle();
    EXPECT_TRUE(service->is_alive());
}

}  // namespace
}  // namespace gangway::transfer
