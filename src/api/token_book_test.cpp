#include <gangway/api/access_policy.hpp>
#include <gangway/api/errors.hpp>
#include <gangway/api/token_book.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace gangway::api {
namespace {

class still_clock final : public base::clock {
  public:
    std::chrono::system_clock::time_point wall() const override { return std::chrono::sys_days{std::chrono::days{1}}; }
    std::chrono::steady_clock::time_point steady() const override { return now; }
    std::chrono::steady_clock::time_point now{};
};

class token_book_test : public ::testing::Test {
  protected:
    template <class T>
    T run(net::awaitable<T> work) {
        auto outcome = net::asio::co_spawn(context, std::move(work), net::asio::use_future);
        context.restart();
        while (outcome.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
            context.run_one();
        return outcome.get();
    }
    /// Lets what was begun on the side end.
    void settle() {
        while (used("t1") == std::nullopt && context.run_one() != 0) {
        }
    }
    void add(std::string id, std::string_view token, store::role what) {
        const auto row = store::token{.id = id, .name = "name of " + id, .role = what, .hash = token_hash(token)};
        EXPECT_TRUE(*run(database->write([&](store::transaction& tx) { return store::tokens::add(tx, row); })));
    }
    void revoke(std::string id) {
        EXPECT_TRUE(*run(database->write([&](store::transaction& tx) { return store::tokens::revoke(tx, id); })));
    }
    std::optional<store::timestamp> used(std::string_view id) {
        for (const auto& row : *run(database->read([](store::transaction& tx) { return store::tokens::list(tx); })))
            if (row.id == id) return row.last_used_at;
        return std::nullopt;
    }

    still_clock clock{};
    net::asio::io_context context{1};
    std::unique_ptr<store::async_database> database{
        *store::async_database::open({.where = ":memory:"}, clock, store::async_database::limits{})};
    std::shared_ptr<token_book> book{std::make_shared<token_book>(context.get_executor(), *database, clock)};
};

TEST_F(token_book_test, hash_is_sha256_in_hexadecimal_digits) {
    EXPECT_EQ(token_hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(token_book_test, nothing_is_accepted_before_the_tokens_are_read) {
    add("t1", "secret", role::viewer);
    EXPECT_FALSE(book->find("secret"));
    ASSERT_TRUE(run(book->refresh()));
    const auto who = book->find("secret");
    ASSERT_TRUE(who);
    EXPECT_EQ(who->name, "token name of t1");
    EXPECT_EQ(who->role, role::viewer);
    EXPECT_FALSE(book->find("secre"));
    EXPECT_FALSE(book->find(""));
    EXPECT_FALSE(book->find(token_hash("secret")));
    settle();
}

TEST_F(token_book_test, revoked_token_is_gone_with_the_next_reading) {
    add("t1", "secret", role::admin);
    revoke("t1");
    ASSERT_TRUE(run(book->refresh()));
    EXPECT_FALSE(book->find("secret"));
}

TEST_F(token_book_test, use_is_noted) {
    add("t1", "secret", role::admin);
    ASSERT_TRUE(run(book->refresh()));
    ASSERT_TRUE(book->find("secret"));
    settle();
    EXPECT_TRUE(used("t1"));
}

TEST_F(token_book_test, policy_takes_tokens_of_the_database_beside_the_configured_one) {
    add("t1", "small", role::viewer);
    ASSERT_TRUE(run(book->refresh()));
    access_rules rules{.tokens = book.get()};
    rules.api_token = base::secret{"configured"};
    const auto access = access_policy::make(std::move(rules), "127.0.0.1").value();
    const auto check = [&](std::string_view authorization) {
        return access.check(
            {.method = "GET", .target = "/", .fields = {{"Host", "localhost"}, {"Authorization", authorization}}});
    };
    EXPECT_EQ(check("Bearer small")->role, role::viewer);
    EXPECT_EQ(check("Bearer configured")->role, role::admin);
    EXPECT_EQ(check("Bearer other").error().code, errc::unauthorized);
    settle();
}

TEST_F(token_book_test, without_a_configured_token_a_wrong_one_is_still_wrong) {
    ASSERT_TRUE(run(book->refresh()));
    const auto access = access_policy::make({.tokens = book.get()}, "127.0.0.1").value();
    EXPECT_TRUE(access.check({.method = "GET", .target = "/", .fields = {{"Host", "localhost"}}}));
    EXPECT_FALSE(access.check(
        {.method = "GET", .target = "/", .fields = {{"Host", "localhost"}, {"Authorization", "Bearer wrong"}}}));
}

}  // namespace
}  // namespace gangway::api
