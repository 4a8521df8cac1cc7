#include <gangway/vault/errors.hpp>
#include <gangway/vault/unlock.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <sys/file.h>
#include <unistd.h>

namespace gangway::vault {
namespace {

namespace secrets = store::secrets;

/// A database and a folder for the key; both can be opened again, as after a crash.
class unlock_test : public testing::Test {
  protected:
    unlock_test() {
        char pattern[] = "/tmp/gangway-vault.XXXXXX";
        if (::mkdtemp(pattern) == nullptr) std::abort();
        folder = pattern;
        reopen();
    }
    ~unlock_test() override {
        db.reset();
        std::filesystem::remove_all(folder);
    }

    void reopen() {
        db.reset();
        auto opened = store::database::open({.where = folder + "/db"}, clock);
        if (!opened) throw std::runtime_error(opened.error().message);
        db = std::move(*opened);
    }
    master_key_file file() const { return master_key_file::find({.data_folder = folder}); }
    std::unique_ptr<vault> open() {
        auto opened = unlock(*db, file());
        if (!opened) throw std::runtime_error(opened.error().message);
        return std::move(*opened);
    }
    errc refusal() {
        const auto opened = unlock(*db, file());
        EXPECT_FALSE(opened);
        return opened ? errc{} : static_cast<errc>(opened.error().code.value());
    }
    static secret_place place(const std::string& id) {
        return {.owner_kind = "connection", .owner_id = id, .purpose = "password"};
    }
    void put(const vault& with, int count) {
        for (int i = 0; i < count; ++i) {
            const auto id = std::to_string(i);
            const auto row = with.seal(place(id), "secret " + id);
            const auto done = db->write([&](store::transaction& tx) { secrets::put(tx, row); });
            ASSERT_TRUE(done) << done.error().message;
        }
    }
    /// How many secrets open with this vault, and with which versions they are sealed.
    std::pair<int, std::set<std::uint32_t>> readable(const vault& with, int count) {
        std::pair<int, std::set<std::uint32_t>> found{};
        for (int i = 0; i < count; ++i) {
            const auto id = std::to_string(i);
            const auto row =
                db->read([&](store::transaction& tx) { return secrets::find(tx, "connection", id, "password"); });
            if (!row || !*row) continue;
            const auto opened = with.open(**row);
            found.first += opened && opened->view() == "secret " + id ? 1 : 0;
            found.second.insert((*row)->key_version);
        }
        return found;
    }
    std::size_t known_keys() {
        return db->read([](store::transaction& tx) { return secrets::master_keys(tx); })->size();
    }

    base::system_clock clock{};
    std::string folder;
    std::unique_ptr<store::database> db;
};

TEST_F(unlock_test, a_new_database_gets_a_key_and_opens_with_it_again) {
    put(*open(), 3);
    EXPECT_EQ(known_keys(), 1U);
    reopen();
    EXPECT_EQ(readable(*open(), 3).first, 3);
    EXPECT_EQ(known_keys(), 1U);
}

TEST_F(unlock_test, a_lost_key_is_not_replaced_by_a_new_one) {
    put(*open(), 1);
    std::filesystem::rename(file().path(), folder + "/away");
    EXPECT_EQ(refusal(), errc::master_key_missing);
    EXPECT_FALSE(std::filesystem::exists(file().path()));
    std::filesystem::rename(folder + "/away", file().path());
    EXPECT_EQ(readable(*open(), 1).first, 1);
}

TEST_F(unlock_test, a_wrong_key_is_recognised_and_changes_nothing) {
    put(*open(), 1);
    std::filesystem::rename(file().path(), folder + "/away");
    ASSERT_TRUE(file().create());
    EXPECT_EQ(refusal(), errc::wrong_master_key);
    EXPECT_EQ(known_keys(), 1U);
    std::filesystem::rename(folder + "/away", file().path());
    EXPECT_EQ(readable(*open(), 1).first, 1);
}

TEST_F(unlock_test, a_key_from_before_a_rotation_is_missing_the_new_version) {
    auto mine = open();
    put(*mine, 1);
    std::filesystem::copy(file().path(), folder + "/backup");
    ASSERT_TRUE(rotate(*db, *mine, file()));
    std::filesystem::rename(folder + "/backup", file().path());
    EXPECT_EQ(refusal(), errc::master_key_missing);
}

TEST_F(unlock_test, a_provided_file_is_never_made) {
    const auto provided = master_key_file::find({.file = folder + "/provided"});
    const auto opened = unlock(*db, provided);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, errc::master_key_missing);
    EXPECT_NE(opened.error().message.find("openssl rand"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(provided.path()));
}

TEST_F(unlock_test, a_file_open_to_others_is_refused) {
    put(*open(), 1);
    std::filesystem::permissions(file().path(), std::filesystem::perms::group_read, std::filesystem::perm_options::add);
    EXPECT_EQ(refusal(), errc::bad_key_file);
}

TEST_F(unlock_test, rotation_seals_everything_anew_and_leaves_one_key) {
    constexpr int count = 250;  // more than two batches
    auto mine = open();
    put(*mine, count);
    const auto old = mine->keys();
    const auto done = rotate(*db, *mine, file());
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->to, 2U);
    EXPECT_EQ(done->secrets, 250U);
    EXPECT_FALSE(done->resumed);
    EXPECT_EQ(readable(*mine, count), (std::pair{count, std::set<std::uint32_t>{2}}));
    EXPECT_EQ(file().load()->size(), 1U);
    EXPECT_EQ(known_keys(), 1U);
    EXPECT_EQ(readable(vault(old.clone()), count).first, 0);
    reopen();
    EXPECT_EQ(readable(*open(), count).first, count);
}

TEST_F(unlock_test, rotation_of_nothing_changes_the_key_all_the_same) {
    auto mine = open();
    EXPECT_EQ(rotate(*db, *mine, file())->to, 2U);
    EXPECT_EQ(rotate(*db, *mine, file())->to, 3U);
    EXPECT_EQ(file().load()->current(), 3U);
}

TEST_F(unlock_test, a_provided_file_is_rotated_by_who_provides_it) {
    const auto provided = master_key_file::find({.file = folder + "/provided"});
    auto keys = keyring::generate();
    ASSERT_TRUE(provided.replace(keys));
    auto mine = std::move(*unlock(*db, provided));
    put(*mine, 3);
    ASSERT_TRUE(provided.replace(keys.with_next()));
    const auto done = rotate(*db, *mine, provided);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->to, 2U);
    EXPECT_EQ(done->secrets, 3U);
    EXPECT_EQ(provided.load()->size(), 2U);
    ASSERT_TRUE(provided.replace(provided.load()->newest_only()));
    EXPECT_EQ(readable(*std::move(*unlock(*db, provided)), 3).first, 3);
}

