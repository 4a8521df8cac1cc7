#include "testing/contract.hpp"
#include "testing/postgresql_server.hpp"

#include <gangway/store/audit.hpp>
#include <gangway/store/errors.hpp>
#include <gangway/store/settings.hpp>

#include <atomic>
#include <set>
#include <thread>

namespace gangway::store {
namespace {

using namespace std::chrono_literals;

base::result<void> set(database& db, std::string_view name, std::string_view value) {
    return db.write([&](transaction& tx) { settings::set(tx, name, value); });
}

std::optional<std::string> get(database& db, std::string_view name) {
    return must(db.read([&](transaction& tx) { return settings::find(tx, name); }));
}

class database_contract : public store_contract {
  protected:
    /// Puts changes with these outcomes into one group: each sets the setting of its number.
    std::vector<change> group(const std::vector<bool>& succeed) {
        std::vector<change> changes(succeed.size());
        for (std::size_t i = 0; i < succeed.size(); ++i)
            changes[i].work = [this, i, good = succeed[i]](transaction& tx) -> base::result<void> {
                ++runs_;
                settings::set(tx, std::to_string(i), "set");
                if (!good) return refuse(errc::conflict, "number " + std::to_string(i));
                return {};
            };
        return changes;
    }
    static void run(database& db, std::vector<change>& changes) {
        std::vector<change*> pointers;
        for (auto& change : changes)
            pointers.push_back(&change);
        db.write_group(pointers);
    }
    int runs_ = 0;
};
GANGWAY_EVERY_DATABASE(database_contract);

TEST_P(database_contract, an_error_that_work_returns_undoes_it) {
    const auto done = db->write([](transaction& tx) -> base::result<int> {
        settings::set(tx, "a", "1");
        return refuse(errc::conflict, "no");
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message, "no");
    EXPECT_FALSE(get(*db, "a"));
    EXPECT_EQ(must(db->write([](transaction&) -> base::result<int> { return 7; })), 7);
}

TEST_P(database_contract, an_exception_undoes_the_work_and_the_next_call_goes_on) {
    const auto fail = [](transaction& tx) {
        settings::set(tx, "a", "1");
        throw std::logic_error("a bug");
    };
    EXPECT_THROW((void)db->write(fail), std::logic_error);
    EXPECT_FALSE(get(*db, "a"));
    must(set(*db, "a", "2"));
    EXPECT_EQ(get(*db, "a"), "2");
}

TEST_P(database_contract, text_that_is_not_utf8_or_has_a_nul_is_refused_and_undoes_the_work) {
    for (const std::string& text : {std::string("a\0b", 3), std::string("\xff"), std::string("\xc3")}) {
        const auto done = db->write([&](transaction& tx) {
            settings::set(tx, "before", "1");
            settings::set(tx, "a", text);
        });
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, errc::invalid_text);
        EXPECT_FALSE(get(*db, "before"));
    }
}

TEST_P(database_contract, text_that_looks_like_sql_is_text) {
    const std::string text = "'; DROP TABLE settings; -- :name $1 \\ \"";
    must(set(*db, text, text));
    EXPECT_EQ(get(*db, text), text);
}

TEST_P(database_contract, a_read_changes_nothing_on_postgresql_and_sees_one_state) {
    must(set(*db, "a", "1"));
    if (GetParam() == kind::memory) return;
    const auto second = another();
    read([&](transaction& tx) {
        EXPECT_EQ(settings::find(tx, "a"), "1");
        must(set(*second, "a", "2"));
        EXPECT_EQ(settings::find(tx, "a"), "1");
    });
    EXPECT_EQ(get(*db, "a"), "2");
}

TEST_P(database_contract, in_a_group_a_failing_change_is_undone_alone) {
    auto changes = group({true, false, true});
    run(*db, changes);
    EXPECT_EQ(runs_, 3);
    EXPECT_TRUE(changes[0].outcome);
    ASSERT_FALSE(changes[1].outcome);
    EXPECT_EQ(changes[1].outcome.error().message, "number 1");
    EXPECT_TRUE(changes[2].outcome);
    EXPECT_EQ(get(*db, "0"), "set");
    EXPECT_FALSE(get(*db, "1"));
    EXPECT_EQ(get(*db, "2"), "set");
}

TEST_P(database_contract, a_change_that_breaks_the_transaction_costs_the_others_nothing) {
    auto changes = group({true, true, true});
    changes[1].work = [](transaction& tx) -> base::result<void> {
        EXPECT_EQ(connections::create(tx, {.id = "c", .name = "c"}), changed::done);
        (void)connections::create(tx, {.id = "c", .name = "d"});  // the same id: the database refuses
        return {};
    };
    run(*db, changes);
    EXPECT_TRUE(changes[0].outcome);
    ASSERT_FALSE(changes[1].outcome);
    EXPECT_EQ(changes[1].outcome.error().code, errc::conflict);
    EXPECT_TRUE(changes[2].outcome);
    EXPECT_EQ(get(*db, "0"), "set");
    EXPECT_EQ(get(*db, "2"), "set");
    EXPECT_FALSE(must(db->read([](transaction& tx) { return connections::find(tx, "c"); })));
}

TEST_P(database_contract, an_empty_group_is_nothing) {
    std::vector<change> none;
    run(*db, none);
    EXPECT_EQ(runs_, 0);
}

TEST_P(database_contract, no_message_shows_the_value_of_a_parameter) {
    const auto done = db->write([](transaction& tx) {
        (void)connections::create(tx, {.id = "canary-id", .name = "c", .description = "canary-text"});
        (void)connections::create(tx, {.id = "canary-id", .name = "d", .description = "canary-text"});
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message.find("canary"), std::string::npos) << done.error().message;
}

class shared_database : public store_contract {};
GANGWAY_EVERY_SHARED_DATABASE(shared_database);

TEST_P(shared_database, two_writers_append_to_one_chain_and_count_without_loss) {
    constexpr int each = 40;
    const auto second = another();
    make_connection("c1", "one");
    const auto work = [](database& mine) {
        for (int i = 0; i < each; ++i)
            must(mine.write([](transaction& tx) {
                audit::append(tx, "a", "b", "c", "{}");
                auto row = *connections::find(tx, "c1");
                const auto taken = leases::take(tx, "c1", "same", 1h);
                EXPECT_TRUE(taken);
            }));
    };
    std::thread other([&] { work(*second); });
    work(*db);
    other.join();
    EXPECT_FALSE(read([](transaction& tx) { return audit::verify(tx); }));
    EXPECT_EQ(read([](transaction& tx) { return audit::list(tx, "", 0, 1); }).at(0).seq, 2 * each);
    EXPECT_EQ(read([](transaction& tx) { return leases::find(tx, "c1"); })->fence, 2 * each);
}

TEST_P(shared_database, of_many_who_reach_for_a_lease_one_gets_it) {
    make_connection("c1", "one");
    std::atomic<int> winners = 0;
    std::vector<std::thread> nodes;
    for (int i = 0; i < 6; ++i)
        nodes.emplace_back([&, i, mine = another()] {
            const auto taken = must(
                mine->write([&](transaction& tx) { return leases::take(tx, "c1", "node" + std::to_string(i), 1h); }));
            if (taken) ++winners;
        });
    for (auto& node : nodes)
        node.join();
    EXPECT_EQ(winners, 1);
}

TEST_P(shared_database, of_two_who_create_the_same_name_one_is_told) {
    std::atomic<int> made = 0, taken = 0;
    std::vector<std::thread> nodes;
    for (int i = 0; i < 4; ++i)
        nodes.emplace_back([&, i, mine = another()] {
            const auto how = must(mine->write(
                [&](transaction& tx) { return connections::create(tx, {.id = std::to_string(i), .name = "same"}); }));
            ++(how == changed::done ? made : taken);
        });
    for (auto& node : nodes)
        node.join();
    EXPECT_EQ(made, 1);
    EXPECT_EQ(taken, 3);
}

TEST_P(shared_database, what_another_connection_committed_is_there_after_reopening) {
    must(set(*db, "a", "1"));
    db.reset();
    EXPECT_EQ(get(*another(), "a"), "1");
}

TEST_P(shared_database, a_lock_held_by_others_is_busy_and_retryable_and_changes_nothing) {
    auto impatient = here.where();
    impatient.busy_wait = 50ms;
    const auto second = must(database::open(impatient, clock));
    must(set(*db, "a", "1"));
    write([&](transaction& tx) {
        settings::set(tx, "a", "2");
        const auto refused = set(*second, "a", "3");
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, errc::busy);
        EXPECT_TRUE(is_retryable(refused.error().code));
        EXPECT_EQ(get(*second, "a"), "1");  // readers do not wait
    });
    must(set(*second, "b", "4"));
    EXPECT_EQ(get(*db, "a"), "2");
    EXPECT_EQ(get(*db, "b"), "4");
}

TEST(postgresql, a_cut_connection_is_unavailable_and_comes_back_with_the_next_call) {
    set_clock clock;
    const place here(kind::postgresql);
    const auto db = must(database::open(here.where(), clock));
    must(set(*db, "a", "1"));
    postgresql_server::running().cut_connections();
    const auto cut = set(*db, "a", "2");
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code, errc::unavailable);
    EXPECT_EQ(get(*db, "a"), "1");
    must(set(*db, "a", "3"));
    EXPECT_EQ(get(*db, "a"), "3");
}

TEST(postgresql, a_connection_cut_inside_a_transaction_changes_nothing) {
    set_clock clock;
    const place here(kind::postgresql);
    const auto db = must(database::open(here.where(), clock));
    const auto cut = db->write([](transaction& tx) {
        settings::set(tx, "a", "1");
        postgresql_server::running().cut_connections();
        settings::set(tx, "b", "1");
    });
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code, errc::unavailable);
    EXPECT_FALSE(get(*db, "a"));
}

TEST(postgresql, a_connection_cut_before_commit_has_an_unknown_outcome) {
    set_clock clock;
    const place here(kind::postgresql);
    const auto db = must(database::open(here.where(), clock));
    const auto cut = db->write([](transaction& tx) {
        settings::set(tx, "a", "1");
        postgresql_server::running().cut_connections();
    });
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code, errc::outcome_unknown);
    EXPECT_FALSE(is_retryable(cut.error().code));
    EXPECT_FALSE(get(*db, "a"));  // this time it was not
}

TEST(postgresql, a_server_that_is_not_there_is_unavailable) {
    set_clock clock;
    const auto opened = database::open({.backend = backend::postgresql, .where = "host=/nonexistent dbname=x"}, clock);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, errc::unavailable);
}

TEST(postgresql, a_database_that_may_only_be_read_says_so) {
    set_clock clock;
    const place here(kind::postgresql);
    must(database::open(here.where(), clock));
    auto where = here.where();
    where.where.insert(where.where.rfind('\''), " -c default_transaction_read_only=on");
    const auto opened = database::open(where, clock);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, errc::read_only);
}

}  // namespace
}  // namespace gangway::store
