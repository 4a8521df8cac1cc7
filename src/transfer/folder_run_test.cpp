#include "testing/run_fixture.hpp"

#include <gangway/transfer/errors.hpp>

#include <gmock/gmock.h>

namespace gangway::transfer {
namespace {

using store::file_state;
using store::run_outcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

struct folder_run : ::testing::Test, testing::run_fixture {};

TEST_F(folder_run, new_files_arrive_and_are_recorded) {
    server.add("/in/a.csv", "alpha");
    server.add("/in/b.csv", "");
    server.add("/in/large", std::string(3'000'000, 'x'));
    const auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::succeeded) << done.run.error;
    EXPECT_FALSE(done.failure);
    EXPECT_EQ(done.run.pulled, 3);
    EXPECT_EQ(done.run.listed, 3);
    EXPECT_EQ(done.run.octets, 3'000'005);
    EXPECT_EQ(done.run.key_id, "key-1");
    EXPECT_THAT(arrived(), ElementsAre("a.csv", "b.csv", "large"));
    EXPECT_EQ(content("a.csv"), "alpha");
    EXPECT_EQ(content("large"), std::string(3'000'000, 'x'));
    EXPECT_EQ(parts(), 0);
    const auto file = row("a.csv");
    EXPECT_EQ(file.state, file_state::finalised);
    EXPECT_EQ(file.version, 1);
    EXPECT_EQ(file.run_id, "run_1");
    EXPECT_EQ(file.sha256, "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8");
    EXPECT_EQ(file.destination_key, "a.csv");
}

TEST_F(folder_run, second_run_transfers_nothing) {
    server.add("/in/a", "alpha");
    run();
    server.log.clear();
    const auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::succeeded);
    EXPECT_EQ(done.run.pulled, 0);
    EXPECT_EQ(done.run.listed, 1);
    EXPECT_EQ(server.count("OPEN "), 0);
}

TEST_F(folder_run, times_after_2038_are_times_like_others) {
    clock.seconds = 2'147'490'000;
    settings.rules.stable = model::stable_by_age{};
    settings.rules.key_template = "{date:%Y-%m-%d}/{name}";
    server.add("/in/old", "alpha", 2'147'484'000);
    server.add("/in/young", "beta", 2'147'489'999);
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), ElementsAre("2038-01-19/old"));
    EXPECT_EQ(row("old").identity.mtime, 2'147'484'000);
    clock.seconds += 3600;
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_EQ(run().run.pulled, 0);
}

TEST_F(folder_run, changed_file_arrives_as_another_version) {
    server.add("/in/a.csv", "alpha");
    run();
    server.add("/in/a.csv", "alpha and more", 1'000'000'500);
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), ElementsAre("a.csv", "a~2.csv"));
    EXPECT_EQ(content("a.csv"), "alpha");
    EXPECT_EQ(content("a~2.csv"), "alpha and more");
}

TEST_F(folder_run, file_is_pulled_after_two_equal_looks) {
    settings.rules.stable = model::stable_over_looks{};
    server.add("/in/a", "alpha");
    auto done = run();
    EXPECT_EQ(done.run.pulled, 0);
    EXPECT_EQ(done.look_again, std::chrono::sys_seconds{std::chrono::seconds{clock.seconds + 2}});
    EXPECT_EQ(row("a").state, file_state::discovered);
    clock.seconds += 1;
    server.add("/in/a", "alpha beta", 1'000'000'001);
    EXPECT_EQ(run().run.pulled, 0);
    clock.seconds += 2;
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_EQ(content("a"), "alpha beta");
    std::vector<file_state> states;
    for (const auto& each : rows())
        states.push_back(each.state);
    EXPECT_THAT(states, ::testing::UnorderedElementsAre(file_state::abandoned, file_state::finalised));
}

TEST_F(folder_run, subfolders_are_walked_where_a_pattern_asks_for_them) {
    settings.rules.filter = *model::glob_filter::parse(std::vector<std::string>{"**/*.csv"}, {});
    server.add_folder("/in/x");
    server.add_folder("/in/x/y");
    server.add("/in/x/y/deep.csv", "1");
    server.add("/in/top.csv", "2");
    server.add("/in/top.txt", "3");
    server.nodes["/in/loop"] = {.mode = server.link, .target = "/in"};
    const auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::succeeded);
    EXPECT_THAT(arrived(), ElementsAre("top.csv", "x/y/deep.csv"));
    EXPECT_EQ(server.count("OPENDIR /in/loop"), 0);
}

