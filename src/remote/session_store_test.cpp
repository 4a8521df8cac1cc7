#include <gangway/remote/errors.hpp>
#include <gangway/remote/session_store.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gangway::remote {
namespace {

using namespace std::literals;

class manual_clock final : public base::clock {
  public:
    std::chrono::system_clock::time_point wall() const override { return {}; }
    std::chrono::steady_clock::time_point steady() const override { return now; }
    std::chrono::steady_clock::time_point now{1h};
};

class store : public ::testing::Test {
  protected:
    static stored_session someone(std::string name) {
        model::credentials who{.username = std::move(name)};
        who.password = base::secret{"p"};
        return {.where = {{*model::host::parse("h.example"), 22}, std::move(who), std::nullopt}};
    }
    std::string add(std::string name) { return sessions->add(someone(std::move(name))).value(); }
    std::string user(std::string_view id) {
        const auto found = sessions->find(id);
        return found ? found->where.who.username : "(none)";
    }

    net::asio::io_context context;
    manual_clock clock;
    std::shared_ptr<session_store> sessions = std::make_shared<session_store>(
        context.get_executor(), clock, session_store_limits{.sessions = 3, .idle = 600s});
};

TEST_F(store, session_is_found_by_its_id_only) {
    const auto id = add("u"), other = add("v");
    EXPECT_EQ(user(id), "u");
    EXPECT_EQ(user(other), "v");
    for (const auto& guess : {""s, id.substr(1), id + "A", "x" + id.substr(1), std::string(100'000, 'x')})
        EXPECT_EQ(user(guess), "(none)");
}

TEST_F(store, ids_are_long_and_never_the_same) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto id = add("u");
        EXPECT_EQ(id.size(), 32U);
        EXPECT_EQ(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                  std::string::npos);
        seen.insert(id);
        EXPECT_TRUE(sessions->remove(id));
    }
    EXPECT_EQ(seen.size(), 1000U);
}

TEST_F(store, removed_session_is_gone_but_lives_for_who_holds_it) {
    const auto id = add("u");
    const auto held = sessions->find(id);
    EXPECT_TRUE(sessions->remove(id));
    EXPECT_FALSE(sessions->remove(id));
    EXPECT_EQ(user(id), "(none)");
    EXPECT_EQ(held->where.who.password->view(), "p");
}

TEST_F(store, session_that_is_not_used_is_forgotten) {
    const auto id = add("u");
    clock.now += 599s;
    EXPECT_EQ(user(id), "u");
    clock.now += 599s;
    EXPECT_EQ(user(id), "u") << "each use begins anew";
    clock.now += 600s;
    EXPECT_EQ(user(id), "(none)");
    EXPECT_EQ(sessions->size(), 0U);
    EXPECT_FALSE(sessions->remove(id));
}

TEST_F(store, forgotten_session_cannot_be_removed_either) {
    const auto id = add("u");
    clock.now += 600s;
    EXPECT_FALSE(sessions->remove(id));
}

TEST_F(store, session_that_somebody_holds_is_in_use) {
    const auto id = add("u");
    auto held = sessions->find(id);
    clock.now += 1h;
    sessions->expire();
    EXPECT_EQ(user(id), "u");
    held.reset();
    clock.now += 599s;
    sessions->expire();
    EXPECT_EQ(sessions->size(), 1U);
    clock.now += 1s;
    sessions->expire();
    EXPECT_EQ(sessions->size(), 0U);
}

TEST_F(store, there_is_an_end_to_their_number) {
    const auto first = add("1");
    add("2");
    clock.now += 300s;
    add("3");
    const auto refused = sessions->add(someone("4"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, make_error_code(errc::too_many_sessions));
    EXPECT_EQ(refused.error().fact_named("retryAfter"), "10");
    EXPECT_TRUE(sessions->remove(first));
    EXPECT_EQ(user(add("4")), "4");
    clock.now += 300s;
    EXPECT_EQ(user(add("5")), "5") << "the second has been idle for long enough to make room";
    EXPECT_EQ(sessions->size(), 3U);
}

TEST_F(store, timer_forgets_without_being_asked) {
    sessions = std::make_shared<session_store>(context.get_executor(), clock, session_store_limits{.idle = 1s});
    add("u");
    clock.now += 1s;
    context.run_one();
    EXPECT_EQ(sessions->size(), 0U);
    context.run();  // nothing is left to wait for
}

TEST_F(store, timer_outlives_no_store) {
    add("u");
    sessions.reset();
    context.run();
}

}  // namespace
}  // namespace gangway::remote
