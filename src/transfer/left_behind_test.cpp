#include "testing/packed.hpp"
#include "testing/run_fixture.hpp"

#include <gangway/base/crash_point.hpp>

#include <gmock/gmock.h>

#include <csignal>
#include <cstring>
#include <map>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

// What a process that was killed has left at the destination of a folder that gets no new runs: because it is at rest,
// or because it is removed.

namespace gangway::transfer {
namespace {

using store::file_state;
using ::testing::ElementsAre;

const char* fatal_label = nullptr;

void die_here(const char* label) {
    if (std::strcmp(label, fatal_label) == 0) ::raise(SIGKILL);
}

/// A world that outlives the process which is killed: database and destination are on disk, the server is made anew.
struct world : testing::run_fixture {
    world(const std::filesystem::path& place, model::unpacking how)
        : run_fixture((place / "db").string(), place / "pulled") {
        settings.rules.unpack = how;
        for (const std::string name : {"a", "b", "c"}) {
            wanted[name] = name == "b" ? std::string(2'500'000, 'b') : "content of " + name;
            const bool packed = how == model::unpacking::gzip;
            server.add("/in/" + name + (packed ? ".gz" : ""),
                       packed ? testing::stored_gzip(wanted[name]) : wanted[name]);
        }
    }
    /// What is visible is whole, and there once.
    void expect_whole() {
        for (const auto& key : arrived())
            EXPECT_EQ(content(key), wanted.at(key)) << key;
    }
    std::set<file_state> states() {
        std::set<file_state> all;
        for (const auto& row : rows())
            all.insert(row.state);
        return all;
    }
    std::map<std::string, std::string> wanted{};
};

struct left_behind : ::testing::TestWithParam<std::tuple<model::unpacking, std::string>> {
    left_behind() {
        std::filesystem::create_directory(place.path() / "pulled");
        const auto& [how, label] = GetParam();
        const auto child = ::fork();
        if (child == 0) {
            fatal_label = label.c_str();
            base::install_crash_hook(&die_here);
            world doomed{place.path(), how};
            doomed.run();
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "nothing passes " << label;
    }
    static bool is_under_way(file_state state) {
        return state == file_state::claimed || state == file_state::fetched || state == file_state::published;
    }

    testing::scratch_folder place;
};

TEST_P(left_behind, at_rest_it_is_published_or_given_back_without_the_server) {
    world next{place.path(), std::get<0>(GetParam())};
    const auto known = next.rows().size();
    const auto done = next.wait(next.runner->finish(next.order()));
    EXPECT_FALSE(done.why()) << done.run.error;
    EXPECT_EQ(next.sessions.acquired, 0);
    EXPECT_EQ(next.rows().size(), known);
    next.expect_whole();
    EXPECT_EQ(next.parts(), 0);
    for (const auto state : next.states())
        EXPECT_FALSE(is_under_way(state));
    // What came stays as it is, and the rest comes with the next run.
    std::map<std::string, std::filesystem::file_time_type> before;
    for (const auto& key : next.arrived())
        before[key] = std::filesystem::last_write_time(next.pulled_path / key);
    next.clock.seconds += 10;
    EXPECT_FALSE(next.run().why());
    EXPECT_THAT(next.arrived(), ElementsAre("a", "b", "c"));
    next.expect_whole();
    for (const auto& [key, when] : before)
        EXPECT_EQ(std::filesystem::last_write_time(next.pulled_path / key), when) << key;
}

TEST_P(left_behind, in_a_removed_folder_it_is_cleared_up_and_what_is_visible_stays) {
    world next{place.path(), std::get<0>(GetParam())};
    const auto visible = next.arrived();
    auto destination = next.wait(next.runner->open(next.folder, next.settings));
    ASSERT_TRUE(destination);
    next.write([](store::transaction& tx) {
        EXPECT_EQ(store::folders::remove(tx, "fld_1", 1), store::changed::done);
        EXPECT_TRUE(store::files::under_way(tx, "con_1").empty());
    });
    EXPECT_TRUE(next.wait(next.runner->tidy("fld_1", std::move(*destination))));
    EXPECT_EQ(next.parts(), 0);
    EXPECT_EQ(next.arrived(), visible);
    next.expect_whole();
    for (const auto state : next.states())
        EXPECT_FALSE(is_under_way(state));
}

TEST_P(left_behind, of_a_removed_connection_is_swept_by_whoever_else_has_the_destination) {
    {
        world next{place.path(), std::get<0>(GetParam())};
        next.write([](store::transaction& tx) {
            EXPECT_EQ(store::connections::remove(tx, "con_1", 1), store::changed::done);
        });
    }
    world other{place.path(), std::get<0>(GetParam())};
    other.write([](store::transaction& tx) { EXPECT_TRUE(store::files::under_way(tx, "con_1").empty()); });
    other.server.nodes.clear();
    other.server.add_folder("/in");
    std::ignore = other.take_lease();  // with the next one the run has an id of its own
    EXPECT_FALSE(other.run().why());
    EXPECT_EQ(other.parts(), 0);
}

INSTANTIATE_TEST_SUITE_P(at_each_kind_of_point, left_behind,
                         ::testing::Combine(::testing::Values(model::unpacking::none, model::unpacking::gzip),
                                            ::testing::Values("claimed", "writing", "staged", "fetched", "renamed",
                                                              "publishing", "published", "recorded")));

/// A destination of uploads: only tells what it was asked to discard.
struct recording_sink final : sink::sink {
    base::result<std::unique_ptr<gangway::sink::writer>> begin(const gangway::sink::claim&,
                                                               const std::optional<model::destination_key>&,
                                                               std::optional<std::uint64_t>) override {
        throw std::logic_error{"not asked for"};
    }
    std::vector<base::result<gangway::sink::staged_file>> stage(std::span<gangway::sink::writer* const>) override {
        return {};
    }
    std::vector<base::result<gangway::sink::publication>> publish(std::span<gangway::sink::writer* const>) override {
        return {};
    }
    base::result<gangway::sink::recovery> recover(const gangway::sink::staged_file&) override {
        throw std::logic_error{"not asked for"};
    }
    base::result<void> discard(const gangway::sink::staged_file& file) override {
        if (fails) return base::fail(gangway::sink::errc::unavailable, base::phase::storage, "away");
        discarded.push_back(file.key.text() + " " + file.evidence);
        return {};
    }
    base::result<gangway::sink::sweep_report> sweep(const gangway::sink::liveness& alive) override {
        EXPECT_TRUE(alive.upload("of another gateway"));
        EXPECT_TRUE(alive.claim({.row = std::string(64, '0'), .fence = 1}));
        return gangway::sink::sweep_report{};
    }
    std::size_t batch_size() const noexcept override { return 1; }