TEST_F(folder_run, subfolders_are_left_alone_without_such_a_pattern) {
    server.add_folder("/in/x");
    server.add("/in/x/deep.csv", "1");
    EXPECT_EQ(run().run.pulled, 0);
    EXPECT_EQ(server.count("OPENDIR"), 1);
}

TEST_F(folder_run, what_a_listing_leaves_open_is_asked_about) {
    server.lists_sizes = false;
    server.add("/in/a", "alpha");
    server.nodes["/in/link"] = {.mode = server.link};
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_EQ(server.count("LSTAT"), 2);
    EXPECT_EQ(server.count("OPEN "), 1);
}

TEST_F(folder_run, server_that_gives_less_than_it_is_asked_for_is_read_on) {
    server.most_at_once = 700;
    std::string content;
    for (int i = 0; content.size() < 70'000; ++i)
        content += std::to_string(i);
    server.add("/in/a", content);
    server.add("/in/b", "beta");
    EXPECT_EQ(run().run.pulled, 2);
    EXPECT_EQ(this->content("a"), content);
}

TEST_F(folder_run, names_that_no_entry_can_have_go_nowhere) {
    server.listed_also = {"../../etc/passwd", "..", "a/b", ""};
    server.add("/in/a", "alpha");
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), ElementsAre("a"));
    EXPECT_EQ(server.count("OPEN "), 1);
}

TEST_F(folder_run, one_file_that_fails_does_not_stop_the_others) {
    server.add("/in/a", "alpha");
    server.add("/in/b", "beta");
    server.add("/in/c", "gamma");
    server.refused = {"/in/b"};
    const auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::partial);
    EXPECT_FALSE(done.failure);
    ASSERT_EQ(done.why(), &*done.setback);
    EXPECT_EQ(done.why()->message, done.run.error);
    EXPECT_EQ(done.run.pulled, 2);
    EXPECT_EQ(done.run.failed, 1);
    EXPECT_THAT(arrived(), ElementsAre("a", "c"));
    const auto failed = row("b");
    EXPECT_EQ(failed.state, file_state::stable);
    EXPECT_EQ(failed.attempts, 1);
    EXPECT_THAT(failed.error, StartsWith("b: OPEN failed: PERMISSION_DENIED"));
    ASSERT_TRUE(done.look_again);
    server.refused.clear();
    EXPECT_EQ(run().run.pulled, 0) << "the wait is not over";
    clock.seconds = done.look_again->time_since_epoch().count();
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_EQ(content("b"), "beta");
}

/// The file changes when it is opened or read, in each way that FSTAT and READ can show.
struct changing : folder_run, ::testing::WithParamInterface<std::pair<std::string, std::size_t>> {};
TEST_P(changing, file_is_discarded_and_pulled_when_it_rests) {
    const auto [trigger, size] = GetParam();
    const std::string before(size, 'a');
    for (const auto& after : {before + "more", before.substr(1), std::string(size, 'b')}) {
        server.nodes.erase("/in/f");
        const auto pulled_before = arrived().size();
        server.add("/in/f", before, static_cast<std::uint32_t>(clock.seconds));
        bool changed = false;
        server.before = [&](const std::string& request) {
            if (request == trigger && !std::exchange(changed, true))
                server.add("/in/f", after, static_cast<std::uint32_t>(clock.seconds + 7));
            return true;
        };
        const auto done = run();
        server.before = {};
        EXPECT_EQ(done.run.failed, 1);
        EXPECT_EQ(done.run.pulled, 0);
        EXPECT_THAT(done.run.error, HasSubstr("changed while it was read"));
        EXPECT_EQ(arrived().size(), pulled_before);
        EXPECT_EQ(parts(), 0);
        clock.seconds += 4000;
        EXPECT_EQ(run().run.pulled, 1);
        EXPECT_EQ(arrived().size(), pulled_before + 1);
    }
}
INSTANTIATE_TEST_SUITE_P(while_it_is_read, changing,
                         ::testing::Values(std::pair{"OPEN /in/f", 1000UL}, std::pair{"READ /in/f", 1000UL},
                                           std::pair{"OPEN /in/f", 2'000'000UL}, std::pair{"READ /in/f", 2'000'000UL}));

