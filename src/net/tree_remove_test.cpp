#include "testing/removable_server.hpp"

#include <gangway/model/errors.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/tree_remove.hpp>
#include <gangway/sftp/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::net {
namespace {

using testing::folder_mode;
using testing::link_mode;
using testing::removable_server;
using paths = std::vector<std::string>;

struct tree_remove : ::testing::Test {
    removable_server server{};

    tree_remove() { server.add("/t", folder_mode); }
    base::result<tree_removal> remove(std::string path = "/t", removal_limits limits = {}) {
        return testing::with_client<base::result<tree_removal>>(server, [&](sftp_client& client) {
            return remove_tree(client, model::remote_path::parse(path).value(), limits);
        });
    }
    void plant(int files) {
        for (int i = 0; i < files; ++i)
            server.add("/t/f" + std::to_string(i));
    }
    [[nodiscard]] paths asked(std::string_view beginning) const {
        paths lines;
        for (const auto& line : server.log)
            if (line.starts_with(beginning)) lines.push_back(line.substr(beginning.size()));
        return lines;
    }
};

TEST_F(tree_remove, everything_goes_and_is_counted) {
    plant(120);
    server.add("/t/sub", folder_mode);
    server.add("/t/sub/deep", folder_mode);
    server.add("/t/sub/deep/file");
    server.add("/t/empty", folder_mode);
    server.add("/other");
    const auto done = remove();
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(server.left(), paths{"/other"});
    EXPECT_EQ(done->files, 121U);
    EXPECT_EQ(done->folders, 4U);
    EXPECT_EQ(done->failures, 0U);
    EXPECT_EQ(server.count("CLOSE"), 4U);
}

TEST_F(tree_remove, removals_do_not_wait_for_each_other) {
    server.batch = 1000;
    plant(200);
    std::size_t most = 0, waiting = 0;
    const auto answers = server.instead;
    server.instead = [&](const testing::wire_request& request) {
        waiting = request.type == testing::wire::remove ? waiting + 1 : 0;
        most = std::max(most, waiting);
        return answers(request);
    };
    ASSERT_TRUE(remove());
    EXPECT_EQ(most, 200U);
}

TEST_F(tree_remove, no_more_requests_than_allowed_are_in_flight) {
    plant(300);
    server.add("/t/sub", folder_mode);
    ASSERT_TRUE(remove("/t", {.in_flight = 1}));
    EXPECT_TRUE(server.things.empty());
}

TEST_F(tree_remove, answers_in_any_order_give_the_same) {
    server.answers_backwards = true;
    plant(200);
    server.add("/t/sub", folder_mode);
    server.add("/t/sub/a");
    ASSERT_TRUE(remove());
    EXPECT_TRUE(server.things.empty());
}

TEST_F(tree_remove, a_link_is_removed_itself_and_never_listed) {
    server.add("/t/link", link_mode);
    server.add("/t/link/not_ours");  // what the link leads to, as the server would show it
    const auto done = remove();
    ASSERT_TRUE(done);
    EXPECT_EQ(asked("TYPE_11 "), paths{"/t"});
    EXPECT_FALSE(server.things.contains("/t/link"));
    EXPECT_TRUE(server.things.contains("/t/link/not_ours"));
}

TEST_F(tree_remove, a_link_that_the_listing_calls_a_folder_is_not_followed) {
    server.add("/t/link", folder_mode);
    server.add("/t/link/not_ours");
    const auto answers = server.instead;
    server.instead = [&](const testing::wire_request& request) {
        if (request.type == testing::wire::lstat) server.things["/t/link"] = link_mode;
        return answers(request);
    };
    ASSERT_TRUE(remove());
    EXPECT_EQ(asked("TYPE_11 "), paths{"/t"});
    EXPECT_TRUE(server.things.contains("/t/link/not_ours"));
}

TEST_F(tree_remove, a_link_or_file_as_root_is_one_file) {
    server.things["/t"] = link_mode;
    server.add("/t/not_ours");
    const auto done = remove("/t///");
    ASSERT_TRUE(done);
    EXPECT_EQ(done->files, 1U);
    EXPECT_EQ(asked("LSTAT "), paths{"/t"});
    EXPECT_EQ(server.left(), paths{"/t/not_ours"});
}

TEST_F(tree_remove, types_that_the_listing_leaves_out_are_looked_up) {
    server.tells_types = false;
    plant(3);
    server.add("/t/sub", folder_mode);
    server.add("/t/sub/a");
    ASSERT_TRUE(remove());
    EXPECT_TRUE(server.things.empty());
}

TEST_F(tree_remove, what_has_no_type_at_all_is_only_taken_for_a_file) {
    server.add("/t/what", 0644);
    ASSERT_TRUE(remove());
    EXPECT_EQ(asked("TYPE_13 "), paths{"/t/what"});
    EXPECT_EQ(asked("TYPE_11 "), paths{"/t"});
}

TEST_F(tree_remove, what_fails_is_told_and_the_rest_goes) {
    plant(5);
    server.add("/t/sub", folder_mode);
    server.add("/t/sub/a");
    server.add("/t/sub/b");
    server.refused["/t/sub/a"] = 3;
    const auto done = remove();
    ASSERT_TRUE(done);
    EXPECT_EQ(done->files, 6U);
    EXPECT_EQ(done->failures, 1U);
    ASSERT_EQ(done->failed.size(), 1U);
    EXPECT_EQ(done->failed[0].path, "/t/sub/a");
    EXPECT_EQ(done->failed[0].why.code, sftp::errc::permission_denied);
    EXPECT_EQ(done->failed[0].why.message, "REMOVE failed: PERMISSION_DENIED — refused");
    EXPECT_EQ(server.left(), (paths{"/t", "/t/sub", "/t/sub/a"}));
    EXPECT_EQ(server.count("TYPE_15"), 0U);
}

TEST_F(tree_remove, the_list_of_failures_is_bounded_and_their_count_exact) {
    plant(40);
    for (const auto& [path, mode] : server.things)
        server.refused[path] = 3;
    const auto done = remove("/t", {.told = 7});
    ASSERT_TRUE(done);
    EXPECT_EQ(done->failures, 40U);
    EXPECT_EQ(done->failed.size(), 7U);
}

TEST_F(tree_remove, a_folder_that_cannot_be_listed_goes_if_it_is_empty) {
    server.add("/t/shut", folder_mode);
    server.refused["list /t/shut"] = 3;
    const auto done = remove();
    ASSERT_TRUE(done);
    EXPECT_EQ(done->failures, 0U);
    EXPECT_TRUE(server.things.empty());
}

TEST_F(tree_remove, a_folder_that_cannot_be_listed_and_is_not_empty_tells_why_it_was_not_listed) {
    server.add("/t/shut", folder_mode);
    server.add("/t/shut/a");
    server.refused["list /t/shut"] = 3;
    const auto done = remove();
    ASSERT_TRUE(done);
    ASSERT_EQ(done->failed.size(), 1U);
    EXPECT_EQ(done->failed[0].path, "/t/shut");
    EXPECT_TRUE(done->failed[0].why.message.starts_with("OPENDIR failed"));
}

TEST_F(tree_remove, a_folder_that_may_not_be_removed_is_told) {
    server.add("/t/sub", folder_mode);
    server.refused["/t/sub"] = 3;
    const auto done = remove();
    ASSERT_TRUE(done);
    EXPECT_EQ(done->failures, 1U);
    EXPECT_EQ(done->failed.at(0).path, "/t/sub");
    EXPECT_EQ(done->failed.at(0).why.code, sftp::errc::permission_denied);
}

TEST_F(tree_remove, what_comes_while_a_folder_is_emptied_goes_too) {
    plant(3);
    int more = 2;
    server.closing = [&](const std::string& path) {
        if (more-- > 0) server.add(path + "/late" + std::to_string(more));
    };
    const auto done = remove();
    ASSERT_TRUE(done);
    EXPECT_TRUE(server.things.empty());
    EXPECT_EQ(done->files, 5U);
}

TEST_F(tree_remove, a_folder_that_keeps_filling_up_is_given_up) {
    int number = 0;
    server.closing = [&](const std::string& path) { server.add(path + "/late" + std::to_string(number++)); };
    const auto done = remove("/t", {.rounds = 3});
    ASSERT_TRUE(done);
    EXPECT_EQ(server.count("TYPE_11"), 3U);
    EXPECT_EQ(done->failed.at(0).path, "/t");
    EXPECT_EQ(done->failed.at(0).why.code, sftp::errc::failure);
}

TEST_F(tree_remove, a_folder_that_shows_nothing_and_cannot_go_is_looked_at_twice) {
    server.refused["/t"] = 4;
    const auto done = remove();
    ASSERT_TRUE(done);
    EXPECT_EQ(server.count("TYPE_11"), 2U);
    EXPECT_EQ(server.count("TYPE_15"), 1U);
    EXPECT_EQ(done->failures, 1U);
}

TEST_F(tree_remove, what_is_gone_before_it_is_asked_for_is_no_failure) {
    plant(3);
    server.add("/t/sub", folder_mode);
    const auto answers = server.instead;
    server.instead = [&](const testing::wire_request& request) {
        if (request.type == testing::wire::lstat && server.count("TYPE_12") > 0) server.things.erase("/t/sub");
        if (request.type == testing::wire::remove) server.things.erase("/t/f1");
        return answers(request);
    };
    const auto done = remove();
    ASSERT_TRUE(done);
    EXPECT_EQ(done->failures, 0U);
    EXPECT_EQ(done->files, 2U);
    EXPECT_EQ(done->folders, 1U);
    EXPECT_TRUE(server.things.empty());
}

TEST_F(tree_remove, a_folder_larger_than_may_wait_is_emptied_in_rounds) {
    plant(1000);
    const auto done = remove("/t", {.waiting = 150});
    ASSERT_TRUE(done);
    EXPECT_EQ(done->files, 1000U);
    EXPECT_TRUE(server.things.empty());
    EXPECT_GT(server.count("TYPE_11"), 2U);
}

TEST_F(tree_remove, rounds_get_past_what_cannot_be_removed) {
    plant(600);
    for (int i = 0; i < 200; ++i)
        server.refused["/t/f" + std::to_string(i)] = 3;
    const auto done = remove("/t", {.waiting = 1});
    ASSERT_TRUE(done);
    EXPECT_EQ(done->files, 400U);
    EXPECT_EQ(done->failures, 200U);
}

TEST_F(tree_remove, a_folder_too_deep_is_left_and_told) {
    server.add("/t/a", folder_mode);
    server.add("/t/a/b", folder_mode);
    const auto done = remove("/t", {.depth = 2});
    ASSERT_TRUE(done);
    EXPECT_EQ(done->failed.at(0).path, "/t/a/b");
    EXPECT_EQ(done->failed.at(0).why.code, errc::listing_too_large);
    EXPECT_EQ(server.left().size(), 3U);
}

TEST_F(tree_remove, a_listing_without_end_ends) {
    server.instead = [answers = server.instead](const testing::wire_request& request) -> std::optional<std::string> {
        if (request.type != 12) return answers(request);
        std::string body;
        base::byte_writer out{body};
        out.u8(104);
        out.u32(request.id);
        out.u32(1);
        out.string(".");
        out.string("");
        out.u32(0);
        return body;
    };
    const auto done = remove("/t", {.entries = 500});
    ASSERT_TRUE(done);
    EXPECT_EQ(done->failed.at(0).why.code, errc::listing_too_large);
    EXPECT_LT(server.count("TYPE_12"), 600U);
}

TEST_F(tree_remove, names_that_lead_elsewhere_are_told_and_never_asked_for) {
    server.add("/t/sub", folder_mode);
    for (const auto* name : {"../up", "a/b"})
        server.add("/t/" + std::string{name});
    server.instead = [answers = server.instead,
                      batches = 0](const testing::wire_request& request) mutable -> std::optional<std::string> {
        if (request.type != 12 || ++batches > 1) return answers(request);
        std::string body;
        base::byte_writer out{body};
        out.u8(104);
        out.u32(request.id);
        out.u32(3);
        for (const auto* name : {"../up", "a/b", ".."}) {
            out.string(name);
            out.string("");
            out.u32(0);
        }
        return body;
    };
    const auto done = remove();
    ASSERT_TRUE(done);
    EXPECT_EQ(done->failures, 2U);
    EXPECT_EQ(done->failed.at(0).path, "/t/../up");
    EXPECT_EQ(done->failed.at(0).why.code, sftp::errc::bad_message);
    EXPECT_TRUE(server.things.contains("/t/../up"));
    EXPECT_EQ(server.count("TYPE_13"), 0U);
}

TEST_F(tree_remove, roots_homes_and_folders_above_are_refused) {
    for (const auto* path : {"/", "//", ".", "./", "/.", "..", "../", "a/..", "/a/.", "~", "~/", "/a/../"}) {
        const auto done = remove(path);
        ASSERT_FALSE(done) << path;
        EXPECT_EQ(done.error().code, model::errc::invalid_value) << path;
        EXPECT_EQ(done.error().fact_named("field"), "path") << path;
    }
    EXPECT_TRUE(server.log.empty());
    for (const auto* path : {"a", "a/", "/a", "../a", "~a", ".a", "a/..b"})
        EXPECT_TRUE(check_removable(model::remote_path::parse(path).value())) << path;
}

TEST_F(tree_remove, nothing_there_is_an_error) {
    const auto done = remove("/none");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, sftp::errc::no_such_file);
}

}  // namespace
}  // namespace gangway::net
