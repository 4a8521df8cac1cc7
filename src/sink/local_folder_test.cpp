#include "testing/faulty_system.hpp"
#include "testing/scratch_folder.hpp"

#include <gangway/crypto/digest.hpp>
#include <gangway/sink/local_folder.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <sys/stat.h>

namespace gangway::sink {
namespace {

using model::destination_key;

destination_key key(std::string text) {
    return destination_key::parse(std::move(text)).value();
}

/// A destination, and the steps a file takes into it.
class local_folder : public testing::Test {
  protected:
    std::unique_ptr<sink> open(local_folder_settings settings = {}) {
        return open_local_folder(folder_.path(), identity_, settings).value();
    }
    /// A writer that has all of `content`.
    std::unique_ptr<writer> finished(sink& into, const claim& owner, const std::string& name,
                                     std::string_view content) {
        auto made = into.begin(owner, key(name), content.size()).value();
        EXPECT_TRUE(made->write(content));
        EXPECT_TRUE(made->finish(key(name), crypto::sha256(content)));
        return made;
    }
    static base::result<staged_file> stage(sink& into, writer& one) {
        writer* const each[] = {&one};
        return into.stage(each).at(0);
    }
    static base::result<publication> publish(sink& into, writer& one) {
        writer* const each[] = {&one};
        return into.publish(each).at(0);
    }
    /// A file that was staged by somebody who is gone.
    staged_file left_staged(sink& into, const claim& owner, const std::string& name, std::string_view content) {
        return stage(into, *finished(into, owner, name, content)).value();
    }
    base::result<publication> put(sink& into, const claim& owner, const std::string& name, std::string_view content) {
        const auto made = finished(into, owner, name, content);
        const auto staged = stage(into, *made);
        if (!staged) return std::unexpected(staged.error());
        return publish(into, *made);
    }
    [[nodiscard]] std::set<std::string> temporaries() const {
        auto names = folder_.names(".gangway");
        names.erase("identity");
        return names;
    }

