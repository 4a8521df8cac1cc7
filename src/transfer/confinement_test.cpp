#include "testing/run_fixture.hpp"

#include <gmock/gmock.h>

namespace gangway::transfer {
namespace {

using store::file_state;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Below a folder that was a folder when it was listed, and is a link by now.
struct confinement : ::testing::Test, testing::run_fixture {
    confinement() {
        connection.path_root = "/in";
        settings.rules.filter = *model::glob_filter::parse(std::vector<std::string>{"**/*.csv"}, {});
        server.add_folder("/in/x");
        server.add("/in/x/a.csv", "alpha");
        server.nodes["/in/x/b.csv"] = {.content = "of somebody else", .target = "/etc/b.csv"};
        server.nodes["/in/x/c.csv"] = {.content = std::string(2'000'000, 'c'), .target = "/inside/c.csv"};
        server.add("/in/x/d.csv", "delta");
    }
};

TEST_F(confinement, file_that_lies_outside_of_the_path_root_is_not_opened) {
    const auto done = run();
    EXPECT_EQ(done.run.pulled, 2);
    EXPECT_EQ(done.run.failed, 2);
    EXPECT_THAT(arrived(), ElementsAre("x/a.csv", "x/d.csv"));
    EXPECT_EQ(server.count("OPEN /in/x/b.csv") + server.count("OPEN /in/x/c.csv"), 0);
    EXPECT_EQ(row("x/b.csv").state, file_state::stable);
    EXPECT_THAT(row("x/b.csv").error, HasSubstr("leads out of the folder"));
    EXPECT_EQ(row("x/a.csv").state, file_state::finalised);
}

TEST_F(confinement, file_with_a_checksum_that_lies_outside_is_not_opened_either) {
    settings.rules.checksum = *model::companion_name::parse("{name}.sha256", "checksum");
    for (const std::string name : {"a", "b", "c", "d"})
        server.add("/in/x/" + name + ".csv.sha256", "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8");
    server.nodes["/in/x/d.csv.sha256"].target = "/etc/shadow";
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), ElementsAre("x/a.csv"));
    EXPECT_EQ(server.count("OPEN /in/x/d.csv.sha256"), 0);
}

TEST_F(confinement, nothing_is_asked_without_a_path_root) {
    connection.path_root = "";
    EXPECT_EQ(run().run.pulled, 4);
    EXPECT_EQ(server.count("REALPATH"), 0);
}

TEST_F(confinement, connection_that_is_lost_meanwhile_ends_the_run_and_leaves_the_files_to_the_next) {
    server.before = [](const std::string& request) { return request != "REALPATH /in/x/d.csv"; };
    EXPECT_TRUE(run().failure);
    EXPECT_THAT(arrived(), ElementsAre());
    server.before = {};
    EXPECT_EQ(run().run.pulled, 2);
}

}  // namespace
}  // namespace gangway::transfer
