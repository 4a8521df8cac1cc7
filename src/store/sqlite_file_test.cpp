#include "testing/contract.hpp"

#include <gangway/store/errors.hpp>
#include <gangway/store/settings.hpp>
#include <gangway/store/webhooks.hpp>

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gangway::store {
namespace {

/// What can go wrong with the file of a SQLite database.
class sqlite_file : public testing::Test {
  protected:
    [[nodiscard]] std::string path() const { return folder.path("gangway.db"); }
    base::result<std::unique_ptr<database>> open(std::int64_t most_pages = 0) {
        return database::open({.where = path(), .busy_wait = std::chrono::milliseconds{50}, .most_pages = most_pages},
                              clock);
    }
    static base::result<void> set(database& db, const std::string& name, const std::string& value) {
        return db.write([&](transaction& tx) { settings::set(tx, name, value); });
    }
    /// A database of some pages, closed.
    void make() {
        const auto db = must(open());
        for (int i = 0; i < 50; ++i)
            must(set(*db, std::to_string(i), std::string(500, 'x')));
    }
    std::string contents() {
        std::ifstream in(path(), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void overwrite(const std::string& octets) {
        std::ofstream out(path(), std::ios::binary | std::ios::trunc);
        out << octets;
    }
    static unsigned mode_of(const std::string& name) {
        struct ::stat status{};
        EXPECT_EQ(::stat(name.c_str(), &status), 0) << name;
        return status.st_mode & 07777U;
    }
    void expect_refused(errc why) {
        const auto before = contents();
        const auto opened = open();
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, why) << opened.error().message;
        EXPECT_EQ(contents(), before);
    }

    set_clock clock{};
    scratch folder{};
};

TEST_F(sqlite_file, only_its_owner_may_read_it_whatever_the_umask) {
    const auto before = ::umask(0);
    const auto db = must(open());
    must(set(*db, "a", "1"));
    EXPECT_EQ(mode_of(path()), 0600U);
    EXPECT_EQ(mode_of(path() + "-wal"), 0600U);
    EXPECT_EQ(mode_of(path() + "-shm"), 0600U);
    ::umask(before);
}

TEST_F(sqlite_file, one_that_others_may_read_is_closed_to_them) {
    make();
    ASSERT_EQ(::chmod(path().c_str(), 0664), 0);
    must(open());
    EXPECT_EQ(mode_of(path()), 0600U);
}

TEST_F(sqlite_file, flipped_octets_are_damage_and_nothing_is_made_anew) {
    make();
    auto octets = contents();
    ASSERT_GT(octets.size(), 8192U * 2);
    for (std::size_t at = 4096; at < octets.size(); at += 4096)
        for (std::size_t i = 0; i < 64; ++i)
            octets[at + i] = static_cast<char>(octets[at + i] ^ 0x5a);
    overwrite(octets);
    expect_refused(errc::damaged);
}

TEST_F(sqlite_file, a_file_of_something_else_is_damage) {
    overwrite(std::string(10000, 'x'));
    expect_refused(errc::damaged);
}

TEST_F(sqlite_file, a_cut_file_is_damage) {
    make();
    overwrite(contents().substr(0, 3 * 4096));
    expect_refused(errc::damaged);
}

TEST_F(sqlite_file, damage_that_comes_while_it_runs_is_an_error_of_its_own) {
    make();
    const auto db = must(open());
    auto octets = contents();
    std::fill(octets.begin() + 4096, octets.end(), '\x77');
    overwrite(octets);
    const auto read = db->read([](transaction& tx) { return connections::list(tx); });
    if (!read) EXPECT_EQ(read.error().code, errc::damaged);
    expect_refused(errc::damaged);
}

TEST_F(sqlite_file, a_folder_or_a_device_is_no_database) {
    ASSERT_EQ(::mkdir(path().c_str(), 0700), 0);
    EXPECT_EQ(open().error().code, errc::unavailable);
    EXPECT_EQ(database::open({.where = "/dev/null"}, clock).error().code, errc::unavailable);
    EXPECT_EQ(database::open({.where = "/nonexistent/folder/db"}, clock).error().code, errc::unavailable);
    EXPECT_EQ(database::open({.where = "a\"b"}, clock).error().code, errc::unavailable);
    EXPECT_EQ(database::open({.where = ""}, clock).error().code, errc::unavailable);
}

TEST_F(sqlite_file, a_path_with_spaces_and_equals_signs_is_a_path) {
    const auto odd = folder.path("a b=c; d");
    must(database::open({.where = odd}, clock));
    EXPECT_TRUE(std::filesystem::exists(odd));
}

TEST_F(sqlite_file, a_file_that_may_not_be_written_says_whose_it_should_be) {
    make();
    ASSERT_EQ(::chmod(path().c_str(), 0400), 0);
    ASSERT_EQ(::chmod(folder.path("").c_str(), 0755), 0);
    const pid_t child = ::fork();  // as an account that root's rights do not reach
    if (child == 0) {
        if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
        const auto opened = open();
        ::_exit(!opened && opened.error().code == errc::read_only ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

TEST_F(sqlite_file, without_room_the_change_is_refused_and_the_rest_goes_on) {
    const auto db = must(open(70));
    base::result<void> last;
    int fitted = 0;
    while ((last = set(*db, std::to_string(fitted), std::string(20000, 'x'))))
        ++fitted;
    EXPECT_EQ(last.error().code, errc::full);
    EXPECT_TRUE(is_retryable(last.error().code));
    ASSERT_GT(fitted, 0);
    EXPECT_EQ(must(db->read([](transaction& tx) { return settings::find(tx, "0"); }))->size(), 20000U);
    must(set(*db, "0", ""));  // frees pages
    must(set(*db, "again", std::string(5000, 'y')));
}

TEST_F(sqlite_file, in_a_group_a_change_without_room_costs_the_small_ones_nothing) {
    const auto db = must(open(70));
    std::vector<change> changes(3);
    for (std::size_t i = 0; i < 3; ++i)
        changes[i].work = [i](transaction& tx) -> base::result<void> {
            settings::set(tx, std::to_string(i), std::string(i == 1 ? 1'000'000 : 1, 'x'));
            return {};
        };
    change* const pointers[] = {&changes[0], &changes[1], &changes[2]};
    db->write_group(pointers);
    EXPECT_TRUE(changes[0].outcome);
    ASSERT_FALSE(changes[1].outcome);
    EXPECT_EQ(changes[1].outcome.error().code, errc::full);
    EXPECT_TRUE(changes[2].outcome);
    EXPECT_EQ(must(db->read([](transaction& tx) { return settings::find(tx, "2"); })), "x");
}

TEST_F(sqlite_file, what_was_deleted_leaves_no_octets_behind) {
    const std::string canary = "canary-5e1f2";
    must(must(open())->write([&](transaction& tx) {
        webhooks::add(tx, {.id = "w", .url = "u", .events = "[]"});
        for (int i = 0; i < 200; ++i)
            webhooks::enqueue(tx, "w", "e", std::string(300, ' ') + canary);
    }));  // closed: all is in the one file
    ASSERT_NE(contents().find(canary), std::string::npos);
    EXPECT_TRUE(must(must(open())->write([](transaction& tx) { return webhooks::remove(tx, "w"); })));
    EXPECT_EQ(contents().find(canary), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(path() + "-wal"));
}

TEST_F(sqlite_file, a_reader_that_does_not_end_costs_no_commit_and_the_log_grows_no_more_after_it) {
    make();
    const auto writer = must(open());
    const auto reader = must(open());
    const auto log_size = [&] { return std::filesystem::file_size(path() + "-wal"); };
    // Some times the pages after which SQLite tries to empty its log, which it cannot do while somebody reads from it.
    // What is there already is not written again.
    constexpr int changes = 150;
    const auto write_much = [&](const std::string& value) {
        for (int i = 0; i < changes; ++i)
            must(set(*writer, "many", value + std::string(40'000, i % 2 == 0 ? 'x' : 'y')));
    };
    std::uintmax_t starved = 0;
    must(reader->read([&](transaction& tx) {
        EXPECT_EQ(settings::find(tx, "49"), std::string(500, 'x'));
        must(set(*writer, "49", "changed"));
        write_much("a");
        starved = log_size();
        EXPECT_EQ(settings::find(tx, "49"), std::string(500, 'x')) << "the reader sees one state";
    }));
    EXPECT_GT(starved, changes * 40'000U) << "it was not kept from emptying the log";
    write_much("b");
    EXPECT_LT(log_size(), starved + starved / 2) << "the log is used anew";
    const auto after = must(open());
    EXPECT_EQ(must(after->read([](transaction& tx) { return settings::find(tx, "49"); })), "changed");
    EXPECT_EQ(must(after->read([](transaction& tx) { return settings::find(tx, "many"); })),
              "b" + std::string(40'000, 'y'));
}

TEST_F(sqlite_file, a_killed_writer_leaves_all_or_nothing) {
    make();
    for (const int writes : {0, 1, 7}) {
        const pid_t child = ::fork();
        if (child == 0) {
            const auto db = open();
            for (int i = 0; i < writes; ++i)
                if (!set(**db, "n", std::to_string(i))) ::_exit(1);
            (void)(*db)->write([](transaction& tx) {
                settings::set(tx, "n", "half");
                ::kill(::getpid(), SIGKILL);
            });
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status));
        const auto db = must(open());
        const auto last = must(db->read([](transaction& tx) { return settings::find(tx, "n"); }));
        if (writes > 0) EXPECT_EQ(last, std::to_string(writes - 1));
    }
}

TEST_F(sqlite_file, without_the_log_that_a_crash_has_left_nothing_is_opened_and_nothing_made_anew) {
    make();
    const pid_t child = ::fork();
    if (child == 0) {
        const auto db = open();
        ::_exit(db && set(**db, "late", "1") ? 0 : 1);  // as one that is killed: the log stays
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
    const auto log = path() + "-wal", kept = folder.path("kept");
    std::filesystem::rename(log, kept);
    expect_refused(errc::damaged);
    EXPECT_FALSE(std::filesystem::exists(log));
    std::filesystem::rename(kept, log);
    EXPECT_EQ(must(must(open())->read([](transaction& tx) { return settings::find(tx, "late"); })), "1");
}

TEST_F(sqlite_file, whoever_gives_the_log_up_goes_on_without_what_was_in_it) {
    make();
    const pid_t child = ::fork();
    if (child == 0) {
        const auto db = open();
        ::_exit(db && set(**db, "late", "1") ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
    std::filesystem::remove(path() + "-wal");
    std::filesystem::remove(path() + "-shm");
    const auto db = must(open());
    EXPECT_EQ(must(db->read([](transaction& tx) { return settings::find(tx, "late"); })), std::nullopt);
    EXPECT_TRUE(must(db->read([](transaction& tx) { return settings::find(tx, "49"); })));
}

/// One end of a conversation with a process that the test has started: a step is done, or may be done.
class turns {
  public:
    turns() { EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0); }
    turns(const turns&) = delete;
    turns& operator=(const turns&) = delete;
    ~turns() {
        for (const int end : ends_)
            ::close(end);
    }
    void give() const { EXPECT_EQ(::write(ends_[1], "x", 1), 1); }
    void take() const {
        char octet = 0;
        EXPECT_EQ(::read(ends_[0], &octet, 1), 1);
    }

  private:
    int ends_[2] = {-1, -1};
};

/// To close any descriptor of a file ends the locks that a process has on all others of it, and with them the proof
/// that the log of changes is in use: the next process to end would take it away, with all that is committed
/// afterwards.
TEST_F(sqlite_file, a_process_that_comes_and_goes_does_not_take_the_log_away_from_one_with_several_connections) {
    make();
    const turns its, ours;
    const pid_t keeper = ::fork();
    if (keeper == 0) {
        const auto first = open();
        const auto second = open();
        bool good = first && second && set(**first, "before", "1");
        its.give();
        ours.take();
        good = good && set(**first, "after", "2") && set(**second, "after all", "3");
        its.give();
        ours.take();
        ::_exit(good ? 0 : 1);  // as one that is killed: nothing is put in order
    }
    const auto value = [&](const char* name) {
        const auto db = must(open());
        return must(db->read([&](transaction& tx) { return settings::find(tx, name); }));
    };
    its.take();
    EXPECT_EQ(value("before"), "1");
    EXPECT_TRUE(std::filesystem::exists(path() + "-wal"));
    ours.give();
    its.take();
    EXPECT_EQ(value("after"), "2");
    EXPECT_EQ(value("after all"), "3");
    ours.give();
    int status = -1;
    ::waitpid(keeper, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(value("after"), "2");
    EXPECT_EQ(value("after all"), "3");
}

}  // namespace
}  // namespace gangway::store
