#include "pool_book.hpp"

#include <gtest/gtest.h>

namespace gangway::remote {
namespace {

using verdict = pool_book::verdict;
using std::chrono::seconds;

const std::string host = "h:22";

class pool_book_test : public testing::Test {
  protected:
    pool_book::asker_id ask(const std::string& key) { return book.ask(host, key, now); }
    pool_book::decision only() {
        const auto all = book.take_decisions();
        EXPECT_EQ(all.size(), 1U);
        return all.empty() ? pool_book::decision{} : all.front();
    }
    /// A connection for `key` with one lease.
    pool_book::connection_id connected(const std::string& key) {
        static_cast<void>(ask(key));
        EXPECT_EQ(only().what, verdict::dial);
        return book.dialled(host, key, now);
    }
    void release(pool_book::connection_id id, bool broken = false) { book.released(id, now, broken); }

    pool_limits limits{.connections_per_host = 2, .leases_per_connection = 2};
    pool_book book{limits};
    pool_book::time_point now{std::chrono::hours{1}};
};

TEST_F(pool_book_test, first_asker_dials) {
    const auto me = ask("k");
    const auto decision = only();
    EXPECT_EQ(decision.asker, me);
    EXPECT_EQ(decision.what, verdict::dial);
}

TEST_F(pool_book_test, second_asker_for_the_same_key_waits_for_the_first_ones_connection) {
    static_cast<void>(ask("k"));
    static_cast<void>(only());
    const auto second = ask("k");
    EXPECT_TRUE(book.take_decisions().empty());
    const auto connection = book.dialled(host, "k", now);
    const auto decision = only();
    EXPECT_EQ(decision.asker, second);
    EXPECT_EQ(decision.what, verdict::use);
    EXPECT_EQ(decision.connection, connection);
}

TEST_F(pool_book_test, connection_is_used_again_by_its_own_key_only) {
    const auto connection = connected("k");
    release(connection);
    static_cast<void>(ask("k"));
    EXPECT_EQ(only().connection, connection);
    static_cast<void>(ask("other"));
    EXPECT_EQ(only().what, verdict::dial);
}

TEST_F(pool_book_test, full_connection_makes_the_next_asker_dial_and_then_wait_for_a_place) {
    const auto first = connected("k");
    static_cast<void>(ask("k"));
    EXPECT_EQ(only().what, verdict::use);
    const auto second = connected("k");
    static_cast<void>(ask("k"));
    EXPECT_EQ(only().connection, second);
    const auto waiting = ask("k");
    EXPECT_TRUE(book.take_decisions().empty());
    release(first);
    const auto decision = only();
    EXPECT_EQ(decision.asker, waiting);
    EXPECT_EQ(decision.connection, first);
}

TEST_F(pool_book_test, idle_connection_of_another_key_gives_its_place_up) {
    const auto idle = connected("a");
    release(idle);
    static_cast<void>(connected("b"));
    static_cast<void>(ask("c"));
    EXPECT_EQ(only().what, verdict::dial);
    EXPECT_EQ(book.take_closings(), std::vector{idle});
}

TEST_F(pool_book_test, askers_are_served_in_the_order_of_asking) {
    const auto a = connected("a");
    static_cast<void>(connected("b"));
    const auto first = ask("c");
    const auto second = ask("d");
    EXPECT_TRUE(book.take_decisions().empty());
    release(a);
    EXPECT_EQ(only().asker, first);
    book.not_dialled(host, "c", now, false);
    EXPECT_EQ(only().asker, second);
}

TEST_F(pool_book_test, asker_that_cannot_be_served_does_not_hold_up_another_key) {
    const auto a = connected("a");
    static_cast<void>(connected("b"));
    static_cast<void>(ask("c"));
    static_cast<void>(ask("a"));
    EXPECT_EQ(only().connection, a);
}

TEST_F(pool_book_test, asker_that_waited_long_gets_the_place_of_a_connection_that_never_rests) {
    const auto a = connected("a");
    const auto b = connected("b");
    const auto starving = ask("c");
    now += limits.patience - std::chrono::milliseconds{1};
    static_cast<void>(ask("a"));
    EXPECT_EQ(only().connection, a) << "not yet";
    now += std::chrono::milliseconds{1};
    book.expire(now);
    const auto late = ask("b");
    EXPECT_TRUE(book.take_decisions().empty()) << "one of both takes no new work: that with less to wait for";
    release(b);
    EXPECT_EQ(book.take_closings(), std::vector{b});
    const auto decision = only();
    EXPECT_EQ(decision.asker, starving);
    EXPECT_EQ(decision.what, verdict::dial);
    static_cast<void>(book.dialled(host, "c", now));
    now += limits.patience;
    release(a);
    release(a);
    EXPECT_EQ(only().asker, late) << "and so it goes in turn";
}

TEST_F(pool_book_test, those_who_wait_for_one_key_get_one_place) {
    static_cast<void>(connected("a"));
    const auto b = connected("b");
    static_cast<void>(ask("b"));
    EXPECT_EQ(only().connection, b);
    static_cast<void>(ask("c"));
    static_cast<void>(ask("c"));
    now += limits.patience;
    book.expire(now);
    release(b);
    static_cast<void>(ask("b"));
    EXPECT_EQ(only().connection, b) << "the other one makes way";
}

TEST_F(pool_book_test, key_with_several_connections_gives_one_of_them_up) {
    const auto first = connected("a");
    static_cast<void>(ask("a"));
    static_cast<void>(only());
    const auto second = connected("a");
    static_cast<void>(ask("c"));
    now += limits.patience;
    book.expire(now);
    release(first);
    static_cast<void>(ask("a"));
    EXPECT_EQ(only().connection, first);
    release(second);
    EXPECT_EQ(book.take_closings(), std::vector{second});
    EXPECT_EQ(only().what, verdict::dial);
}

TEST_F(pool_book_test, connection_takes_work_again_when_nobody_waits_for_its_place_any_more) {
    const auto a = connected("a");
    static_cast<void>(connected("b"));
    const auto starving = ask("c");
    now += limits.patience;
    const auto mine = ask("a");
    EXPECT_TRUE(book.take_decisions().empty()) << "it stands aside";
    EXPECT_TRUE(book.withdraw(host, starving, now));
    const auto decision = only();
    EXPECT_EQ(decision.asker, mine);
    EXPECT_EQ(decision.connection, a);
}

TEST_F(pool_book_test, connection_that_cannot_come_to_rest_stands_aside_for_a_while_only) {
    const auto a = connected("a");
    static_cast<void>(connected("b"));
    static_cast<void>(ask("c"));
    now += limits.patience;
    const auto mine = ask("a");
    EXPECT_TRUE(book.take_decisions().empty());
    now += limits.standing_aside;
    book.expire(now);
    const auto decision = only();
    EXPECT_EQ(decision.asker, mine);
    EXPECT_EQ(decision.connection, a);
}

TEST_F(pool_book_test, who_has_a_connection_of_its_own_takes_nobody_elses) {
    const auto a = connected("a");
    static_cast<void>(ask("a"));
    static_cast<void>(only());
    const auto b = connected("b");
    static_cast<void>(ask("a"));
    now += limits.patience;
    book.expire(now);
    static_cast<void>(ask("b"));
    EXPECT_EQ(only().connection, b);
    release(a);
    EXPECT_EQ(only().connection, a);
}

TEST_F(pool_book_test, shared_failure_fails_everyone_who_waited_for_that_connection) {
    static_cast<void>(ask("k"));
    static_cast<void>(only());
    const auto second = ask("k");
    static_cast<void>(ask("other"));
    EXPECT_EQ(only().what, verdict::dial);
    book.not_dialled(host, "k", now, true);
    const auto decision = only();
    EXPECT_EQ(decision.asker, second);
    EXPECT_EQ(decision.what, verdict::fail);
}

TEST_F(pool_book_test, dial_that_was_given_up_passes_on_to_the_next_who_waits) {
    static_cast<void>(ask("k"));
    static_cast<void>(only());
    const auto second = ask("k");
    book.not_dialled(host, "k", now, false);
    const auto decision = only();
    EXPECT_EQ(decision.asker, second);
    EXPECT_EQ(decision.what, verdict::dial);
}

TEST_F(pool_book_test, withdrawn_asker_gets_no_decision) {
    static_cast<void>(ask("k"));
    static_cast<void>(only());
    const auto second = ask("k");
    EXPECT_TRUE(book.withdraw(host, second, now));
    static_cast<void>(book.dialled(host, "k", now));
    EXPECT_TRUE(book.take_decisions().empty());
    EXPECT_FALSE(book.withdraw(host, second, now));
}

TEST_F(pool_book_test, broken_connection_is_closed_when_its_last_lease_ends) {
    const auto connection = connected("k");
    static_cast<void>(ask("k"));
    static_cast<void>(only());
    release(connection, true);
    EXPECT_TRUE(book.take_closings().empty());
    static_cast<void>(ask("k"));
    EXPECT_EQ(only().what, verdict::dial);
    release(connection);
    EXPECT_EQ(book.take_closings(), std::vector{connection});
}

TEST_F(pool_book_test, idle_connection_that_ended_by_itself_is_closed_at_once) {
    const auto connection = connected("k");
    release(connection);
    book.ended(connection, now);
    EXPECT_EQ(book.take_closings(), std::vector{connection});
    book.ended(connection, now);
    EXPECT_TRUE(book.take_closings().empty());
}

TEST_F(pool_book_test, connection_that_ended_in_use_is_closed_with_its_last_lease_and_taken_by_nobody) {
    const auto connection = connected("k");
    book.ended(connection, now);
    EXPECT_TRUE(book.take_closings().empty());
    static_cast<void>(ask("k"));
    EXPECT_EQ(only().what, verdict::dial);
    release(connection);
    EXPECT_EQ(book.take_closings(), std::vector{connection});
}

TEST_F(pool_book_test, connection_is_closed_when_it_was_idle_for_long_enough) {
    const auto connection = connected("k");
    now += limits.idle;
    book.expire(now);
    EXPECT_TRUE(book.take_closings().empty()) << "it has a lease";
    release(connection);
    now += limits.idle - seconds{1};
    book.expire(now);
    EXPECT_TRUE(book.take_closings().empty());
    now += seconds{1};
    book.expire(now);
    EXPECT_EQ(book.take_closings(), std::vector{connection});
    EXPECT_EQ(book.connections(), 0U);
}

TEST_F(pool_book_test, old_connection_takes_no_new_work) {
    const auto connection = connected("k");
    now += limits.oldest;
    static_cast<void>(ask("k"));
    EXPECT_EQ(only().what, verdict::dial);
    release(connection);
    EXPECT_EQ(book.take_closings(), std::vector{connection});
}

TEST_F(pool_book_test, hosts_have_their_own_limits) {
    static_cast<void>(connected("a"));
    static_cast<void>(connected("b"));
    static_cast<void>(book.ask("elsewhere:22", "c", now));
    EXPECT_EQ(only().what, verdict::dial);
}

TEST_F(pool_book_test, idle_time_is_that_before_the_new_lease) {
    const auto connection = connected("k");
    now += seconds{5};
    release(connection);
    const auto released = now;
    now += seconds{20};
    static_cast<void>(ask("k"));
    static_cast<void>(only());
    EXPECT_EQ(book.idle_since(connection), released);
}

TEST_F(pool_book_test, counts_leases_dials_and_those_who_wait) {
    const auto connection = connected("k");
    static_cast<void>(ask("k"));      // a second lease
    static_cast<void>(ask("other"));  // dials
    static_cast<void>(ask("third"));  // no connection is left to the host
    static_cast<void>(book.ask("elsewhere:22", "k", now));
    auto now_there = book.count();
    EXPECT_EQ(book.connections(), 1U);
    EXPECT_EQ(now_there.leases, 2U);
    EXPECT_EQ(now_there.dialling, 2U);
    EXPECT_EQ(now_there.waiting, 1U);
    release(connection);
    release(connection);
    now_there = book.count();
    EXPECT_EQ(now_there.leases, 0U);
    EXPECT_EQ(now_there.waiting, 0U) << "the idle connection gave its place up";
    EXPECT_EQ(now_there.dialling, 3U);
}

}  // namespace
}  // namespace gangway::remote
