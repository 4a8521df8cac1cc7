#include "testing/pull_fixture.hpp"

namespace gangway::transfer {
namespace {

using namespace testing;

class pull_requests : public pull_fixture {
  protected:
    using answer = std::optional<base::result<std::string>>;

    pull_requests() {
        make_connection("c1");
        make_folder("f1", "c1", "null");
        service->start();
        settle();
    }
    void ask(answer& into) {
        constexpr auto asking = [](pull_service& whom, answer& told) -> net::awaitable<void> {
            told = co_await whom.run_now("f1", store::run_cause::manual, "token ops");
        };
        net::asio::co_spawn(io, asking(*service, into), net::asio::detached);
    }
    [[nodiscard]] std::string going_on() const { return runner.now.front()->order.run.id; }
};

TEST_F(pull_requests, run_that_is_asked_for_as_soon_as_another_is_seen_to_end_comes_next_and_once) {
    answer first;
    answer second;
    answer third;
    ask(first);
    settle();
    ASSERT_EQ(runner.now.size(), 1U);
    watch.on_end = [&] {
        ask(second);
        ask(third);
    };
    end_run(store::run_outcome::succeeded);
    ASSERT_TRUE(second && *second) << second->error().message;
    ASSERT_EQ(runner.now.size(), 1U);
    EXPECT_EQ(going_on(), **second);
    EXPECT_NE(going_on(), **first);
    ASSERT_TRUE(third && !*third);
    EXPECT_EQ(third->error().fact_named("run"), **second);
}

}  // namespace
}  // namespace gangway::transfer