TEST_F(folder_run, file_that_is_gone_is_abandoned) {
    server.add("/in/a", "alpha");
    server.refused = {"/in/a"};
    run();
    server.nodes.erase("/in/a");
    run();
    EXPECT_EQ(row("a").state, file_state::abandoned);
}

TEST_F(folder_run, unread_subfolder_does_not_make_its_files_gone) {
    settings.rules.filter = *model::glob_filter::parse(std::vector<std::string>{"**/*"}, {});
    server.add_folder("/in/x");
    server.add("/in/x/a", "alpha");
    server.refused = {"/in/x/a"};
    run();
    server.refused = {"/in/x"};
    const auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::partial);
    EXPECT_EQ(row("x/a").state, file_state::stable);
}

TEST_F(folder_run, missing_folder_fails_the_run) {
    folder.remote_folder = "/nowhere";
    const auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::failed);
    ASSERT_TRUE(done.failure);
    EXPECT_THAT(done.run.error, StartsWith("/nowhere: OPENDIR failed: NO_SUCH_FILE"));
}

TEST_F(folder_run, folder_outside_of_the_path_root_is_not_listed) {
    connection.path_root = "/home";
    const auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::failed);
    EXPECT_EQ(server.count("OPENDIR"), 0);
}

TEST_F(folder_run, folder_that_is_a_link_out_of_the_path_root_is_not_listed) {
    connection.path_root = "/home";
    folder.remote_folder = "/home/in";
    server.add_folder("/home");
    server.nodes["/home/in"] = {.mode = server.link, .target = "/etc"};
    const auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::failed);
    EXPECT_EQ(server.count("OPENDIR"), 0);
}

TEST_F(folder_run, lost_connection_keeps_what_was_recorded) {
    for (int i = 0; i < 50; ++i)
        server.add("/in/f" + std::to_string(100 + i), "octets");
    settings.rules.order = model::pull_order::name;
    server.before = [](const std::string& request) { return request != "READ /in/f149"; };
    auto done = run();
    ASSERT_TRUE(done.failure);
    EXPECT_EQ(done.run.outcome, done.run.pulled > 0 ? run_outcome::partial : run_outcome::failed);
    EXPECT_EQ(arrived().size(), static_cast<std::size_t>(done.run.pulled));
    EXPECT_EQ(parts(), 0);
    server.before = {};
    clock.seconds += 4000;
    done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::succeeded);
    EXPECT_THAT(arrived(), SizeIs(50));
}

TEST_F(folder_run, refused_login_fails_the_run) {
    sessions.failure = base::error{net::errc::auth_failed, base::phase::auth, "refused"};
    const auto done = run();
    ASSERT_TRUE(done.failure);
    EXPECT_EQ(done.failure->code, net::errc::auth_failed);
    EXPECT_EQ(done.run.outcome, run_outcome::failed);
}

TEST_F(folder_run, dead_pooled_session_is_replaced_by_a_new_one) {
    server.add("/in/a", "alpha");
    sessions.reused = true;
    int listings = 0;
    server.before = [&](const std::string& request) { return !request.starts_with("OPENDIR") || ++listings > 1; };
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_EQ(sessions.acquired, 2);
}

TEST_F(folder_run, missing_destination_fails_the_run_before_anything_is_asked) {
    server.add("/in/a", "alpha");
    std::filesystem::remove_all(pulled_path / ".gangway");
    const auto done = run();
    ASSERT_TRUE(done.failure);
    EXPECT_EQ(done.failure->code, sink::errc::destination_missing);
    EXPECT_EQ(sessions.acquired, 0);
}

TEST_F(folder_run, other_content_under_the_key_is_never_replaced) {
    server.add("/in/a", "alpha");
    std::ofstream{pulled_path / "a"} << "somebody else's";
    const auto done = run();
    EXPECT_EQ(done.run.failed, 1);
    EXPECT_EQ(content("a"), "somebody else's");
    EXPECT_EQ(parts(), 0);
    const auto failed = row("a");
    EXPECT_EQ(failed.state, file_state::stable);
    EXPECT_THAT(failed.error, HasSubstr("nothing was replaced"));
}

TEST_F(folder_run, same_content_under_the_key_is_adopted) {
    server.add("/in/a", "alpha");
    std::ofstream{pulled_path / "a"} << "alpha";
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_EQ(row("a").state, file_state::finalised);
    EXPECT_EQ(parts(), 0);
}

