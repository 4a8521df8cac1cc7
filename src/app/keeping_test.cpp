#include "keeping.hpp"

#include "testing/asking.hpp"

#include <gangway/store/database.hpp>
#include <gangway/store/secrets.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace gangway::app {
namespace {

namespace fs = std::filesystem;
using testing::ask;
using testing::manual_clock;
using testing::names;

class keeping_test : public ::testing::Test {
  protected:
    ~keeping_test() override { fs::remove_all(folder); }

    [[nodiscard]] settings decided() const { return {.listen = {}, .data_dir = folder}; }
    [[nodiscard]] store::location where() const {
        return {.where = (folder / "gangway.db").string(), .busy_wait = std::chrono::milliseconds{1}};
    }
    static fs::path fresh() {
        auto name = (fs::temp_directory_path() / "keeping-XXXXXX").native();
        return ::mkdtemp(name.data());
    }

    fs::path folder = fresh();
    manual_clock clock{};
};

TEST_F(keeping_test, of_a_new_folder_makes_a_private_database_and_a_master_key) {
    const auto kept = open_keeping(decided(), clock);
    ASSERT_TRUE(kept) << kept.error().message;
    EXPECT_EQ(kept->secrets->current(), 1U);
    const auto mode = fs::status(folder / "gangway.db").permissions();
    EXPECT_EQ(mode & (fs::perms::group_all | fs::perms::others_all), fs::perms::none);
}

TEST_F(keeping_test, with_another_master_key_than_the_databases_is_refused) {
    ASSERT_TRUE(open_keeping(decided(), clock));
    for (const auto& each : fs::directory_iterator{folder})
        if (!each.path().filename().native().starts_with("gangway.db")) fs::remove(each.path());
    EXPECT_FALSE(open_keeping(decided(), clock));
}

TEST_F(keeping_test, that_is_whole_misses_nothing) {
    const auto kept = open_keeping(decided(), clock);
    ASSERT_TRUE(kept);
    kept_check check{*kept->database, *kept->secrets, clock};
    EXPECT_EQ(ask(check), names{});
}

TEST_F(keeping_test, whose_database_takes_no_changes_misses_it_until_it_does) {
    const auto kept = open_keeping(decided(), clock);
    ASSERT_TRUE(kept);
    const auto database = store::async_database::open(where(), clock, {});
    ASSERT_TRUE(database);
    kept_check check{**database, *kept->secrets, clock};
    auto other = store::database::join(where(), clock);
    ASSERT_TRUE(other);
    names found;
    ASSERT_TRUE((*other)->write([&](store::transaction&) { found = ask(check); }));
    EXPECT_EQ(found, names{"database"});
    clock.now += kept_check::remembered;
    EXPECT_EQ(ask(check), names{});
}

TEST_F(keeping_test, whose_database_names_a_master_key_that_is_not_there_misses_the_vault) {
    const auto kept = open_keeping(decided(), clock);
    ASSERT_TRUE(kept);
    kept_check check{*kept->database, *kept->secrets, clock};
    auto other = store::database::join(where(), clock);
    ASSERT_TRUE(other);
    ASSERT_TRUE((*other)->write([](store::transaction& tx) {
        store::secrets::add_master_key(tx, {.version = 2, .check_value = "of somebody else"});
    }));
    EXPECT_EQ(ask(check), names{"vault"});
}

/// Misses what it is told to, and counts how often it looks.
class scripted_check final : public periodic_check {
  public:
    using periodic_check::periodic_check;
    names script{};
    int looks = 0;

  protected:
    net::awaitable<names> look() override {
        ++looks;
        co_return script;
    }
};

TEST(periodic_check_test, looks_once_in_two_seconds_and_tells_the_others_what_it_found) {
    manual_clock clock;
    scripted_check check{clock};
    check.script = {"a"};
    EXPECT_EQ(ask(check), names{"a"});
    check.script = {};
    clock.now += periodic_check::remembered - std::chrono::milliseconds{1};
    EXPECT_EQ(ask(check), names{"a"});
    EXPECT_EQ(check.looks, 1);
    clock.now += std::chrono::milliseconds{1};
    EXPECT_EQ(ask(check), names{});
    EXPECT_EQ(check.looks, 2);
}

TEST(all_checks_test, miss_what_any_of_them_misses_in_their_order) {
    manual_clock clock;
    scripted_check first{clock}, second{clock}, third{clock};
    first.script = {"a", "b"};
    third.script = {"c"};
    all_checks all{{&first, &second, &third}};
    EXPECT_EQ(ask(all), (names{"a", "b", "c"}));
}

}  // namespace
}  // namespace gangway::app
