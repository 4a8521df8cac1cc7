#include "durable_file.hpp"

#include "scratch_folder.hpp"

#include <gangway/net/errors.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <optional>
#include <sys/resource.h>
#include <sys/stat.h>

namespace gangway::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

/// Stands for a full disk: no file of this process can grow beyond `size` while it lives.
class file_size_limit {
  public:
    explicit file_size_limit(rlim_t size) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &old_);
        const ::rlimit limit{size, old_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~file_size_limit() {
        ::setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, old_handler_);
    }
    file_size_limit(const file_size_limit&) = delete;
    file_size_limit& operator=(const file_size_limit&) = delete;

  private:
    ::rlimit old_{};
    void (*old_handler_)(int);
};

::mode_t mode_of(const std::filesystem::path& path) {
    struct ::stat status{};
    ::stat(path.c_str(), &status);
    return status.st_mode & 07777;
}

TEST(read_file, content_comes_whole_and_a_missing_file_is_empty) {
    const scratch_folder folder;
    const std::string content(200'000, 'x');
    folder.write("file", content);
    EXPECT_EQ(read_file(folder / "file").value(), content);
    EXPECT_EQ(read_file(folder / "missing").value(), "");
    EXPECT_EQ(read_file(folder / "file/below").value(), "");
}

TEST(read_file, what_is_no_file_is_an_error_and_not_empty) {
    const scratch_folder folder;
    ::mkfifo((folder / "pipe").c_str(), 0600);
    for (const auto& path : {folder / ".", folder / "pipe", std::filesystem::path{"/dev/zero"}}) {
        const auto content = read_file(path);
        ASSERT_FALSE(content) << path;
        EXPECT_EQ(content.error().code, errc::host_key_store_failed);
        EXPECT_TRUE(content.error().message.contains(path.string()));
    }
}

TEST(read_file, more_than_64_mib_is_an_error) {
    const scratch_folder folder;
    folder.write("file", "");
    std::filesystem::resize_file(folder / "file", 64U * 1024 * 1024 + 1);
    EXPECT_FALSE(read_file(folder / "file"));
    std::filesystem::resize_file(folder / "file", 64U * 1024 * 1024);
    EXPECT_TRUE(read_file(folder / "file"));
}

TEST(staged_file, is_invisible_until_it_is_published) {
    const scratch_folder folder;
    folder.write("file", "old");
    auto staged = staged_file::write(folder / "file", "new").value();
    EXPECT_EQ(folder.read("file"), "old");
    EXPECT_EQ(folder.names().size(), 2U);
    EXPECT_TRUE(staged.publish());
    EXPECT_EQ(folder.read("file"), "new");
    EXPECT_THAT(folder.names(), ElementsAre("file"));
}

TEST(staged_file, dropped_one_leaves_nothing) {
    const scratch_folder folder;
    {
        const auto staged = staged_file::write(folder / "file", "new");
    }
    EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(staged_file, replaced_one_leaves_only_the_other) {
    const scratch_folder folder;
    {
        auto staged = staged_file::write(folder / "file", "first").value();
        staged = staged_file::write(folder / "file", "second").value();
        EXPECT_EQ(folder.names().size(), 1U);
        EXPECT_TRUE(staged.publish());
    }
    EXPECT_EQ(folder.read("file"), "second");
    EXPECT_THAT(folder.names(), ElementsAre("file"));
}

TEST(staged_file, is_for_its_owner_only_whatever_was_there) {
    const scratch_folder folder;
    const auto mask = ::umask(0);
    folder.write("file", "old");
    EXPECT_TRUE(staged_file::write(folder / "file", "new").value().publish());
    ::umask(mask);
    EXPECT_EQ(mode_of(folder / "file"), 0600U);
}

TEST(staged_file, missing_folder_is_made_for_its_owner_only) {
    const scratch_folder folder;
    EXPECT_TRUE(staged_file::write(folder / "sub/file", "new").value().publish());
    EXPECT_EQ(folder.read("sub/file"), "new");
    EXPECT_EQ(mode_of(folder / "sub"), 0700U);
    EXPECT_FALSE(staged_file::write(folder / "a/b/file", "new"));
}

TEST(staged_file, full_disk_is_an_error_and_leaves_the_old_file_alone) {
    const scratch_folder folder;
    folder.write("file", "old");
    {
        const file_size_limit full{10};
        const auto staged = staged_file::write(folder / "file", "more than fits");
        ASSERT_FALSE(staged);
        EXPECT_EQ(staged.error().code, errc::host_key_store_failed);
        EXPECT_EQ(staged.error().where, base::phase::hostkey);
        EXPECT_THAT(staged.error().message, StartsWith("cannot write " + (folder / "file").string() + ": "));
    }
    EXPECT_EQ(folder.read("file"), "old");
    EXPECT_THAT(folder.names(), ElementsAre("file"));
}

TEST(staged_file, folder_that_vanished_is_an_error_when_publishing) {
    const scratch_folder folder;
    auto staged = staged_file::write(folder / "sub/file", "new").value();
    std::filesystem::remove_all(folder / "sub");
    EXPECT_EQ(staged.publish().error().code, errc::host_key_store_failed);
}

TEST(sweep_staged_files, removes_what_a_crash_left_long_ago_and_nothing_else) {
    const scratch_folder folder;
    const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours{2};
    for (const auto* name : {"file", "file.lock", "file.new-abc123", "file.new-fresh1", "other.new-abc123"}) {
        folder.write(name, "x");
        if (name != std::string_view{"file.new-fresh1"}) std::filesystem::last_write_time(folder / name, long_ago);
    }
    sweep_staged_files(folder / "file");
    EXPECT_THAT(folder.names(), ElementsAre("file", "file.lock", "file.new-fresh1", "other.new-abc123"));
    sweep_staged_files(folder / "missing/file");
}

TEST(lock_file, is_held_by_one_at_a_time) {
    const scratch_folder folder;
    auto first = std::optional{lock_file::open(folder / "file").value()};
    auto second = lock_file::open(folder / "file").value();
    EXPECT_TRUE(first->try_take().value());
    EXPECT_FALSE(second.try_take().value());
    first.reset();
    EXPECT_TRUE(second.try_take().value());
    EXPECT_THAT(folder.names(), ElementsAre("file.lock"));
}

TEST(lock_file, is_removed_by_its_last_user) {
    const scratch_folder folder;
    {
        const auto never_taken = lock_file::open(folder / "file").value();
    }
    EXPECT_TRUE(folder.names().empty());
    {
        auto taken = lock_file::open(folder / "file").value();
        EXPECT_TRUE(taken.try_take().value());
        const auto moved = std::move(taken);
        EXPECT_THAT(folder.names(), ElementsAre("file.lock"));
    }
    EXPECT_TRUE(folder.names().empty());
}

TEST(lock_file, is_not_removed_by_those_who_gave_up_while_another_has_it) {
    const scratch_folder folder;
    auto holder = lock_file::open(folder / "file").value();
    EXPECT_TRUE(holder.try_take().value());
    {
        auto waiter = lock_file::open(folder / "file").value();
        EXPECT_FALSE(waiter.try_take().value());
    }
    EXPECT_THAT(folder.names(), ElementsAre("file.lock"));
}

// The one that waited has the removed file open, the newcomer the next one: both would have a lock.
TEST(lock_file, on_a_file_that_was_removed_is_taken_on_the_next_one) {
    const scratch_folder folder;
    auto first = std::optional{lock_file::open(folder / "file").value()};
    EXPECT_TRUE(first->try_take().value());
    auto waiting = lock_file::open(folder / "file").value();
    first.reset();
    auto newcomer = lock_file::open(folder / "file").value();
    EXPECT_TRUE(newcomer.try_take().value());
    EXPECT_FALSE(waiting.try_take().value());
}

TEST(lock_file, does_not_follow_a_link) {
    const scratch_folder folder;
    std::filesystem::create_symlink(folder / "elsewhere", folder / "file.lock");
    EXPECT_EQ(lock_file::open(folder / "file").error().code, errc::host_key_store_failed);
    EXPECT_THAT(folder.names(), ElementsAre("file.lock"));
}

}  // namespace
}  // namespace gangway::net
