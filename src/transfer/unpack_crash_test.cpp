// A kill at each labelled point, of files that are unpacked on their way.
#include "testing/packed.hpp"
#include "testing/run_fixture.hpp"

#include <gangway/archive/zip_writer.hpp>
#include <gangway/base/crash_point.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <map>
#include <sys/wait.h>
#include <unistd.h>

namespace gangway::transfer {
namespace {

using store::file_state;

const char* fatal_label = nullptr;
std::atomic<int> passes_left{0};

void die_here(const char* label) {
    if (std::strcmp(label, fatal_label) == 0 && passes_left-- == 0) ::raise(SIGKILL);
}

std::string zipped(const std::string& name, const std::string& content) {
    archive::zip_writer zip{archive::compression::store};
    zip.add_file("first", {}, "first of " + name);
    zip.add_file("sub/second", {}, content);
    zip.add_file("third", {}, "third of " + name);
    zip.finish();
    return std::string{zip.ready()};
}

/// A world that outlives the process which is killed: database and destination are on disk, the server is made anew.
struct world : testing::run_fixture {
    world(const std::filesystem::path& place, model::unpacking how)
        : run_fixture((place / "db").string(), place / "pulled") {
        settings.rules.unpack = how;
        for (const std::string name : {"a", "b", "c"}) {
            const auto content = name == "b" ? std::string(2'500'000, 'b') : "content of " + name;
            if (how == model::unpacking::gzip) {
                server.add("/in/" + name + ".gz", testing::stored_gzip(content));
                wanted[name] = content;
            } else {
                server.add("/in/" + name + ".zip", zipped(name, content));
                wanted[name + "/first"] = "first of " + name;
                wanted[name + "/sub/second"] = content;
                wanted[name + "/third"] = "third of " + name;
            }
        }
    }
    std::map<std::string, std::string> wanted{};  ///< key to content
};

struct unpack_crash : ::testing::TestWithParam<std::tuple<model::unpacking, std::string, int>> {
    /// Whether the child was killed, as it should be.
    static bool killed(const std::filesystem::path& place, model::unpacking how, const std::string& label, int passes) {
        const auto child = ::fork();
        if (child == 0) {
            fatal_label = label.c_str();
            passes_left = passes;
            base::install_crash_hook(&die_here);
            world doomed{place, how};
            doomed.run();
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }
};

TEST_P(unpack_crash, nothing_is_lost_repeated_or_partial) {
    const auto& [how, label, passes] = GetParam();
    testing::scratch_folder place;
    std::filesystem::create_directory(place.path() / "pulled");
    ASSERT_TRUE(killed(place.path(), how, label, passes)) << "nothing passes " << label;

    world next{place.path(), how};
    std::map<std::string, std::string> taken;
    // The reader takes away what is visible.
    const auto take = [&] {
        for (const auto& key : next.arrived()) {
            EXPECT_TRUE(taken.emplace(key, next.content(key)).second) << key << " came twice";
            std::filesystem::remove(next.pulled_path / key);
        }
    };
    take();
    for (int tries = 0; tries < 3; ++tries) {
        next.clock.seconds += 4000;
        const auto done = next.run();
        EXPECT_FALSE(done.failure) << done.run.error;
        take();
    }
    EXPECT_EQ(taken, next.wanted);
    EXPECT_EQ(next.parts(), 0);
    for (const auto& row : next.rows())
        EXPECT_EQ(row.state, file_state::finalised) << row.identity.path;
}

constexpr auto gzip = model::unpacking::gzip, zip = model::unpacking::zip;
const auto labels = ::testing::Values("claimed", "begun", "writing", "written", "syncing", "fetching", "fetched",
                                      "folder_made", "renamed", "publishing", "published", "recording", "recorded");
INSTANTIATE_TEST_SUITE_P(first, unpack_crash,
                         ::testing::Combine(::testing::Values(gzip, zip), labels, ::testing::Values(0)));
INSTANTIATE_TEST_SUITE_P(later, unpack_crash,
                         ::testing::Combine(::testing::Values(gzip, zip),
                                            ::testing::Values("begun", "writing", "folder_made", "renamed"),
                                            ::testing::Values(1, 2)));
INSTANTIATE_TEST_SUITE_P(files_of_gzip, unpack_crash,
                         ::testing::Combine(::testing::Values(gzip), ::testing::Values("finished", "staged"),
                                            ::testing::Values(0, 1)));
INSTANTIATE_TEST_SUITE_P(archives, unpack_crash,
                         ::testing::Combine(::testing::Values(zip),
                                            ::testing::Values("entries_staged", "entries_publishing",
                                                              "entries_published"),
                                            ::testing::Values(0, 1, 2)));
INSTANTIATE_TEST_SUITE_P(in_the_middle_of_an_archive, unpack_crash,
                         ::testing::Combine(::testing::Values(zip), ::testing::Values("begun", "renamed"),
                                            ::testing::Values(3, 4, 5, 6, 7, 8)));

}  // namespace
}  // namespace gangway::transfer
