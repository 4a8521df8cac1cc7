#include <gangway/net/first_contact_gate.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <exception>
#include <optional>

namespace gangway::net {
namespace {

using turn = first_contact_gate::turn;

/// Somebody who asks for a turn and keeps it until told otherwise.
struct visitor {
    visitor(asio::io_context& context, first_contact_gate& gate, std::string server) {
        constexpr auto visit = [](first_contact_gate& from, std::string name, visitor& self) -> awaitable<void> {
            self.mine.emplace(co_await from.enter(std::move(name)));
        };
        asio::co_spawn(
            context, visit(gate, std::move(server), *this),
            asio::bind_cancellation_slot(cancel.slot(), [this](std::exception_ptr thrown) { failure = thrown; }));
        context.poll();
        context.restart();
    }
    asio::cancellation_signal cancel;
    std::optional<turn> mine;
    std::exception_ptr failure;
};

struct first_contact_gate_test : testing::Test {
    void settle() {
        context.poll();
        context.restart();
    }
    first_contact_gate gate;
    asio::io_context context{1};
};

TEST_F(first_contact_gate_test, free_turn_is_given_at_once) {
    EXPECT_TRUE((visitor{context, gate, "a"}.mine));
    EXPECT_TRUE((visitor{context, gate, "a"}.mine));
}

TEST_F(first_contact_gate_test, turns_with_one_server_are_given_in_order) {
    visitor first{context, gate, "a"}, second{context, gate, "a"}, third{context, gate, "a"};
    EXPECT_TRUE(first.mine);
    EXPECT_FALSE(second.mine);
    first.mine.reset();
    settle();
    EXPECT_TRUE(second.mine);
    EXPECT_FALSE(third.mine);
    second.mine.reset();
    settle();
    EXPECT_TRUE(third.mine);
}

TEST_F(first_contact_gate_test, other_servers_do_not_wait) {
    visitor first{context, gate, "a"}, other{context, gate, "b"};
    EXPECT_TRUE(first.mine);
    EXPECT_TRUE(other.mine);
}

TEST_F(first_contact_gate_test, whoever_gives_up_waiting_is_passed_over) {
    visitor first{context, gate, "a"}, second{context, gate, "a"}, third{context, gate, "a"};
    second.cancel.emit(asio::cancellation_type::terminal);
    settle();
    EXPECT_TRUE(second.failure);
    first.mine.reset();
    settle();
    EXPECT_FALSE(second.mine);
    EXPECT_TRUE(third.mine);
}

TEST_F(first_contact_gate_test, turn_given_to_somebody_who_is_cancelled_at_that_moment_is_not_lost) {
    visitor first{context, gate, "a"}, second{context, gate, "a"}, third{context, gate, "a"};
    first.mine.reset();
    second.cancel.emit(asio::cancellation_type::terminal);
    settle();
    second.mine.reset();
    settle();
    EXPECT_TRUE(third.mine);
}

TEST_F(first_contact_gate_test, waiting_coroutine_that_is_destroyed_leaves_the_queue) {
    visitor first{context, gate, "a"};
    {
        asio::io_context going{1};
        visitor gone{going, gate, "a"};
        EXPECT_FALSE(gone.mine);
    }
    visitor third{context, gate, "a"};
    first.mine.reset();
    settle();
    EXPECT_TRUE(third.mine);
}

TEST_F(first_contact_gate_test, turn_given_to_a_coroutine_that_is_destroyed_goes_on) {
    visitor first{context, gate, "a"};
    std::optional<visitor> third;
    {
        asio::io_context going{1};
        visitor gone{going, gate, "a"};
        third.emplace(context, gate, "a");
        first.mine.reset();
    }
    settle();
    EXPECT_TRUE(third->mine);
}

TEST(first_contact_gate_threads, only_one_is_inside_at_any_time) {
    constexpr int visits = 200;
    std::atomic<int> inside{0}, most{0}, done{0};
    first_contact_gate gate;
    asio::thread_pool pool{4};
    constexpr auto visit = [](first_contact_gate& from, std::atomic<int>& in, std::atomic<int>& top,
                              std::atomic<int>& out) -> awaitable<void> {
        const auto mine = co_await from.enter("a");
        top = std::max(top.load(), ++in);
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        --in;
        ++out;
    };
    for (int i = 0; i < visits; ++i)
        asio::co_spawn(asio::make_strand(pool), visit(gate, inside, most, done), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
    pool.join();
    EXPECT_EQ(done, visits);
    EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace gangway::net
