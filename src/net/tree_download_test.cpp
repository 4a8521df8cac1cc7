#include "testing/tree_server.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/tree_download.hpp>
#include <gangway/sftp/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::net {
namespace {

using testing::tree_server;

constexpr std::uint32_t folder_mode = 040755, link_mode = 0120777, pipe_mode = 0010644;

struct receiver final : tree_receiver {
    std::vector<std::string> folders{};
    std::map<std::string, std::string> files{}, streams{};
    std::vector<std::string> passed{};
    std::map<std::string, std::error_code> failures{};
    std::set<std::string> refused_folders{}, here{};
    std::map<std::string, std::uint64_t> begun{};
    std::vector<std::string> asked{};
    std::size_t asked_when_listed = 0, listings = 0;

    bool wants(const std::string& name, const sftp::attributes&) override {
        asked.push_back(name);
        return !here.contains(name);
    }
    std::uint64_t already(const std::string& name, const sftp::attributes&) override { return begun[name]; }
    void all_listed() override {
        ++listings;
        asked_when_listed = asked.size();
    }

    bool folder(const std::string& name, const sftp::attributes&) override {
        folders.push_back(name);
        return !refused_folders.contains(name);
    }
    awaitable<void> file(std::string name, sftp::attributes, whole_content content) override {
        files[name] = content.octets();
        co_return;
    }
    async_result<void> stream(std::string name, file_reader& content) override {
        for (;;) {
            const auto piece = co_await content.read();
            if (!piece) failures[name] = piece.error().code;
            if (!piece || piece->empty()) co_return base::result<void>{};
            streams[name] += *piece;
        }
    }
    void passed_over(const std::string& name, const sftp::attributes&) override { passed.push_back(name); }
    void failed(const std::string& name, base::error why) override { failures[name] = why.code; }
};

struct tree_download : ::testing::Test {
    tree_server server{};
    receiver got{};

