#include "testing/tree_server.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/tree_upload.hpp>
#include <gangway/sftp/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::net {
namespace {

using testing::tree_server;
using kind = tree_item::kind;

struct source final : tree_source {
    std::deque<tree_item> items{};
    std::map<std::string, std::string> large{};
    std::map<std::string, std::uint64_t> arrived{};
    std::map<std::string, std::error_code> failures{};
    std::vector<std::string> same{};
    bool changes = false;  ///< does every large file change while it is sent?

    awaitable<std::optional<tree_item>> next() override {
        if (items.empty()) co_return std::nullopt;
        auto first = std::move(items.front());
        items.pop_front();
        co_return first;
    }
    async_result<void> stream(const std::string& name, file_writer& to, std::uint64_t from) override {
        co_return co_await to.write(std::string_view{large[name]}.substr(from));
    }
    base::result<void> still_is(const tree_item&) override {
        if (changes) return base::fail(errc::remote_changed, base::phase::storage, "changed");
        return {};
    }
    void unchanged(const std::string& name, std::uint64_t) override { same.push_back(name); }
    void done(const std::string& name, std::uint64_t octets) override { arrived[name] = octets; }
    void failed(const std::string& name, base::error why) override { failures[name] = why.code; }
};

struct tree_upload : ::testing::Test {
    tree_server server{};
    source given{};

