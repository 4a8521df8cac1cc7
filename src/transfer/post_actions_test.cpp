#include "testing/run_fixture.hpp"

#include <gmock/gmock.h>

namespace gangway::transfer {
namespace {

using store::file_state;
using store::post_state;
using store::run_outcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

struct post_actions : ::testing::Test, testing::run_fixture {
    post_actions() {
        server.add("/in/a", "alpha");
        server.add("/in/b", "beta");
    }
};

TEST_F(post_actions, pulled_files_are_deleted) {
    settings.rules.after = model::delete_source{};
    EXPECT_EQ(run().run.outcome, run_outcome::succeeded);
    EXPECT_FALSE(server.nodes.contains("/in/a"));
    EXPECT_EQ(row("a").state, file_state::finalised);
    EXPECT_EQ(row("a").post_action, post_state::done);
    EXPECT_THAT(arrived(), ElementsAre("a", "b"));
}

TEST_F(post_actions, pulled_files_are_moved_by_date) {
    settings.rules.after = model::move_source{.folder = "done/{date:%Y-%m}"};
    EXPECT_EQ(run().run.outcome, run_outcome::succeeded);
    EXPECT_EQ(server.nodes.at("/in/done/2027-01/a").content, "alpha");
    EXPECT_FALSE(server.nodes.contains("/in/a"));
}

TEST_F(post_actions, folder_that_files_are_moved_to_is_not_walked) {
    settings.rules.after = model::move_source{.folder = "done"};
    settings.rules.filter = *model::glob_filter::parse(std::vector<std::string>{"**/*"}, {});
    run();
    server.log.clear();
    EXPECT_EQ(run().run.pulled, 0);
    EXPECT_EQ(server.count("OPENDIR /in/done"), 0);
}

TEST_F(post_actions, name_that_is_taken_in_the_target_gets_a_mark) {
    settings.rules.after = model::move_source{.folder = "/old"};
    server.add_folder("/old");
    server.add("/old/a", "another");
    EXPECT_EQ(run().run.outcome, run_outcome::succeeded);
    EXPECT_EQ(server.nodes.at("/old/a").content, "another");
    EXPECT_EQ(server.nodes.at("/old/a~" + row("a").id.substr(0, 16)).content, "alpha");
}

TEST_F(post_actions, move_out_of_the_path_root_is_refused) {
    connection.path_root = "/in";
    settings.rules.after = model::move_source{.folder = "/old"};
    const auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::partial);
    EXPECT_EQ(done.run.pulled, 2);
    EXPECT_TRUE(server.nodes.contains("/in/a"));
    EXPECT_THAT(row("a").error, HasSubstr("leads out of the folder"));
}

TEST_F(post_actions, failure_is_tried_again_without_another_pull) {
    settings.rules.after = model::delete_source{};
    server.before = [this](const std::string& request) {
        if (request == "REMOVE /in/a") server.refused = {"/in/a"};
        return true;
    };
    auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::partial);
    EXPECT_EQ(done.run.pulled, 2);
    EXPECT_EQ(row("a").state, file_state::recorded);
    EXPECT_EQ(row("a").post_action, post_state::failed);
    EXPECT_EQ(row("a").post_attempts, 1);
    EXPECT_EQ(row("b").state, file_state::finalised);
    server.before = {};
    server.refused.clear();
    server.log.clear();
    clock.seconds += 4000;
    done = run();
    EXPECT_EQ(done.run.pulled, 0);
    EXPECT_EQ(server.count("OPEN "), 0);
    EXPECT_EQ(row("a").state, file_state::finalised);
    EXPECT_FALSE(server.nodes.contains("/in/a"));
}

TEST_F(post_actions, source_that_changed_meanwhile_stays_and_is_a_new_version) {
    settings.rules.after = model::delete_source{};
    server.before = [this](const std::string& request) {
        if (request == "LSTAT /in/a") server.add("/in/a", "alpha two", 1'000'000'077);
        return true;
    };
    EXPECT_EQ(run().run.pulled, 2);
    EXPECT_TRUE(server.nodes.contains("/in/a"));
    server.before = {};
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), ElementsAre("a", "a~2", "b"));
}

TEST_F(post_actions, source_that_is_gone_already_is_done_with) {
    settings.rules.after = model::delete_source{};
    server.before = [this](const std::string& request) {
        if (request == "LSTAT /in/a") server.nodes.erase("/in/a");
        return true;
    };
    EXPECT_EQ(run().run.outcome, run_outcome::succeeded);
    EXPECT_EQ(row("a").state, file_state::finalised);
}

TEST_F(post_actions, link_in_the_place_of_the_source_is_left_alone) {
    settings.rules.after = model::delete_source{};
    server.before = [this](const std::string& request) {
        if (request == "LSTAT /in/a") server.nodes["/in/a"].mode = server.link;
        return true;
    };
    run();
    EXPECT_TRUE(server.nodes.contains("/in/a"));
}

TEST_F(post_actions, date_in_front_of_a_walked_target_is_refused) {
    settings.rules.after = model::move_source{.folder = "{date:%Y}"};
    settings.rules.filter = *model::glob_filter::parse(std::vector<std::string>{"**/*"}, {});
    const auto done = run();
    ASSERT_TRUE(done.failure);
    EXPECT_THAT(done.run.error, HasSubstr("after.folder"));
}

}  // namespace
}  // namespace gangway::transfer
