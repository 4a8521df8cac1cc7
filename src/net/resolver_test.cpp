#include "resolver.hpp"

#include "run_coroutine.hpp"

#include <gangway/net/deadline.hpp>
#include <gangway/net/errors.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

namespace gangway::net {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

using addresses = std::vector<asio::ip::address>;

asio::ip::address address(const std::string& text) {
    return asio::ip::make_address(text);
}
model::endpoint server(std::string_view host) {
    return {model::host::parse(host).value(), 2222};
}

const egress_policy open_policy{{.mode = egress_mode::open}};
const egress_policy public_policy{{.mode = egress_mode::public_only}};

struct resolver_test : testing::Test {
    ~resolver_test() override { pool.join(); }

    base::result<std::vector<tcp::endpoint>> resolve(std::string_view host, base::result<addresses> answer,
                                                     const egress_policy& policy = public_policy) {
        const auto by = [&](const std::string& name) {
            asked.push_back(name);
            return answer;
        };
        return run_coroutine(resolve_by(by, server(host), policy, pool));
    }

    asio::thread_pool pool{2};
    std::vector<std::string> asked;
};

TEST_F(resolver_test, name_is_looked_up_once_and_every_address_is_kept_in_order) {
    const auto found = resolve("Example.COM", addresses{address("2a00:1450::1"), address("8.8.8.8")});
    EXPECT_THAT(found.value(),
                ElementsAre(tcp::endpoint{address("2a00:1450::1"), 2222}, tcp::endpoint{address("8.8.8.8"), 2222}));
    EXPECT_THAT(asked, ElementsAre("example.com"));
}

TEST_F(resolver_test, address_is_not_looked_up) {
    EXPECT_THAT(resolve("8.8.8.8", addresses{}).value(), ElementsAre(tcp::endpoint{address("8.8.8.8"), 2222}));
    EXPECT_THAT(resolve("[2A00:1450::1]", addresses{}).value(),
                ElementsAre(tcp::endpoint{address("2a00:1450::1"), 2222}));
    EXPECT_TRUE(asked.empty());
}

TEST_F(resolver_test, forbidden_address_is_refused_without_lookup) {
    for (const auto* host : {"127.0.0.1", "::1", "::ffff:10.0.0.1", "169.254.169.254"}) {
        EXPECT_EQ(resolve(host, addresses{}).error().code, errc::host_blocked) << host;
    }
    EXPECT_TRUE(asked.empty());
}

TEST_F(resolver_test, forbidden_name_is_refused_without_lookup) {
    EXPECT_EQ(resolve("localhost", addresses{address("8.8.8.8")}).error().code, errc::host_blocked);
    EXPECT_EQ(resolve("metadata.google.internal", addresses{address("8.8.8.8")}, open_policy).error().code,
              errc::host_blocked);
    EXPECT_TRUE(asked.empty());
}

/// Row E6.
TEST_F(resolver_test, one_bad_address_refuses_the_name_wherever_it_stands) {
    for (const auto& answer :
         {addresses{address("8.8.8.8"), address("10.0.0.1")}, addresses{address("10.0.0.1"), address("8.8.8.8")},
          addresses{address("8.8.8.8"), address("::ffff:127.0.0.1")}})
        EXPECT_EQ(resolve("example.com", answer).error().code, errc::host_blocked);
    addresses many(30, address("8.8.8.8"));
    many.push_back(address("10.0.0.1"));
    EXPECT_EQ(resolve("example.com", many).error().code, errc::host_blocked);
}

TEST_F(resolver_test, cloudflare_is_named) {
    const auto refused = resolve("example.com", addresses{address("104.16.0.1")});
    EXPECT_EQ(refused.error().code, errc::cloudflare_blocked);
    EXPECT_EQ(refused.error().fact_named("isCloudflare"), "true");
}

TEST_F(resolver_test, twenty_different_addresses_are_kept) {
    addresses answer;
    for (int i = 0; i < 60; ++i)
        answer.push_back(address("8.8.8." + std::to_string(i / 2)));
    const auto found = resolve("example.com", answer).value();
    ASSERT_EQ(found.size(), 20U);
    EXPECT_EQ(found.back(), (tcp::endpoint{address("8.8.8.19"), 2222}));
}

TEST_F(resolver_test, lookup_that_fails_or_finds_nothing_is_dns_failed) {
    EXPECT_EQ(resolve("example.com", addresses{}).error().code, errc::dns_failed);
    const auto failed = resolve("example.com", base::fail(errc::dns_failed, base::phase::dns, "no such name"));
    EXPECT_EQ(failed.error().message, "no such name");
    EXPECT_EQ(failed.error().where, base::phase::dns);
}

/// A name server that does not answer until the test ends.
struct hanging_lookups {
    ~hanging_lookups() { let_go(); }
    void let_go() {
        shared->gone_on = true;
        shared->gone_on.notify_all();
    }
    [[nodiscard]] int answered() const { return shared->answered; }
    [[nodiscard]] lookup_function by() const {
        return [state = shared](const std::string&) {
            state->gone_on.wait(false);
            ++state->answered;
            return addresses{address("8.8.8.8")};
        };
    }
    /// Shared with the threads, which may come to run when the test is over.
    struct state {
        std::atomic<bool> gone_on{false};
        std::atomic<int> answered{0};
    };
    std::shared_ptr<state> shared = std::make_shared<state>();
};

TEST_F(resolver_test, lookup_that_hangs_is_abandoned_at_the_deadline) {
    hanging_lookups lookups;
    const auto outcome = run_coroutine(with_deadline(
        resolve_by(lookups.by(), server("example.com"), public_policy, pool), 1ms, base::phase::dns, "looking up"));
    EXPECT_EQ(outcome.error().code, errc::timed_out);
    EXPECT_EQ(lookups.answered(), 0);
    pool.join();  // does not wait for it
    EXPECT_EQ(lookups.answered(), 0);
}  // its context is gone by now; the answer goes nowhere

TEST_F(resolver_test, pool_may_go_before_a_lookup_that_hangs) {
    hanging_lookups lookups;
    {
        asio::thread_pool brief{1};
        const auto outcome =
            run_coroutine(with_deadline(resolve_by(lookups.by(), server("example.com"), public_policy, brief), 1ms,
                                        base::phase::dns, "looking up"));
        EXPECT_FALSE(outcome);
    }
    EXPECT_EQ(lookups.answered(), 0);
}

TEST_F(resolver_test, abandoned_lookups_count_until_they_end_and_more_than_64_are_refused) {
    hanging_lookups lookups;
    const auto abandoned = [&] {
        return run_coroutine(with_deadline(resolve_by(lookups.by(), server("example.com"), public_policy, pool), 0ms,
                                           base::phase::dns, "looking up"))
            .error()
            .code;
    };
    for (int i = 0; i < lookup_limit; ++i)
        EXPECT_EQ(abandoned(), errc::timed_out) << i;
    EXPECT_EQ(abandoned(), errc::dns_failed);
    EXPECT_EQ(abandoned(), errc::dns_failed);
    EXPECT_TRUE(resolve("8.8.8.8", addresses{}));
    lookups.let_go();
    while (!resolve("example.com", addresses{address("8.8.8.8")}))
        std::this_thread::yield();
}

TEST_F(resolver_test, many_lookups_at_once_each_get_their_own_answer) {
    const auto by = [](const std::string& name) {
        return addresses{address("8.8.8." + name.substr(0, name.find('.')).substr(1))};
    };
    asio::io_context context{1};
    int right = 0;
    constexpr auto one = [](lookup_function with, int number, asio::thread_pool& on, int& count) -> awaitable<void> {
        const auto found =
            co_await resolve_by(with, server("h" + std::to_string(number) + ".example"), public_policy, on);
        if (found.value().front().address() == address("8.8.8." + std::to_string(number))) ++count;
    };
    for (int i = 0; i < 50; ++i)
        asio::co_spawn(context, one(by, i, pool, right), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
    context.run();
    EXPECT_EQ(right, 50);
}

TEST(look_up, localhost_is_loopback) {
    const auto found = look_up("localhost");
    ASSERT_TRUE(found);
    ASSERT_FALSE(found->empty());
    for (const auto& entry : *found)
        EXPECT_TRUE(entry.is_loopback()) << entry;
}

}  // namespace
}  // namespace gangway::net