    tree_upload() { given.items.push_back({.what = kind::folder}); }
    void add(kind what, std::string name, std::string content = {}) {
        given.items.push_back({.what = what,
                               .name = std::move(name),
                               .attributes = {.permissions = what == kind::folder ? 0755U : 0640U},
                               .content = std::move(content)});
    }
    base::result<void> send(tree_upload_options options = {}) {
        return testing::with_client<base::result<void>>(server, [&](sftp_client& client) {
            return upload_tree(client, model::remote_path::parse("/t").value(), given, options);
        });
    }
};

TEST_F(tree_upload, every_file_arrives_with_its_mode) {
    add(kind::file, "a", "alpha");
    add(kind::folder, "sub");
    add(kind::file, "sub/b", "");
    ASSERT_TRUE(send());
    EXPECT_EQ(server.files["/t/a"].content, "alpha");
    EXPECT_EQ(server.files["/t/a"].mode & 0777, 0640U);
    EXPECT_TRUE(server.files.contains("/t/sub/b"));
    EXPECT_EQ(given.arrived, (std::map<std::string, std::uint64_t>{{"a", 5}, {"sub/b", 0}}));
    EXPECT_TRUE(given.failures.empty());
}

TEST_F(tree_upload, files_are_opened_without_waiting_for_each_other_but_for_their_folder) {
    for (int i = 0; i < 40; ++i)
        add(kind::file, "f" + std::to_string(i), "x");
    ASSERT_TRUE(send());
    const auto first_write =
        std::ranges::find_if(server.log, [](const auto& line) { return line.starts_with("WRITE "); });
    EXPECT_EQ(std::ranges::count_if(server.log.begin(), first_write,
                                    [](const auto& line) { return line.starts_with("OPEN "); }),
              40);
    EXPECT_EQ(server.log.front(), "TYPE_14 /t");
}

TEST_F(tree_upload, a_content_of_several_writes_arrives_whole) {
    std::string content(150'000, 'x');
    content[140'000] = 'y';
    add(kind::file, "long", content);
    server.answers_backwards = true;
    ASSERT_TRUE(send());
    EXPECT_EQ(server.files["/t/long"].content, content);
    EXPECT_EQ(server.count("WRITE"), 5U);
}

TEST_F(tree_upload, an_existing_folder_is_used) {
    server.listings["/t"] = {};
    add(kind::file, "a", "alpha");
    ASSERT_TRUE(send());
    EXPECT_EQ(server.files["/t/a"].content, "alpha");
}

TEST_F(tree_upload, a_link_in_place_of_a_folder_is_told_once_and_nothing_is_put_behind_it) {
    server.modes["/t/sub"] = 0120777;
    add(kind::folder, "sub");
    add(kind::file, "sub/b", "beta");
    add(kind::folder, "sub/deep");
    add(kind::file, "sub/deep/c", "gamma");
    add(kind::file, "a", "alpha");
    ASSERT_TRUE(send());
    EXPECT_EQ(given.failures.size(), 1U);
    EXPECT_EQ(given.failures["sub"], sftp::errc::already_exists);
    EXPECT_EQ(server.files.size(), 1U);
    EXPECT_EQ(given.arrived.size(), 1U);
}

TEST_F(tree_upload, an_existing_file_is_written_over) {
    server.files["/t/a"] = {.content = "something longer"};
    add(kind::file, "a", "alpha");
    ASSERT_TRUE(send());
    EXPECT_EQ(server.files["/t/a"].content, "alpha");
    EXPECT_TRUE(given.failures.empty());
}

TEST_F(tree_upload, an_existing_file_stays_if_nothing_may_be_replaced) {
    server.files["/t/a"] = {.content = "old"};
    add(kind::file, "a", "alpha");
    ASSERT_TRUE(send({.replace = false}));
    EXPECT_EQ(server.files["/t/a"].content, "old");
    EXPECT_EQ(given.failures["a"], sftp::errc::already_exists);
}

TEST_F(tree_upload, a_link_in_place_of_a_file_is_not_written_through) {
    server.files["/t/a"] = {.content = "behind the link"};
    server.modes["/t/a"] = 0120777;
    add(kind::file, "a", "alpha");
    ASSERT_TRUE(send());
    EXPECT_EQ(server.files["/t/a"].content, "behind the link");
    EXPECT_EQ(given.failures["a"], sftp::errc::already_exists);
}

TEST_F(tree_upload, a_refused_write_fails_the_file_and_removes_it) {
    add(kind::file, "a", "alpha");
    add(kind::file, "b", "beta");
    server.instead = [usual = server.instead](const testing::wire_request& request) -> std::optional<std::string> {
        if (request.type == testing::wire::write && request.rest.contains("/t/a"))
            return testing::wire::status(request.id, 4, "No space");
        return usual(request);
    };
    ASSERT_TRUE(send());
    EXPECT_EQ(given.failures["a"], sftp::errc::failure);
    EXPECT_FALSE(server.files.contains("/t/a"));
    EXPECT_EQ(given.arrived.size(), 1U);
}

TEST_F(tree_upload, a_file_of_another_size_than_was_written_fails) {
    add(kind::file, "a", "alpha");
    server.instead = [usual = server.instead](const testing::wire_request& request) -> std::optional<std::string> {
        if (request.type == testing::wire::fstat) return testing::wire::attrs(request.id, 4, 0100644);
        return usual(request);
    };
    ASSERT_TRUE(send());
    EXPECT_EQ(given.failures["a"], errc::incomplete_write);
    EXPECT_TRUE(given.arrived.empty());
}

TEST_F(tree_upload, a_large_file_is_streamed) {
    given.large["big"] = std::string(100'000, 'z');
    add(kind::large, "big");
    ASSERT_TRUE(send());
    EXPECT_EQ(server.files["/t/big"].content, given.large["big"]);
    EXPECT_EQ(given.arrived["big"], 100'000U);
}

TEST_F(tree_upload, large_files_are_streamed_several_at_a_time_and_one_that_fails_is_told) {
    for (int i = 0; i < 9; ++i) {
        const auto name = "big" + std::to_string(i);
        given.large[name] = std::string(100'000, static_cast<char>('a' + i));
        add(kind::large, name);
    }
    server.refused.insert("/t/big4");
    ASSERT_TRUE(send());
    EXPECT_EQ(given.arrived.size(), 8U);
    EXPECT_EQ(given.failures["big4"], sftp::errc::permission_denied);
    EXPECT_EQ(server.files["/t/big8"].content, given.large["big8"]);
    const auto line = [&](std::string_view beginning) {
        return std::ranges::find_if(server.log, [&](const auto& each) { return each.starts_with(beginning); });
    };
    EXPECT_LT(line("OPEN /t/big3"), line("CLOSE /t/big0"));
    EXPECT_LT(line("CLOSE /t/big0"), line("OPEN /t/big8"));
}

TEST_F(tree_upload, atomic_file_has_its_name_only_when_it_is_whole) {
    server.files["/t/a"].content = "old";
    add(kind::file, "a", "alpha");
    add(kind::large, "big");
    given.large["big"] = std::string(100'000, 'z');
    server.extensions = {{"posix-rename@openssh.com", "1"}};
    server.instead = [this, usual = server.instead](const testing::wire_request& request) {
        if (request.type == testing::wire::write) {
            if (request.rest.contains("alpha")) EXPECT_EQ(server.files["/t/a"].content, "old");
            EXPECT_FALSE(server.files.contains("/t/big"));
        }
        return usual(request);
    };
    ASSERT_TRUE(send({.atomic = true}));
    EXPECT_EQ(server.files["/t/a"].content, "alpha");
    EXPECT_EQ(server.files["/t/big"].content, given.large["big"]);
    EXPECT_EQ(server.files.size(), 2U);
    EXPECT_EQ(given.arrived.size(), 2U);
}

TEST_F(tree_upload, atomic_file_that_fails_leaves_what_was_there) {
    server.files["/t/a"].content = "old";
    server.files["/t/b"].content = "old";
    add(kind::file, "a", "alpha");
    add(kind::file, "b", "beta");
    server.instead = [usual = server.instead](const testing::wire_request& request) -> std::optional<std::string> {
        if (request.type == testing::wire::write && request.rest.contains("alpha"))
            return testing::wire::status(request.id, 4, "No space");
        return usual(request);
    };
    ASSERT_TRUE(send({.atomic = true}));
    EXPECT_EQ(given.failures["a"], sftp::errc::failure);
    EXPECT_EQ(given.failures["b"], sftp::errc::failure)
        << "this server's RENAME does not replace, and cannot be asked to";
    EXPECT_EQ(server.files["/t/a"].content, "old");
    EXPECT_EQ(server.files["/t/b"].content, "old");
    EXPECT_EQ(server.files.size(), 2U) << "and no temporary file";
}

TEST_F(tree_upload, atomic_file_does_not_replace_another_unasked) {
    server.files["/t/a"].content = "old";
    add(kind::file, "a", "alpha");
    add(kind::file, "b", "beta");
    ASSERT_TRUE(send({.replace = false, .atomic = true}));
    EXPECT_EQ(given.failures["a"], sftp::errc::already_exists);
    EXPECT_EQ(server.files["/t/a"].content, "old");
    EXPECT_EQ(server.files["/t/b"].content, "beta");
}

TEST_F(tree_upload, sync_is_asked_for_every_file_where_it_is_offered) {
    add(kind::file, "a", "alpha");
    add(kind::large, "big");
    given.large["big"] = "z";
    ASSERT_TRUE(send({.sync = true}));
    EXPECT_EQ(server.count("EXTENDED fsync"), 0U);
    server.extensions = {{"fsync@openssh.com", "1"}};
    add(kind::folder, "");
    add(kind::file, "a", "alpha");
    add(kind::large, "big");
    ASSERT_TRUE(send({.sync = true}));
    EXPECT_EQ(server.count("EXTENDED fsync"), 2U);
}

TEST_F(tree_upload, limits_that_come_after_the_first_request_are_kept) {
    server.extensions = {{"limits@openssh.com", "1"}};
    server.largest_transfer = 8192;
    add(kind::file, "a", std::string(20'000, 'x'));
    ASSERT_TRUE(send());
    EXPECT_EQ(server.count("WRITE"), 3U);
}

TEST_F(tree_upload, permissions_and_times_are_set_before_the_close) {
    add(kind::file, "a", "alpha");
    ASSERT_TRUE(send({.preserve = true}));
    const auto of = [&](std::string_view beginning) {
        return std::ranges::find_if(server.log, [&](const auto& line) { return line.starts_with(beginning); });
    };
    EXPECT_LT(of("WRITE"), of("FSETSTAT"));
    EXPECT_LT(of("FSETSTAT"), of("CLOSE"));
    EXPECT_EQ(server.count("SETSTAT"), 1U);
}

/// A server that tells times, and files of which one version is there.
struct tree_upload_resumed : tree_upload {
    static constexpr std::uint32_t now = 1'700'000'000;
    std::map<std::string, std::uint32_t> times{};

    tree_upload_resumed() {
        server.instead = [this, others = server.instead](const testing::wire_request& request) {
            base::byte_reader in{request.rest};
            const std::string path{in.string()};
            const auto there = server.files.find(path);
            if (request.type != testing::wire::lstat || there == server.files.end() || !times.contains(path))
                return others(request);
            std::string body;
            base::byte_writer out{body};
            out.u8(105);
            out.u32(request.id);
            out.u32(1U | 4U | 8U);
            out.u64(there->second.content.size());
            out.u32(0100644);
            out.u32(times[path]);
            out.u32(times[path]);
            return std::optional{body};
        };
    }
    void add_at(kind what, const std::string& name, std::string content, std::uint32_t time) {
        if (what == kind::large) given.large[name] = content;
        tree_item item{.what = what, .name = name, .attributes = {.permissions = 0640, .atime = time, .mtime = time}};
        if (what == kind::large) {
            item.attributes.size = content.size();
            item.unfinished = "." + name + ".part";
        } else {
            item.content = std::move(content);
        }
        given.items.push_back(std::move(item));
    }
    void there(const std::string& path, std::string content, std::uint32_t time) {
        server.files[path] = {.content = std::move(content)};
        times[path] = time;
    }
};

TEST_F(tree_upload_resumed, what_is_there_with_size_and_time_is_not_sent) {
    there("/t/same", "alpha", now);
    there("/t/older", "alpha", now - 1);
    there("/t/shorter", "alph", now);
    for (const char* name : {"same", "older", "shorter", "missing"})
        add_at(kind::file, name, "alpha", now);
    ASSERT_TRUE(send({.resume = true}));
    EXPECT_EQ(given.same, std::vector<std::string>{"same"});
    EXPECT_EQ(given.arrived.size(), 3U);
    EXPECT_EQ(server.files["/t/shorter"].content, "alpha");
    EXPECT_EQ(server.count("FSETSTAT"), 3U) << "the times, by which they are known next time";
}

TEST_F(tree_upload_resumed, what_has_no_time_on_the_server_is_sent) {
    server.files["/t/a"] = {.content = "alpha"};
    add_at(kind::file, "a", "alpha", now);
    ASSERT_TRUE(send({.resume = true}));
    EXPECT_TRUE(given.same.empty());
    EXPECT_EQ(given.arrived.size(), 1U);
}

TEST_F(tree_upload_resumed, a_large_file_that_is_there_is_not_sent) {
    there("/t/big", std::string(5000, 'x'), now);
    add_at(kind::large, "big", std::string(5000, 'x'), now);
    ASSERT_TRUE(send({.resume = true}));
    EXPECT_EQ(given.same, std::vector<std::string>{"big"});
    EXPECT_EQ(server.count("WRITE"), 0U);
}

TEST_F(tree_upload_resumed, a_large_file_goes_on_where_it_stopped_but_for_what_may_have_holes) {
    const std::string content = std::string(resume_reach, 'a') + std::string(100'000, 'b');
    server.files["/t/.big.part"] = {.content = content.substr(0, resume_reach + 50'000)};
    add_at(kind::large, "big", content, now);
    ASSERT_TRUE(send({.resume = true}));
    EXPECT_EQ(server.files["/t/big"].content, content);
    EXPECT_FALSE(server.files.contains("/t/.big.part"));
    EXPECT_EQ(given.arrived["big"], content.size() - 50'000);
}

TEST_F(tree_upload_resumed, a_large_file_that_changed_meanwhile_is_told_and_thrown_away) {
    given.changes = true;
    add_at(kind::large, "big", std::string(5000, 'x'), now);
    ASSERT_TRUE(send({.resume = true}));
    EXPECT_EQ(given.failures["big"], errc::remote_changed);
    EXPECT_TRUE(server.files.empty());
}

TEST_F(tree_upload_resumed, more_than_the_file_has_is_something_else) {
    server.files["/t/.big.part"] = {.content = std::string(6000, 'x')};
    add_at(kind::large, "big", std::string(5000, 'x'), now);
    ASSERT_TRUE(send({.resume = true}));
    EXPECT_EQ(given.failures["big"], sftp::errc::already_exists);
    EXPECT_EQ(server.files["/t/.big.part"].content.size(), 6000U);
}

}  // namespace
}  // namespace gangway::net