    std::vector<std::string> discarded{};
    bool fails = false;
};

struct removed_bucket_folder : ::testing::Test, testing::run_fixture {
    /// A file that is staged as `evidence` says, and another one that nothing is known of.
    void stage_upload() {
        const auto held = take_lease();
        const std::vector<store::file_identity> seen{{.folder_id = "fld_1", .path = "a", .size = 1},
                                                     {.folder_id = "fld_1", .path = "b", .size = 1}};
        const std::vector<std::string> ids{store::file_id(seen[0]), store::file_id(seen[1])};
        write([&](store::transaction& tx) {
            std::ignore = store::files::discover(tx, held, seen);
            std::ignore = store::files::stabilise(tx, held, ids);
            std::ignore = store::files::claim(tx, held, "run_1", ids);
            const store::files::fetched_file done[] = {{ids[0], "00", "in/a", ids[0] + "-1:upload+/="}};
            EXPECT_TRUE(store::files::fetch(tx, held, done)[0]);
            EXPECT_EQ(store::folders::remove(tx, "fld_1", 1), store::changed::done);
        });
        evidence = ids[0] + "-1:upload+/=";
    }
    std::string evidence{};
    std::shared_ptr<recording_sink> bucket = std::make_shared<recording_sink>();
};

TEST_F(removed_bucket_folder, the_upload_of_a_staged_file_is_aborted) {
    stage_upload();
    EXPECT_TRUE(wait(runner->tidy("fld_1", bucket)));
    EXPECT_THAT(bucket->discarded, ElementsAre("in/a " + evidence));
}

TEST_F(removed_bucket_folder, a_bucket_that_is_away_is_told) {
    stage_upload();
    bucket->fails = true;
    const auto done = wait(runner->tidy("fld_1", bucket));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, sink::errc::unavailable);
}

TEST_F(removed_bucket_folder, nothing_is_asked_where_nothing_was_under_way) {
    EXPECT_TRUE(wait(runner->tidy("fld_1", nullptr)));
}

}  // namespace
}  // namespace gangway::transfer