    base::result<void> fetch(tree_limits limits = {}) {
        return testing::with_client<base::result<void>>(server, [&](sftp_client& client) {
            return download_tree(client, model::remote_path::parse("/t").value(), got, limits);
        });
    }
    void file(const std::string& folder, const std::string& name, std::string content) {
        server.listings[folder].push_back({name, 0100644, content.size()});
        server.files[folder + "/" + name] = {.content = std::move(content)};
    }
};

TEST_F(tree_download, every_file_of_every_folder_arrives) {
    file("/t", "a", "alpha");
    file("/t", "empty", "");
    server.listings["/t"].push_back({"sub", folder_mode});
    file("/t/sub", "b", "beta");
    ASSERT_TRUE(fetch());
    EXPECT_EQ(got.files, (std::map<std::string, std::string>{{"a", "alpha"}, {"empty", ""}, {"sub/b", "beta"}}));
    EXPECT_EQ(got.folders, (std::vector<std::string>{"", "sub"}));
    EXPECT_TRUE(got.failures.empty());
    EXPECT_EQ(server.count("CLOSE"), 5U);
}

TEST_F(tree_download, files_are_opened_without_waiting_for_each_other) {
    for (int i = 0; i < 50; ++i)
        file("/t", "f" + std::to_string(i), "x");
    ASSERT_TRUE(fetch());
    EXPECT_EQ(got.files.size(), 50U);
    const auto first_read =
        std::ranges::find_if(server.log, [](const auto& line) { return line.starts_with("READ "); });
    EXPECT_EQ(std::ranges::count_if(server.log.begin(), first_read,
                                    [](const auto& line) { return line.starts_with("OPEN "); }),
              50);
}

TEST_F(tree_download, a_file_that_is_not_wanted_is_not_opened) {
    file("/t", "here", "x");
    file("/t", "missing", "y");
    got.here = {"here"};
    ASSERT_TRUE(fetch());
    EXPECT_EQ(got.files, (std::map<std::string, std::string>{{"missing", "y"}}));
    EXPECT_EQ(server.count("OPEN"), 1U);
}

TEST_F(tree_download, a_streamed_file_is_read_from_where_it_was_left) {
    file("/t", "large", std::string(60'000, 'a') + std::string(60'000, 'b'));
    got.begun["large"] = 60'000;
    ASSERT_TRUE(fetch({.whole = 1000}));
    EXPECT_EQ(got.streams["large"], std::string(60'000, 'b'));
}

TEST_F(tree_download, the_end_of_the_listing_is_told_once_when_all_names_are_known) {
    file("/t", "a", "alpha");
    server.listings["/t"].push_back({"sub", folder_mode});
    file("/t/sub", "b", "beta");
    file("/t/sub", "large", std::string(5000, 'x'));
    ASSERT_TRUE(fetch({.whole = 1000}));
    EXPECT_EQ(got.listings, 1U);
    EXPECT_EQ(got.asked_when_listed, 3U);
}

TEST_F(tree_download, the_end_of_an_empty_listing_is_told) {
    server.listings["/t"] = {};
    ASSERT_TRUE(fetch());
    EXPECT_EQ(got.listings, 1U);
}

TEST_F(tree_download, answers_in_any_order_give_the_same) {
    server.answers_backwards = true;
    for (int i = 0; i < 9; ++i)
        file("/t", "f" + std::to_string(i), "content " + std::to_string(i));
    file("/t", "long", std::string(100'000, 'x') + "end");
    ASSERT_TRUE(fetch());
    EXPECT_EQ(got.files.size(), 10U);
    EXPECT_EQ(got.files["f7"], "content 7");
    EXPECT_EQ(got.files["long"], server.files["/t/long"].content);
}

TEST_F(tree_download, names_that_lead_elsewhere_are_told_and_never_asked_for) {
    server.listings["/t"] = {{"../up"}, {"a/b"}, {""}, {std::string("n\0l", 3)}, {"."}, {".."}};
    file("/t", "good", "fine");
    ASSERT_TRUE(fetch());
    EXPECT_EQ(got.failures.size(), 4U);
    for (const auto& [name, why] : got.failures)
        EXPECT_EQ(why, sftp::errc::bad_message) << name;
    EXPECT_EQ(got.files, (std::map<std::string, std::string>{{"good", "fine"}}));
    EXPECT_EQ(server.count("OPEN"), 1U);
}

TEST_F(tree_download, a_name_listed_twice_is_an_error_and_fetched_once) {
    file("/t", "a", "one");
    server.listings["/t"].push_back({"a", folder_mode});
    ASSERT_TRUE(fetch());
    EXPECT_EQ(got.failures["a"], sftp::errc::already_exists);
    EXPECT_EQ(got.files["a"], "one");
    EXPECT_EQ(got.folders, (std::vector<std::string>{""}));
}

TEST_F(tree_download, links_and_pipes_are_passed_over) {
    server.listings["/t"] = {{"link", link_mode}, {"pipe", pipe_mode}};
    ASSERT_TRUE(fetch());
    EXPECT_EQ(got.passed, (std::vector<std::string>{"link", "pipe"}));
    EXPECT_EQ(server.count("OPEN"), 0U);
}

TEST_F(tree_download, one_refused_file_or_folder_does_not_stop_the_rest) {
    file("/t", "a", "alpha");
    file("/t", "b", "beta");
    server.listings["/t"].push_back({"gone", folder_mode});
    server.refused.insert("/t/a");
    ASSERT_TRUE(fetch());
    EXPECT_EQ(got.failures["a"], sftp::errc::permission_denied);
    EXPECT_EQ(got.failures["gone"], sftp::errc::no_such_file);
    EXPECT_EQ(got.files["b"], "beta");
}

TEST_F(tree_download, a_file_of_another_length_than_listed_is_read_as_a_stream) {
    file("/t", "grown", "12345");
    file("/t", "shrunk", "12345");
    server.files["/t/grown"].content += "678";
    server.files["/t/shrunk"].content = "1";
    ASSERT_TRUE(fetch());
    EXPECT_TRUE(got.files.empty());
    EXPECT_EQ(got.streams["grown"], "12345678");
    EXPECT_EQ(got.streams["shrunk"], "1");
}

TEST_F(tree_download, a_large_file_is_streamed) {
    file("/t", "large", std::string(5000, 'x'));
    ASSERT_TRUE(fetch({.whole = 4999}));
    EXPECT_EQ(got.streams["large"].size(), 5000U);
}

TEST_F(tree_download, large_files_are_streamed_several_at_a_time_and_one_that_fails_is_told) {
    for (int i = 0; i < 9; ++i)
        file("/t", "large" + std::to_string(i), std::string(200'000, static_cast<char>('a' + i)));
    server.refused.insert("/t/large4");
    ASSERT_TRUE(fetch({.whole = 1000}));
    EXPECT_EQ(got.streams.size(), 8U);
    EXPECT_EQ(got.streams["large8"], std::string(200'000, 'i'));
    EXPECT_EQ(got.failures["large4"], sftp::errc::permission_denied);
    const auto line = [&](std::string_view beginning) {
        return std::ranges::find_if(server.log, [&](const auto& each) { return each.starts_with(beginning); });
    };
    EXPECT_LT(line("OPEN /t/large3"), line("CLOSE /t/large0"));
    EXPECT_LT(line("CLOSE /t/large0"), line("OPEN /t/large8"));
}

TEST_F(tree_download, a_folder_that_the_receiver_refuses_is_not_listed) {
    server.listings["/t"] = {{"sub", folder_mode}};
    file("/t/sub", "b", "beta");
    got.refused_folders.insert("sub");
    ASSERT_TRUE(fetch());
    EXPECT_TRUE(got.files.empty());
}

TEST_F(tree_download, a_file_as_root_is_refused) {
    server.files["/t"] = {};
    const auto done = fetch();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, sftp::errc::not_a_directory);
}

TEST_F(tree_download, too_many_entries_end_it) {
    file("/t", "a", "");
    file("/t", "b", "");
    const auto done = fetch({.entries = 1});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, errc::listing_too_large);
}

}  // namespace
}  // namespace gangway::net