    scratch_folder folder_;
    std::string identity_ = prepare_local_folder(folder_.path()).value();
};

TEST_F(local_folder, file_appears_when_it_is_published_and_not_before) {
    const auto into = open();
    const auto made = finished(*into, {"7", 1}, "in/2026/a.csv", "hello");
    EXPECT_EQ(folder_.names(), (std::set<std::string>{".gangway"}));
    const auto staged = stage(*into, *made).value();
    EXPECT_EQ(staged.evidence, "7-1");
    EXPECT_EQ(staged.size, 5U);
    EXPECT_EQ(staged.sha256, crypto::sha256("hello"));
    EXPECT_EQ(folder_.names(), (std::set<std::string>{".gangway"}));
    EXPECT_EQ(temporaries(), (std::set<std::string>{"7-1.part"}));
    EXPECT_EQ(publish(*into, *made).value(), publication::published);
    EXPECT_EQ(folder_.read("in/2026/a.csv"), "hello");
    EXPECT_TRUE(temporaries().empty());
}

TEST_F(local_folder, modes_are_those_of_the_settings) {
    const auto mask = ::umask(0);
    const auto into = open({.file_mode = 06604, .folder_mode = 0710});
    EXPECT_TRUE(put(*into, {"1", 1}, "in/a", "x"));
    struct ::stat status{};
    ASSERT_EQ(::stat((folder_ / "in/a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0604U);
    ASSERT_EQ(::stat((folder_ / "in").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0710U);
    ASSERT_EQ(::stat((folder_ / ".gangway").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0700U);
    ::umask(mask);
}

TEST_F(local_folder, unfinished_file_leaves_nothing) {
    const auto into = open();
    auto made = into->begin({"1", 1}, {}, {}).value();
    EXPECT_TRUE(made->write("half"));
    EXPECT_EQ(temporaries().size(), 1U);
    made.reset();
    EXPECT_TRUE(temporaries().empty());
}

TEST_F(local_folder, same_content_is_adopted_and_other_content_never_replaced) {
    const auto into = open();
    folder_.write("a", "hello");
    EXPECT_EQ(put(*into, {"1", 1}, "a", "hello").value(), publication::already_there);
    EXPECT_TRUE(temporaries().empty());
    for (const char* other : {"jello", "hello, world", ""}) {
        const auto outcome = put(*into, {"2", 1}, "a", other);
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code, errc::conflict);
    }
    EXPECT_EQ(folder_.read("a"), "hello");
    EXPECT_TRUE(into->discard({.key = key("a"), .evidence = "2-1"}));
    EXPECT_TRUE(temporaries().empty());
}

TEST_F(local_folder, many_files_are_published_together_and_answered_one_by_one) {
    const auto into = open();
    folder_.write("f3", "something else");
    std::vector<std::unique_ptr<writer>> writers;
    std::vector<writer*> all;
    for (std::uint64_t i = 0; i < 20; ++i) {
        writers.push_back(finished(*into, {std::to_string(i), 1}, "f" + std::to_string(i), std::to_string(i)));
        all.push_back(writers.back().get());
    }
    for (const auto& staged : into->stage(all))
        EXPECT_TRUE(staged);
    const auto answers = into->publish(all);
    ASSERT_EQ(answers.size(), 20U);
    for (std::size_t i = 0; i < 20; ++i)
        EXPECT_EQ(answers[i].has_value(), i != 3) << i;
    EXPECT_EQ(answers[3].error().code, errc::conflict);
    EXPECT_EQ(folder_.read("f19"), "19");
}

TEST_F(local_folder, link_on_the_way_or_at_the_end_is_never_followed) {
    const scratch_folder outside;
    const auto into = open();
    std::filesystem::create_symlink(outside.path(), folder_ / "out");
    std::filesystem::create_symlink(outside / "x", folder_ / "name");
    std::filesystem::create_symlink("/etc/hostname", folder_ / "there");
    EXPECT_EQ(put(*into, {"1", 1}, "out/a", "x").error().code, errc::unsafe_destination);
    EXPECT_EQ(put(*into, {"2", 1}, "out/deep/a", "x").error().code, errc::unsafe_destination);
    EXPECT_EQ(put(*into, {"3", 1}, "name", "x").error().code, errc::conflict);
    EXPECT_EQ(put(*into, {"4", 1}, "there", "x").error().code, errc::conflict);
    EXPECT_TRUE(outside.names().empty());
}

TEST_F(local_folder, file_where_a_folder_should_be_and_folder_where_a_file_should_be_are_refused) {
    const auto into = open();
    folder_.write("file", "x");
    std::filesystem::create_directory(folder_ / "folder");
    EXPECT_EQ(put(*into, {"1", 1}, "file/a", "x").error().code, errc::unsafe_destination);
    EXPECT_EQ(put(*into, {"2", 1}, "folder", "x").error().code, errc::conflict);
}

TEST_F(local_folder, what_was_planted_under_a_temporary_name_is_not_written_through) {
    const scratch_folder outside;
    outside.write("victim", "precious");
    const auto into = open();
    std::filesystem::create_symlink(outside / "victim", folder_ / ".gangway/5-1.part");
    EXPECT_EQ(put(*into, {"5", 1}, "a", "hello").value(), publication::published);
    EXPECT_EQ(outside.read("victim"), "precious");
    EXPECT_EQ(folder_.read("a"), "hello");
}

TEST_F(local_folder, recover_publishes_what_was_staged) {
    const auto file = left_staged(*open(), {"1", 1}, "in/a", "hello");
    EXPECT_EQ(open()->recover(file).value(), recovery::published);
    EXPECT_EQ(folder_.read("in/a"), "hello");
    EXPECT_TRUE(temporaries().empty());
    // Nobody knows how often it is called.
    EXPECT_EQ(open()->recover(file).value(), recovery::published);
}

TEST_F(local_folder, recover_knows_a_file_that_was_published_and_taken_away) {
    const auto into = open();
    const auto file = left_staged(*into, {"1", 1}, "in/a", "hello");
    ASSERT_EQ(into->recover(file).value(), recovery::published);
    std::filesystem::remove(folder_ / "in/a");
    EXPECT_EQ(into->recover(file).value(), recovery::consumed);
    std::filesystem::remove(folder_ / "in");
    EXPECT_EQ(into->recover(file).value(), recovery::consumed);
    EXPECT_EQ(folder_.names(), (std::set<std::string>{".gangway"}));
}

TEST_F(local_folder, recover_tells_other_content_and_adopts_the_same) {
    const auto into = open();
    const auto file = left_staged(*into, {"1", 1}, "a", "hello");
    folder_.write("a", "other");
    EXPECT_EQ(into->recover(file).error().code, errc::conflict);
    folder_.write("a", "hello");
    EXPECT_EQ(into->recover(file).value(), recovery::already_there);
    EXPECT_TRUE(temporaries().empty());
    folder_.write("a", "changed by its reader");
    EXPECT_EQ(into->recover(file).error().code, errc::conflict);
}

TEST_F(local_folder, recover_without_evidence_decides_nothing) {
    const auto into = open();
    for (const char* evidence : {"", "../a", "x"})
        EXPECT_EQ(into->recover({.key = key("a"), .size = 5, .sha256 = crypto::sha256("hello"), .evidence = evidence})
                      .error()
                      .code,
                  errc::refused);
}

TEST_F(local_folder, recover_does_not_publish_what_a_disk_has_spoilt) {
    const auto into = open();
    const auto file = left_staged(*into, {"1", 1}, "a", "hello");
    folder_.write(".gangway/1-1.part", "hellX");
    EXPECT_EQ(into->recover(file).value(), recovery::lost);
    EXPECT_TRUE(temporaries().empty());
    EXPECT_FALSE(std::filesystem::exists(folder_ / "a"));
}

TEST_F(local_folder, recover_finishes_a_move_that_took_two_steps) {
    const auto into = open();
    const auto file = left_staged(*into, {"1", 1}, "a", "hello");
    std::filesystem::create_hard_link(folder_ / ".gangway/1-1.part", folder_ / "a");
    EXPECT_EQ(into->recover(file).value(), recovery::published);
    EXPECT_TRUE(temporaries().empty());
    EXPECT_EQ(folder_.read("a"), "hello");
}

TEST_F(local_folder, owner_that_was_replaced_cannot_publish) {
    const auto into = open();
    const auto slow = finished(*into, {"1", 1}, "a", "hello");
    ASSERT_TRUE(stage(*into, *slow));
    ASSERT_TRUE(open()->discard({.key = key("a"), .evidence = "1-1"}));
    EXPECT_EQ(publish(*into, *slow).error().code, errc::fenced_off);
    EXPECT_EQ(put(*into, {"1", 2}, "a", "hello").value(), publication::published);
    EXPECT_EQ(publish(*into, *slow).error().code, errc::fenced_off);
}

TEST_F(local_folder, discard_of_nothing_is_no_error) {
    EXPECT_TRUE(open()->discard({.key = key("a"), .evidence = "99-1"}));
}

TEST_F(local_folder, sweep_removes_what_belongs_to_nobody) {
    const auto into = open();
    for (std::uint64_t row = 1; row <= 5; ++row)
        static_cast<void>(left_staged(*into, {std::to_string(row), 1}, "f" + std::to_string(row), "x"));
    folder_.write(".gangway/README", "not ours");
    folder_.write("6-1.part", "a file that is called so");
    const auto report =
        into->sweep({.claim = [](const claim& one) { return one.row == "2" || one.row == "4"; }, .upload = {}}).value();
    EXPECT_EQ(report.removed, 3U);
    EXPECT_EQ(report.kept, 2U);
    EXPECT_EQ(temporaries(), (std::set<std::string>{"2-1.part", "4-1.part", "README"}));
    EXPECT_EQ(folder_.read("6-1.part"), "a file that is called so");
}

TEST_F(local_folder, folder_that_is_not_the_one_set_up_is_refused) {
    EXPECT_EQ(identity_.size(), 32U);
    EXPECT_EQ(prepare_local_folder(folder_.path()).value(), identity_);
    const scratch_folder bare;
    EXPECT_EQ(open_local_folder(bare.path(), identity_).error().code, errc::destination_missing);
    EXPECT_NE(prepare_local_folder(bare.path()).value(), identity_);
    EXPECT_EQ(open_local_folder(bare.path(), identity_).error().code, errc::destination_missing);
    EXPECT_EQ(open_local_folder(folder_ / "none", identity_).error().code, errc::destination_missing);
    EXPECT_TRUE(bare.names().contains(".gangway"));
}

TEST_F(local_folder, link_and_foreign_staging_folder_are_refused) {
    const scratch_folder other;
    std::filesystem::create_directory_symlink(folder_.path(), other / "link");
    EXPECT_EQ(open_local_folder(other / "link", identity_).error().code, errc::unsafe_destination);
    EXPECT_EQ(prepare_local_folder(other / "link").error().code, errc::unsafe_destination);
    std::filesystem::create_directory_symlink(folder_ / ".gangway", other / ".gangway");
    EXPECT_EQ(prepare_local_folder(other.path()).error().code, errc::unsafe_destination);
    ::chmod((folder_ / ".gangway").c_str(), 0755);
    EXPECT_EQ(open_local_folder(folder_.path(), identity_).error().code, errc::permission_denied);
}

TEST_F(local_folder, folder_deleted_while_it_is_open_is_a_clear_error) {
    const auto into = open();
    std::filesystem::remove_all(folder_.path());
    EXPECT_EQ(into->begin({"1", 1}, {}, {}).error().code, errc::destination_missing);
    std::filesystem::create_directory(folder_.path());
}

TEST_F(local_folder, half_written_identity_is_made_anew) {
    folder_.write(".gangway/identity", "abc");
    EXPECT_NE(prepare_local_folder(folder_.path()).value(), identity_);
}

TEST_F(local_folder, interrupted_and_short_writes_go_on) {
    const auto into = open();
    {
        failing_call interrupted{"write", EINTR};
        interrupted.once();
        EXPECT_TRUE(put(*into, {"1", 1}, "a", "hello"));
    }
    const failing_call shortened{"short write", 0};
    EXPECT_TRUE(put(*into, {"2", 1}, "b", "hello"));
    EXPECT_GE(shortened.calls(), 5U);
    EXPECT_EQ(folder_.read("a"), "hello");
    EXPECT_EQ(folder_.read("b"), "hello");
}

TEST_F(local_folder, every_failing_call_is_told_and_works_once_its_cause_is_gone) {
    const auto into = open();
    std::uint64_t row = 0;
    for (const auto* call : {"write", "fsync", "fchmod", "mkdirat", "renameat2"}) {
        for (const int reason : {ENOSPC, EDQUOT, EIO, EROFS, EACCES}) {
            // Until a file gets through because there is no call of that number.
            for (std::size_t nth = 0;; ++nth) {
                const claim owner{std::to_string(++row), 1};
                const auto name = "f" + std::to_string(row) + "/a";
                base::result<publication> outcome = publication::published;
                {
                    failing_call failing{call, reason, nth};
                    failing.once();
                    auto made = into->begin(owner, {}, {});
                    const auto run = [&]() -> base::result<publication> {
                        if (!made) return std::unexpected(made.error());
                        if (auto done = (*made)->write("hello"); !done) return std::unexpected(done.error());
                        EXPECT_TRUE((*made)->finish(key(name), crypto::sha256("hello")));
                        if (auto staged = stage(*into, **made); !staged) return std::unexpected(staged.error());
                        return publish(*into, **made);
                    };
                    outcome = run();
                }
                if (outcome) {
                    EXPECT_GT(nth, 0U) << call;
                    break;
                }
                EXPECT_EQ(outcome.error().code, system_failure("", reason).code) << call;
                EXPECT_TRUE(is_transient(outcome.error().code));
                // Tried again, with the next fence, as after any failure.
                EXPECT_TRUE(into->discard({.key = key(name), .evidence = claim_text(owner)}));
                EXPECT_TRUE(put(*into, {owner.row, 2}, name, "hello")) << call;
                EXPECT_EQ(folder_.read(name), "hello");
            }
        }
    }
    EXPECT_TRUE(temporaries().empty());
}

TEST_F(local_folder, failed_sync_of_all_finds_out_whose_file_is_lost) {
    const auto into = open();
    std::vector<std::unique_ptr<writer>> writers;
    std::vector<writer*> all;
    for (std::uint64_t i = 0; i < 10; ++i) {
        writers.push_back(finished(*into, {std::to_string(i), 1}, "f" + std::to_string(i), "x"));
        all.push_back(writers.back().get());
    }
    {
        const failing_call failing{"syncfs", EIO};
        for (const auto& staged : into->stage(all))
            EXPECT_TRUE(staged);
        EXPECT_EQ(failing.calls(), 1U);
    }
    writers.clear();
    EXPECT_EQ(temporaries().size(), 10U);
}

TEST_F(local_folder, file_system_without_exclusive_rename_gets_a_second_name_first) {
    const auto into = open();
    folder_.write("taken", "other");
    const failing_call failing{"renameat2", EINVAL};
    EXPECT_EQ(put(*into, {"1", 1}, "a", "hello").value(), publication::published);
    EXPECT_EQ(put(*into, {"2", 1}, "taken", "hello").error().code, errc::conflict);
    EXPECT_EQ(folder_.read("a"), "hello");
    EXPECT_EQ(temporaries(), (std::set<std::string>{"2-1.part"}));
}

}  // namespace
}  // namespace gangway::sink
