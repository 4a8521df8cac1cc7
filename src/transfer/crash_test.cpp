#include "testing/run_fixture.hpp"

#include <gangway/base/crash_point.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <sys/wait.h>
#include <unistd.h>

// A process is killed at each labelled point of a run, and another one finishes its work.

namespace gangway::transfer {
namespace {

using store::file_state;

/// Where to die: the label, and how many times it is passed before.
const char* fatal_label = nullptr;
std::atomic<int> passes_left{0};

void die_here(const char* label) {
    if (std::strcmp(label, fatal_label) == 0 && passes_left-- == 0) ::raise(SIGKILL);
}

constexpr int files = 12;
std::string name(int i) {
    return "f" + std::to_string(100 + i);
}
std::string octets(int i) {
    return i == 0 ? std::string(3'000'000, 'x') : "content of " + name(i);
}

/// A world that outlives the process which is killed: database and destination are on disk, the server is made anew.
struct world : testing::run_fixture {
    explicit world(const std::filesystem::path& place) : run_fixture((place / "db").string(), place / "pulled") {
        settings.rules.key_template = "sub/{name}";
        settings.rules.after = model::move_source{.folder = "done"};
    }
    void fill() {
        for (int i = 0; i < files; ++i)
            server.add("/in/" + name(i), octets(i));
    }
};

struct crash : ::testing::TestWithParam<std::tuple<std::string, int>> {
    /// Whether the child was killed, as it should be.
    static bool killed(const std::filesystem::path& place, const std::string& label, int passes) {
        const auto child = ::fork();
        if (child == 0) {
            fatal_label = label.c_str();
            passes_left = passes;
            base::install_crash_hook(&die_here);
            world doomed{place};
            doomed.fill();
            if (label == "discarding") doomed.server.refused = {"/in/" + name(1)};
            doomed.run();
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }
};

TEST_P(crash, nothing_is_lost_repeated_or_partial) {
    const auto& [label, passes] = GetParam();
    testing::scratch_folder place;
    std::filesystem::create_directory(place.path() / "pulled");
    ASSERT_TRUE(killed(place.path(), label, passes)) << "nothing passes " << label;

    world next{place.path()};
    // The reader: what is visible is whole, and is taken away.
    std::set<std::string> taken;
    const auto take = [&] {
        for (const auto& key : next.arrived()) {
            const auto i = std::stoi(key.substr(key.find('f') + 1)) - 100;
            EXPECT_EQ(next.content(key), octets(i)) << key;
            EXPECT_TRUE(taken.insert(key).second) << key << " came twice";
            std::filesystem::remove(next.pulled_path / key);
        }
    };
    take();
    next.fill();
    // What the first process had moved already is not there any more.
    for (const auto& row : next.rows())
        if (row.state == file_state::finalised || label == "finished_source")
            if (row.recorded_at) next.server.nodes.erase("/in/" + row.identity.path);
    for (int tries = 0; tries < 3; ++tries) {
        next.clock.seconds += 4000;
        const auto done = next.run();
        EXPECT_FALSE(done.failure) << done.run.error;
        take();
    }
    EXPECT_EQ(taken.size(), files);
    EXPECT_EQ(next.parts(), 0);
    for (const auto& row : next.rows())
        EXPECT_EQ(row.state, file_state::finalised) << row.identity.path;
    EXPECT_EQ(next.rows().size(), files);
    EXPECT_EQ(next.server.count("RENAME"), next.server.count("RENAME /in/"));
}

const auto labels = ::testing::Values(
    "listed", "discovering", "discovered", "stabilising", "stabilised", "claiming", "claimed", "begun", "writing",
    "written", "compared", "finished", "syncing", "staged", "fetching", "fetched", "folder_made", "renamed",
    "publishing", "published", "recording", "recorded", "source_looked", "finishing", "finished_source", "finalised");
INSTANTIATE_TEST_SUITE_P(first, crash, ::testing::Combine(labels, ::testing::Values(0)));
INSTANTIATE_TEST_SUITE_P(later, crash,
                         ::testing::Combine(::testing::Values("begun", "writing", "written", "compared", "finished",
                                                              "syncing", "folder_made", "renamed", "source_looked",
                                                              "finishing"),
                                            ::testing::Values(1, 5, 10)));
INSTANTIATE_TEST_SUITE_P(after_a_failure, crash,
                         ::testing::Combine(::testing::Values("discarding"), ::testing::Values(0)));

}  // namespace
}  // namespace gangway::transfer
