#include "migrate.hpp"

#include "query.hpp"
#include "schema.hpp"
#include "testing/contract.hpp"

#include <gangway/store/errors.hpp>

#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace gangway::store {
namespace {

const migration first{1, "one", {"CREATE TABLE one (a BIGINT)", "INSERT INTO one (a) VALUES (1)"}};
const migration second{
    2, "two", {"CREATE TABLE two (a BIGINT)", "UPDATE one SET a = a + 1", "INSERT INTO two (a) VALUES (2)"}};
const migration broken{2, "two", {"CREATE TABLE two (a BIGINT)", "INSERT INTO nowhere (a) VALUES (2)"}};

class migrate_contract : public testing::TestWithParam<kind> {
  protected:
    /// Opens the place without this program's schema.
    std::unique_ptr<database_session> session() {
        auto made = std::make_unique<database_session>(here.where(), clock);
        made->connect();
        return made;
    }
    static long long number(database_session& from, std::string_view sql) {
        auto tx = from.current();
        return value_of<long long>(tx, sql).value_or(-1);
    }
    /// How far `session` has come: the versions that are applied, and that exactly their effects are there.
    static long long version_of(database_session& from) {
        const auto version = number(from, "SELECT COALESCE(MAX(version), 0) FROM schema_migrations");
        EXPECT_EQ(number(from, "SELECT COUNT(*) FROM schema_migrations"), version);
        if (version >= 1) EXPECT_EQ(number(from, "SELECT a FROM one"), version);
        if (version >= 2) EXPECT_EQ(number(from, "SELECT a FROM two"), 2);
        return version;
    }
    static errc refusal(database_session& of, std::span<const migration> steps) {
        try {
            migrate(of, steps);
        } catch (const stored_failure& failure) {
            return failure.code();
        }
        return errc{};
    }

    set_clock clock{};
    place here{GetParam()};
};
GANGWAY_EVERY_SHARED_DATABASE(migrate_contract);

TEST_P(migrate_contract, steps_are_applied_in_order_and_once) {
    const auto mine = session();
    migrate(*mine, std::vector{first});
    EXPECT_EQ(version_of(*mine), 1);
    migrate(*mine, std::vector{first, second});
    migrate(*mine, std::vector{first, second});
    EXPECT_EQ(version_of(*mine), 2);
}

TEST_P(migrate_contract, a_step_that_fails_leaves_nothing_and_the_right_one_goes_on) {
    const auto mine = session();
    EXPECT_THROW(migrate(*mine, std::vector{first, broken}), soci::soci_error);
    EXPECT_EQ(version_of(*mine), 1);
    migrate(*mine, std::vector{first, second});
    EXPECT_EQ(version_of(*mine), 2);
}

TEST_P(migrate_contract, a_kill_before_any_statement_is_survived) {
    const std::vector steps{first, second};
    int statements = 0;
    {
        place elsewhere{GetParam()};
        database_session counting(elsewhere.where(), clock);
        counting.connect();
        migrate(counting, steps, [&](std::string_view) { ++statements; });
    }
    ASSERT_GE(statements, 9);
    for (int kill_at = 1; kill_at <= statements; ++kill_at) {
        place fresh{GetParam()};
        const pid_t child = ::fork();
        if (child == 0) {
            int at = 0;
            database_session mine(fresh.where(), clock);
            mine.connect();
            migrate(mine, steps, [&](std::string_view) {
                if (++at == kill_at) ::kill(::getpid(), SIGKILL);
            });
            ::_exit(1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status)) << kill_at;
        database_session mine(fresh.where(), clock);
        mine.connect();
        mine.check_whole();
        migrate(mine, steps);
        EXPECT_EQ(version_of(mine), 2) << kill_at;
    }
}

TEST_P(migrate_contract, nodes_that_start_together_apply_each_step_once) {
    std::vector<std::thread> nodes;
    for (int i = 0; i < 4; ++i)
        nodes.emplace_back([this] { migrate(*session(), std::vector{first, second}); });
    for (auto& node : nodes)
        node.join();
    EXPECT_EQ(version_of(*session()), 2);
}

TEST_P(migrate_contract, a_newer_schema_is_refused) {
    const auto mine = session();
    migrate(*mine, std::vector{first, second});
    EXPECT_EQ(refusal(*mine, std::vector{first}), errc::newer_schema);
    EXPECT_EQ(version_of(*mine), 2);
}

TEST_P(migrate_contract, a_step_whose_checksum_changed_is_refused) {
    const auto mine = session();
    migrate(*mine, std::vector{first});
    auto edited = first;
    edited.statements[1] = "INSERT INTO one (a) VALUES (2)";
    EXPECT_EQ(refusal(*mine, std::vector{edited, second}), errc::foreign_schema);
    EXPECT_EQ(version_of(*mine), 1);
}

TEST_P(migrate_contract, tables_of_another_program_are_left_alone) {
    const auto mine = session();
    mine->sql() << "CREATE TABLE users (a BIGINT)";
    EXPECT_EQ(refusal(*mine, std::vector{first}), errc::foreign_schema);
    const auto opened = database::open(here.where(), clock);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, errc::foreign_schema);
}

TEST_P(migrate_contract, opening_says_what_is_wrong_with_a_newer_schema) {
    must(database::open(here.where(), clock));
    session()->sql() << "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (99, 'x', 'y', 0)";
    const auto opened = database::open(here.where(), clock);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, errc::newer_schema);
    EXPECT_NE(opened.error().message.find("99"), std::string::npos);
}

TEST(schema, versions_count_from_one) {
    int expected = 0;
    for (const auto& step : migrations())
        EXPECT_EQ(step.version, ++expected);
    EXPECT_GE(expected, 1);
}

TEST(schema, a_checksum_depends_on_where_statements_end) {
    EXPECT_NE(checksum({1, "", {"ab", "c"}}), checksum({1, "", {"a", "bc"}}));
    EXPECT_EQ(checksum({1, "x", {"ab"}}), checksum({2, "y", {"ab"}}));
}

}  // namespace
}  // namespace gangway::store