TEST_F(folder_run, run_limits_leave_the_rest_for_the_next) {
    settings.rules.limits.files = 2;
    for (const auto* name : {"a", "b", "c"})
        server.add(std::string{"/in/"} + name, name);
    auto done = run();
    EXPECT_EQ(done.run.pulled, 2);
    EXPECT_TRUE(done.look_again);
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), ElementsAre("a", "b", "c"));
}

TEST_F(folder_run, version_asked_for_again_arrives_beside_the_first) {
    server.add("/in/a", "alpha");
    run();
    const auto id = row("a").id;
    write([&](store::transaction& tx) { return store::files::repull(tx, id); });
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), ElementsAre("a", "a~2"));
    EXPECT_EQ(run().run.pulled, 0);
}

TEST_F(folder_run, key_by_content_is_made_when_the_content_is_here) {
    settings.rules.key_template = "{sha256}/{name}";
    server.add("/in/a", "alpha");
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), ElementsAre("8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8/a"));
}

struct with_checksums : folder_run {
    with_checksums() {
        settings.rules.checksum = *model::companion_name::parse("{name}.sha256", "checksum");
        server.add("/in/a", "alpha");
    }
};
constexpr auto* of_alpha = "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8";

TEST_F(with_checksums, file_with_the_hash_that_is_told_arrives_without_its_companion) {
    server.add("/in/a.sha256", std::string{of_alpha} + "  a\n");
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), ElementsAre("a"));
}

TEST_F(with_checksums, other_content_is_discarded_and_tried_again) {
    server.add("/in/a.sha256", std::string(64, '0'));
    server.add("/in/large", std::string(2'000'000, 'x'));
    server.add("/in/large.sha256", std::string(64, '0'));
    auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::partial);
    EXPECT_EQ(done.run.failed, 2);
    EXPECT_THAT(row("a").error, HasSubstr(of_alpha));
    EXPECT_THAT(arrived(), IsEmpty());
    EXPECT_EQ(parts(), 0);
    server.add("/in/a.sha256", of_alpha);
    clock.seconds += 4000;
    EXPECT_EQ(run().run.pulled, 1);
}

TEST_F(with_checksums, companion_that_tells_nothing_fails_its_file_alone) {
    server.add("/in/a.sha256", of_alpha);
    server.add("/in/b", "beta");
    server.add("/in/b.sha256", "no hash");
    server.add("/in/c", "gamma");
    server.add("/in/c.sha256", std::string(1'048'577, '\n'));
    server.add("/in/d", "delta");
    server.add("/in/d.sha256", of_alpha);
    server.before = [this](const std::string& request) {
        if (request == "OPEN /in/a.sha256") server.nodes.erase("/in/d.sha256");
        return true;
    };
    const auto done = run();
    EXPECT_EQ(done.run.pulled, 1);
    EXPECT_EQ(done.run.failed, 3);
    EXPECT_THAT(row("b").error, HasSubstr("does not tell it"));
    EXPECT_THAT(row("c").error, HasSubstr("1 MiB"));
    EXPECT_THAT(row("d").error, HasSubstr("is not there"));
}

TEST_F(with_checksums, file_without_a_companion_waits_for_it) {
    EXPECT_EQ(run().run.pulled, 0);
    server.add("/in/a.sha256", of_alpha);
    EXPECT_EQ(run().run.pulled, 1);
}

TEST_F(folder_run, dry_run_tells_and_touches_nothing) {
    server.add("/in/a.csv", "alpha");
    server.add("/in/b.tmp", "beta");
    settings.rules.filter = *model::glob_filter::parse({}, std::vector<std::string>{"*.tmp"});
    const auto told = wait(runner->dry_run(connection, folder, settings));
    ASSERT_TRUE(told);
    ASSERT_THAT(told->files, SizeIs(2));
    EXPECT_EQ(told->files[0].path, "a.csv");
    EXPECT_EQ(told->files[0].sentence, "new");
    EXPECT_EQ(told->files[0].key, "a.csv");
    EXPECT_EQ(told->files[1].code, verdict_code::excluded);
    EXPECT_THAT(arrived(), IsEmpty());
    EXPECT_THAT(rows(), IsEmpty());
    EXPECT_EQ(server.count("OPEN "), 0);
}

}  // namespace
}  // namespace gangway::transfer
