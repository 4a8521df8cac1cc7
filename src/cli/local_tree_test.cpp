#include "local_tree.hpp"

#include "beneath.hpp"
#include "local_walk.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>
#include <sys/stat.h>

namespace gangway::cli {
namespace {

namespace fs = std::filesystem;

class local_trees : public ::testing::Test {
  protected:
    local_trees() {
        std::string name = (fs::temp_directory_path() / "gangway-tree-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        top_ = name;
        fs::create_directory(top_ / "elsewhere");
    }
    ~local_trees() override { fs::remove_all(top_); }

    void write(const fs::path& name, std::string_view content) const {
        fs::create_directories((top_ / name).parent_path());
        std::ofstream{top_ / name, std::ios::binary} << content;
    }
    [[nodiscard]] std::string read(const fs::path& name) const {
        std::ifstream file{top_ / name, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    [[nodiscard]] std::set<std::string> names(const fs::path& folder) const {
        std::set<std::string> found;
        for (const auto& entry : fs::directory_iterator{top_ / folder})
            found.insert(entry.path().filename().string());
        return found;
    }
    local_tree::listeners listeners() {
        return {.told = [this](const auto& name, const auto& why) { failures_[name] = why.code; },
                .moved = [](const auto&) {}};
    }
    template <class Work>
    static void run(Work work) {
        net::asio::io_context context{1};
        std::exception_ptr thrown;
        net::asio::co_spawn(context, std::move(work), [&](std::exception_ptr failure) { thrown = failure; });
        context.run();
        if (thrown) std::rethrow_exception(thrown);
    }

    /// Downloads these files, all in folders that exist or "sub", which is announced.
    tree_outcome receive(const std::map<std::string, std::string>& files, local_tree_options options = {},
                         sftp::attributes attributes = {.permissions = 0100644U}) {
        auto tree = local_tree::open(top_ / "tree", options, listeners());
        tree_outcome end;
        run([&]() -> net::awaitable<void> {
            std::ignore = (*tree)->folder("", {.permissions = 040755U});
            std::ignore = (*tree)->folder("sub", {.permissions = 040755U});
            for (const auto& [name, content] : files)
                co_await (*tree)->file(name, attributes, net::whole_content{content});
            end = co_await (*tree)->finish();
        });
        return end;
    }

    fs::path top_;
    std::map<std::string, std::error_code> failures_{};
};

TEST_F(local_trees, files_appear_under_their_names_and_nothing_else) {
    const auto end = receive({{"a", "alpha"}, {"sub/b", ""}});
    EXPECT_EQ(end.files, 2U);
    EXPECT_EQ(end.octets, 5U);
    EXPECT_EQ(read("tree/a"), "alpha");
    EXPECT_EQ(names("tree"), (std::set<std::string>{"a", "sub"}));
    EXPECT_EQ(names("tree/sub"), (std::set<std::string>{"b"}));
}

TEST_F(local_trees, more_files_than_a_batch_are_all_made) {
    std::map<std::string, std::string> files;
    for (int i = 0; i < 1000; ++i)
        files["f" + std::to_string(i)] = std::to_string(i);
    EXPECT_EQ(receive(files).files, 1000U);
    EXPECT_EQ(read("tree/f999"), "999");
}

TEST_F(local_trees, a_link_in_place_of_a_folder_is_not_followed) {
    fs::create_directory(top_ / "tree");
    fs::create_symlink("../elsewhere", top_ / "tree/sub");
    receive({{"sub/b", "beta"}});
    EXPECT_TRUE(failures_.contains("sub"));
    EXPECT_TRUE(failures_.contains("sub/b"));
    EXPECT_TRUE(names("elsewhere").empty());
}

TEST_F(local_trees, a_link_in_place_of_a_file_is_replaced_itself) {
    write("elsewhere/kept", "kept");
    fs::create_directory(top_ / "tree");
    fs::create_symlink("../elsewhere/kept", top_ / "tree/a");
    receive({{"a", "alpha"}});
    EXPECT_EQ(read("elsewhere/kept"), "kept");
    EXPECT_FALSE(fs::is_symlink(top_ / "tree/a"));
}

TEST_F(local_trees, names_that_lead_out_are_refused_whatever_gave_them) {
    const auto end = receive({{"../a", "x"}, {"sub/../../a", "x"}});
    EXPECT_EQ(end.files, 0U);
    EXPECT_EQ(failures_.size(), 2U);
    EXPECT_FALSE(fs::exists(top_ / "a"));
}

TEST_F(local_trees, control_characters_are_refused) {
    receive({{"a\nb", "x"}, {"c\x1b[2J", "x"}, {"d\x7f", "x"}, {"é", "fine"}});
    EXPECT_EQ(failures_.size(), 3U);
    EXPECT_EQ(names("tree"), (std::set<std::string>{"é", "sub"}));
}

TEST_F(local_trees, an_existing_file_stays_if_nothing_may_be_replaced) {
    write("tree/a", "old");
    receive({{"a", "new"}}, {.replace = false});
    EXPECT_EQ(read("tree/a"), "old");
    EXPECT_EQ(failures_["a"], std::errc::file_exists);
    EXPECT_EQ(names("tree"), (std::set<std::string>{"a", "sub"}));
}

TEST_F(local_trees, preserved_are_times_and_plain_permissions) {
    receive({{"a", "x"}}, {.preserve = true},
            {.permissions = 0106751U, .atime = 1'000'000'000U, .mtime = 1'100'000'000U});
    struct stat made{};
    ASSERT_EQ(::stat((top_ / "tree/a").c_str(), &made), 0);
    EXPECT_EQ(made.st_mode & 07777U, 0751U);
    EXPECT_EQ(made.st_mtim.tv_sec, 1'100'000'000);
}

TEST_F(local_trees, what_is_here_with_size_and_time_is_left_out_when_going_on) {
    const sftp::attributes there{.size = 5, .permissions = 0100644U, .atime = 1'100'000'000, .mtime = 1'100'000'000};
    receive({{"a", "alpha"}, {"sub/b", "gamma"}}, {.resume = true}, there);
    auto again = local_tree::open(top_ / "tree", {.resume = true}, listeners());
    EXPECT_FALSE((*again)->wants("a", there));
    EXPECT_FALSE((*again)->wants("sub/b", there));
    EXPECT_TRUE((*again)->wants("c", there));
    auto later = there, longer = there;
    later.mtime = 1'100'000'001;
    longer.size = 6;
    EXPECT_TRUE((*again)->wants("a", later));
    EXPECT_TRUE((*again)->wants("a", longer));
    EXPECT_TRUE((*again)->wants("a", {.size = 5})) << "a server that tells no time";
    EXPECT_TRUE((*local_tree::open(top_ / "tree", {}, listeners()))->wants("a", there)) << "not asked to go on";
}

TEST_F(local_trees, what_lies_behind_a_link_is_not_here) {
    const sftp::attributes there{.size = 4, .permissions = 0100644U, .mtime = 0};
    write("elsewhere/kept", "kept");
    const timespec times[2] = {};
    ASSERT_EQ(::utimensat(AT_FDCWD, (top_ / "elsewhere/kept").c_str(), times, 0), 0);
    fs::create_directory(top_ / "tree");
    fs::create_symlink("../elsewhere/kept", top_ / "tree/a");
    fs::create_symlink("../elsewhere", top_ / "tree/sub");
    auto tree = local_tree::open(top_ / "tree", {.resume = true}, listeners());
    EXPECT_TRUE((*tree)->wants("a", there));
    EXPECT_TRUE((*tree)->wants("sub/kept", there));
    EXPECT_EQ((*tree)->already("sub/kept", there), 0U);
}

struct walked {
    std::map<std::string, net::tree_item> items{};
    std::vector<std::string> order{};
    tree_outcome outcome{};
};

class local_walks : public local_trees {
  protected:
    walked walk(local_walk_options options = {}) {
        walked all;
        run([&]() -> net::awaitable<void> {
            const auto source = local_walk::open(top_ / "tree", options, listeners());
            while (auto item = co_await (*source)->next()) {
                all.order.push_back(item->name);
                all.items[item->name] = std::move(*item);
            }
            all.outcome = (*source)->outcome();
        });
        return all;
    }
};

TEST_F(local_walks, a_tree_comes_folder_first_with_its_content) {
    write("tree/sub/deep/b", "beta");
    write("tree/a", "alpha");
    const auto all = walk();
    EXPECT_EQ(all.items.size(), 5U);
    EXPECT_EQ(all.order.front(), "");
    EXPECT_EQ(all.items.at("a").content, "alpha");
    EXPECT_EQ(all.items.at("sub/deep/b").content, "beta");
    EXPECT_LT(std::ranges::find(all.order, "sub"), std::ranges::find(all.order, "sub/deep"));
    EXPECT_LT(std::ranges::find(all.order, "sub/deep"), std::ranges::find(all.order, "sub/deep/b"));
}

TEST_F(local_walks, more_entries_than_a_batch_all_come) {
    for (int i = 0; i < 500; ++i)
        write("tree/f" + std::to_string(i), "x");
    EXPECT_EQ(walk().items.size(), 501U);
}

TEST_F(local_walks, links_and_pipes_are_passed_over) {
    write("tree/a", "alpha");
    fs::create_symlink("/etc", top_ / "tree/out");
    ASSERT_EQ(::mkfifo((top_ / "tree/pipe").c_str(), 0600), 0);
    const auto all = walk();
    EXPECT_EQ(all.items.size(), 2U);
    EXPECT_EQ(all.outcome.passed_over, 2U);
}

TEST_F(local_walks, a_large_file_comes_without_its_content) {
    write("tree/large", std::string(1024UL * 1024 + 1, 'x'));
    write("tree/just", std::string(1024UL * 1024, 'x'));
    const auto all = walk();
    EXPECT_EQ(all.items.at("large").what, net::tree_item::kind::large);
    EXPECT_EQ(all.items.at("just").content.size(), 1024UL * 1024);
}

TEST_F(local_walks, a_large_file_has_another_name_for_what_is_unfinished_with_each_version) {
    write("tree/large", std::string(1024UL * 1024 + 1, 'x'));
    EXPECT_EQ(walk().items.at("large").unfinished, "");
    const auto first = walk({.resume = true}).items.at("large");
    EXPECT_EQ(first.attributes.size, 1024UL * 1024 + 1);
    EXPECT_EQ(walk({.resume = true}).items.at("large").unfinished, first.unfinished);
    const auto source = local_walk::open(top_ / "tree", {.resume = true}, listeners());
    EXPECT_TRUE((*source)->still_is(first));
    write("tree/large", std::string(1024UL * 1024 + 2, 'x'));
    EXPECT_FALSE((*source)->still_is(first));
    EXPECT_NE(walk({.resume = true}).items.at("large").unfinished, first.unfinished);
}

TEST_F(local_walks, a_file_as_root_is_refused) {
    write("tree", "x");
    EXPECT_FALSE(local_walk::open(top_ / "tree", {}, listeners()));
}

}  // namespace
}  // namespace gangway::cli
