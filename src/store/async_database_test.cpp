#include "testing/contract.hpp"

#include <gangway/store/async_database.hpp>
#include <gangway/store/settings.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <future>

namespace gangway::store {
namespace {

namespace asio = boost::asio;

class async_contract : public testing::TestWithParam<kind> {
  protected:
    std::unique_ptr<async_database> open(async_database::limits how = {}) {
        return must(async_database::open(here.where(), clock, how));
    }

    set_clock clock{};
    place here{GetParam()};
};
GANGWAY_EVERY_DATABASE(async_contract);

asio::awaitable<void> set_one(async_database& db, std::string name, int& succeeded) {
    const auto done = co_await db.write([&](transaction& tx) { settings::set(tx, name, name); });
    if (done) ++succeeded;
}

asio::awaitable<std::optional<std::string>> get_one(async_database& db, std::string name) {
    auto found = co_await db.read([&](transaction& tx) { return settings::find(tx, name); });
    co_return must(std::move(found));
}

template <class T>
T run(asio::io_context& io, asio::awaitable<T> what) {
    auto done = asio::co_spawn(io, std::move(what), asio::use_future);
    io.restart();
    io.run();
    return done.get();
}

TEST_P(async_contract, many_writers_are_all_answered_and_a_later_read_sees_them) {
    const auto db = open();
    asio::io_context io;
    int succeeded = 0;
    for (int i = 0; i < 300; ++i)
        asio::co_spawn(io, set_one(*db, std::to_string(i), succeeded), asio::detached);
    io.run();
    EXPECT_EQ(succeeded, 300);
    EXPECT_EQ(run(io, get_one(*db, "299")), "299");
}

TEST_P(async_contract, errors_reach_the_one_who_caused_them) {
    const auto db = open();
    asio::io_context io;
    const auto failing = [](async_database& on) -> asio::awaitable<base::result<int>> {
        co_return co_await on.write([](transaction&) -> base::result<int> { return refuse(errc::conflict, "mine"); });
    };
    const auto throwing = [](async_database& on) -> asio::awaitable<base::result<int>> {
        co_return co_await on.write([](transaction&) -> int { throw std::logic_error("a bug"); });
    };
    EXPECT_EQ(run(io, failing(*db)).error().message, "mine");
    EXPECT_EQ(run(io, throwing(*db)).error().code, errc::failure);
    int succeeded = 0;
    run(io, set_one(*db, "a", succeeded));
    EXPECT_EQ(succeeded, 1);
}

TEST_P(async_contract, what_does_not_fit_into_the_queue_is_told_so_and_nothing_is_lost) {
    const auto db = open({.waiting = 2, .together = 1});
    asio::thread_pool io(1);
    std::promise<void> begun, go_on;
    const auto hold = [](async_database& on, std::promise<void>& started,
                         std::promise<void>& until) -> asio::awaitable<void> {
        (void)co_await on.write([&](transaction&) {
            started.set_value();
            until.get_future().wait();
        });
    };
    const auto try_one = [](async_database& on) -> asio::awaitable<base::result<void>> {
        co_return co_await on.write([](transaction&) {});
    };
    asio::co_spawn(io, hold(*db, begun, go_on), asio::detached);
    begun.get_future().wait();
    auto first = asio::co_spawn(io, try_one(*db), asio::use_future);
    auto second = asio::co_spawn(io, try_one(*db), asio::use_future);
    auto third = asio::co_spawn(io, try_one(*db), asio::use_future);
    const auto refused = third.get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::overloaded);
    EXPECT_TRUE(is_retryable(refused.error().code));
    go_on.set_value();
    EXPECT_TRUE(first.get());
    EXPECT_TRUE(second.get());
    io.join();
}

TEST_P(async_contract, ending_it_finishes_what_was_begun) {
    asio::io_context io;
    int succeeded = 0;
    auto db = open();
    for (int i = 0; i < 50; ++i)
        asio::co_spawn(io, set_one(*db, std::to_string(i), succeeded), asio::detached);
    io.poll();
    db.reset();
    io.run();
    EXPECT_EQ(succeeded, 50);
}

TEST_P(async_contract, writes_that_wait_together_share_a_transaction) {
    const auto db = open();
    asio::thread_pool io(1);
    std::promise<void> begun, go_on;
    const auto hold = [](async_database& on, std::promise<void>& started,
                         std::promise<void>& until) -> asio::awaitable<void> {
        (void)co_await on.write([&](transaction&) {
            started.set_value();
            until.get_future().wait();
        });
    };
    // None is answered before all have run: there was one COMMIT for all.
    struct meeting {
        std::atomic<int> entered = 0, answered = 0, answered_before_last = 0;
    } seen;
    const auto one = [](async_database& on, meeting& all) -> asio::awaitable<void> {
        const auto done = co_await on.write([&](transaction&) {
            if (++all.entered == 20) all.answered_before_last = all.answered.load();
        });
        if (done) ++all.answered;
    };
    asio::co_spawn(io, hold(*db, begun, go_on), asio::detached);
    begun.get_future().wait();
    for (int i = 0; i < 20; ++i)
        asio::co_spawn(io, one(*db, seen), asio::detached);
    asio::post(io, [&] { go_on.set_value(); });
    io.join();
    EXPECT_EQ(seen.answered, 20);
    EXPECT_EQ(seen.answered_before_last, 0);
}

TEST(async_database, a_place_that_cannot_be_opened_is_an_error) {
    set_clock clock;
    const auto opened = async_database::open({.where = "/nonexistent/x"}, clock, {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, errc::unavailable);
}

}  // namespace
}  // namespace gangway::store
