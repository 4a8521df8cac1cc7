#include "testing/run_fixture.hpp"

#include <gangway/transfer/errors.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>

#include <thread>

// How a run ends before its time: cancelled, replaced, or with a database that is gone.

namespace gangway::transfer {
namespace {

using store::file_state;
using store::run_outcome;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A database that several processes could open.
struct database_file {
    testing::scratch_folder made{};
    std::filesystem::path place = made.path() / "db";
};

struct folder_run_ends : ::testing::Test, database_file, testing::run_fixture {
    folder_run_ends() : run_fixture(place.string()) {
        settings.rules.order = model::pull_order::name;
        for (int i = 0; i < 20; ++i)
            server.add("/in/f" + std::to_string(100 + i), "octets");
        server.add("/in/large", std::string(3'000'000, 'x'));
    }
    /// Does `what` when `request` comes for the first time.
    void upon(std::string request, std::function<void()> what) {
        server.before = [request = std::move(request), what = std::move(what), done = false](const auto& seen) mutable {
            if (seen == request && !std::exchange(done, true)) what();
            return true;
        };
    }
    void next_run_finishes() {
        server.before = {};
        clock.seconds += 4000;
        EXPECT_EQ(run().run.outcome, run_outcome::succeeded);
        EXPECT_THAT(arrived(), SizeIs(21));
        EXPECT_EQ(parts(), 0);
        for (const auto& each : rows())
            EXPECT_EQ(each.state, file_state::finalised) << each.identity.path;
    }
};

struct cancelled : folder_run_ends, ::testing::WithParamInterface<std::string> {};
TEST_P(cancelled, run_leaves_a_ledger_that_the_next_one_goes_on_from) {
    net::asio::cancellation_signal stop;
    upon(GetParam(), [&] { net::asio::post(context, [&] { stop.emit(net::asio::cancellation_type::terminal); }); });
    progress = std::make_unique<run_progress>();
    const auto done = wait(runner->run(order(), *progress), &stop);
    EXPECT_EQ(done.run.outcome, run_outcome::interrupted) << done.run.error;
    EXPECT_FALSE(done.failure);
    EXPECT_EQ(arrived().size(), static_cast<std::size_t>(done.run.pulled));
    for (const auto& each : rows()) {
        EXPECT_NE(each.state, file_state::claimed) << each.identity.path;
        EXPECT_NE(each.state, file_state::fetched) << each.identity.path;
    }
    next_run_finishes();
}
INSTANTIATE_TEST_SUITE_P(while_it, cancelled,
                         ::testing::Values("OPENDIR /in", "OPEN /in/f100", "READ /in/f110", "OPEN /in/large",
                                           "READ /in/large"));

struct replaced : folder_run_ends, ::testing::WithParamInterface<std::string> {};
TEST_P(replaced, run_stops_and_writes_nothing_more) {
    std::vector<store::file> then;
    std::size_t seen = 0;
    upon(GetParam(), [&] {
        // Another node takes over, on another thread, as long as this one is busy.
        std::thread{[&] {
            auto other = store::async_database::open({.where = place.string()}, clock, {}).value();
            net::asio::io_context io;
            net::asio::co_spawn(
                io,
                [&]() -> net::awaitable<void> {
                    const auto held = co_await other->write([&](store::transaction& tx) {
                        const auto mine = store::leases::find(tx, "con_1");
                        std::ignore = store::leases::give_back(tx, *mine);
                        const auto lease =
                            *store::leases::take(tx, "con_1", "other", std::chrono::milliseconds{60'000});
                        then = store::files::list(tx, "fld_1", "", 1000);
                        return lease;
                    });
                    EXPECT_TRUE(held);
                },
                net::asio::detached);
            io.run();
        }}.join();
        seen = arrived().size();
    });
    const auto done = run();
    ASSERT_TRUE(done.failure);
    EXPECT_EQ(done.failure->code, errc::lease_lost) << done.run.error;
    EXPECT_EQ(rows(), then);
    EXPECT_EQ(arrived().size(), seen);
    next_run_finishes();
}
INSTANTIATE_TEST_SUITE_P(while_it, replaced,
                         ::testing::Values("OPENDIR /in", "OPEN /in/f100", "READ /in/f110", "OPEN /in/large",
                                           "READ /in/large"));

TEST_F(folder_run_ends, files_of_other_folders_are_left_for_their_runs) {
    run();
    const auto held = take_lease();
    write([&](store::transaction& tx) {
        auto other = folder;
        other.id = "fld_2";
        other.name = "other";
        store::folders::create(tx, other);
        const std::vector seen{store::file_identity{.folder_id = "fld_2", .path = "x", .size = 1, .mtime = 1}};
        std::ignore = store::files::discover(tx, held, seen);
        const std::vector ids{store::file_id(seen[0])};
        std::ignore = store::files::stabilise(tx, held, ids);
        std::ignore = store::files::claim(tx, held, "run_x", ids);
    });
    EXPECT_EQ(run().run.outcome, run_outcome::succeeded);
    const auto other = write([](store::transaction& tx) { return store::files::list(tx, "fld_2", "", 10); });
    ASSERT_THAT(other, SizeIs(1));
    EXPECT_EQ(other[0].state, file_state::claimed);
}

TEST_F(folder_run_ends, parts_of_nobody_are_swept_and_those_of_others_kept) {
    run();
    const auto id = row("f100").id;
    const auto part = [&](const std::string& row, int fence) {
        const auto path = pulled_path / ".gangway" / (row + "-" + std::to_string(fence) + ".part");
        std::ofstream{path} << "left over";
        return path;
    };
    const auto dead = part(id, 1), foreign = part(std::string(64, 'a'), 1);
    run();
    EXPECT_FALSE(std::filesystem::exists(dead));
    EXPECT_TRUE(std::filesystem::exists(foreign)) << "of a row that this ledger has never had";
}

}  // namespace
}  // namespace gangway::transfer