TEST_F(unlock_test, after_a_crash_at_any_step_every_secret_opens_and_rotation_goes_on) {
    constexpr int count = 250;
    std::vector<std::string> steps;
    put(*open(), count);
    ASSERT_TRUE(rotate(*db, *open(), file(), [&](std::string_view step) { steps.emplace_back(step); }));
    ASSERT_EQ(steps.size(), 7U);
    for (std::size_t crash_at = 0; crash_at < steps.size(); ++crash_at) {
        std::size_t step = 0;
        const auto crash = [&](std::string_view) {
            if (step++ == crash_at) throw std::runtime_error("crash");
        };
        EXPECT_THROW((void)rotate(*db, *open(), file(), crash), std::runtime_error);
        reopen();
        const auto before = open();
        const auto found = readable(*before, count);
        EXPECT_EQ(found.first, count) << steps[crash_at];
        const bool finished = crash_at + 1 == steps.size();
        const auto versions = file().load()->size();
        const auto done = rotate(*db, *before, file());
        ASSERT_TRUE(done) << steps[crash_at] << ": " << done.error().message;
        EXPECT_EQ(done->resumed, !finished) << steps[crash_at];
        EXPECT_EQ(versions, finished ? 1U : 2U);
        EXPECT_EQ(readable(*before, count).first, count);
        EXPECT_EQ(file().load()->size(), 1U);
        EXPECT_EQ(known_keys(), 1U);
    }
}

TEST_F(unlock_test, what_is_sealed_during_a_rotation_is_sealed_with_the_new_key) {
    auto mine = open();
    put(*mine, 1);
    int late = 1;
    const auto done = rotate(*db, *mine, file(), [&](std::string_view step) {
        if (step != "secrets sealed" || late > 1) return;
        const auto row = mine->seal(place("1"), "secret 1");
        EXPECT_EQ(row.key_version, 2U);
        EXPECT_TRUE(db->write([&](store::transaction& tx) { secrets::put(tx, row); }));
        ++late;
    });
    ASSERT_TRUE(done);
    EXPECT_EQ(readable(*mine, 2).first, 2);
}

TEST_F(unlock_test, another_process_with_the_retired_key_cannot_lose_a_secret) {
    auto mine = open();
    const auto other = open();
    ASSERT_TRUE(rotate(*db, *mine, file()));
    const auto stored = db->write([&](store::transaction& tx) { secrets::put(tx, other->seal(place("0"), "x")); });
    ASSERT_FALSE(stored);
}

TEST_F(unlock_test, two_rotations_at_a_time_are_one_too_many) {
    auto mine = open();
    const auto lock = file().path() + ".lock";
    const int held = ::open(lock.c_str(), O_RDWR | O_CREAT, 0600);
    ASSERT_EQ(::flock(held, LOCK_EX), 0);
    EXPECT_EQ(rotate(*db, *mine, file()).error().code, errc::busy);
    ::close(held);
    EXPECT_TRUE(rotate(*db, *mine, file()));
}

}  // namespace
}  // namespace gangway::vault
