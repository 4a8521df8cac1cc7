#include "testing/pull_fixture.hpp"
#include "testing/run_fixture.hpp"

#include <gangway/store/webhooks.hpp>

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <vector>

namespace gangway::transfer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct failing_files_of_runs : ::testing::Test, testing::run_fixture {
    /// The next `count` runs, each when all files may be tried again: which of them had something to tell.
    std::vector<int> telling_runs(int count) {
        std::vector<int> telling;
        for (int number = 1; number <= count; ++number, clock.seconds += 4000) {
            auto done = run();
            if (!done.failing) continue;
            telling.push_back(number);
            told = std::move(done.failing);
        }
        return telling;
    }
    std::optional<failing_files> told{};
};

TEST_F(failing_files_of_runs, file_that_cannot_be_pulled_is_told_at_its_fifth_failure_and_each_doubling) {
    server.add("/in/a", "alpha");
    server.add("/in/b", "beta");
    server.refused = {"/in/b"};
    EXPECT_THAT(telling_runs(21), ElementsAre(5, 10, 20));
    EXPECT_EQ(told->count, 1);
    EXPECT_EQ(told->path, "b");
    EXPECT_THAT(told->error, HasSubstr("b: OPEN failed: PERMISSION_DENIED"));
}

TEST_F(failing_files_of_runs, sources_that_cannot_be_deleted_are_told_together) {
    settings.rules.after = model::delete_source{};
    server.add("/in/a", "alpha");
    server.add("/in/b", "beta");
    server.before = [this](const std::string& request) {
        if (request == "REMOVE /in/a") server.refused = {"/in/a", "/in/b"};
        return true;
    };
    EXPECT_THAT(telling_runs(6), ElementsAre(5));
    EXPECT_EQ(told->count, 2);
    EXPECT_EQ(told->path, "a");
    EXPECT_THAT(arrived(), ElementsAre("a", "b")) << "and nothing was pulled again";
}

TEST_F(failing_files_of_runs, file_that_arrives_in_the_end_is_not_told) {
    server.add("/in/a", "alpha");
    server.refused = {"/in/a"};
    EXPECT_THAT(telling_runs(4), ElementsAre());
    server.refused.clear();
    EXPECT_THAT(telling_runs(8), ElementsAre());
    EXPECT_THAT(arrived(), ElementsAre("a"));
}

class failing_files_notice : public testing::pull_fixture {
  protected:
    failing_files_notice() {
        make_connection("c1");
        make_folder("f1", "c1", R"({"every":"15m"})");
        database_does([](store::transaction& tx) {
            store::webhooks::add(tx, {.id = "w", .url = "https://a.example/", .events = R"(["files_failing"])"});
        });
        service->start();
        settle();
        pass(std::chrono::minutes{17});
    }
    std::vector<store::delivery> queued() {
        return database_does([](store::transaction& tx) { return store::webhooks::deliveries(tx, "w", 10); });
    }
    static void fail_some(run_result& result) {
        result.failing = failing_files{.count = 3, .path = "b\xFF", .error = "OPEN failed"};
    }
};

TEST_F(failing_files_notice, is_queued_with_the_end_of_a_run_that_pulled_the_rest) {
    end_run(store::run_outcome::partial, fail_some);
    ASSERT_EQ(queued().size(), 1U);
    EXPECT_EQ(queued()[0].event, "files_failing");
    EXPECT_THAT(queued()[0].payload, HasSubstr(R"("folder":{"id":"f1")"));
    EXPECT_THAT(queued()[0].payload, HasSubstr(R"("outcome":"partial")"));
    EXPECT_THAT(queued()[0].payload, HasSubstr("\"files\":{\"count\":3,\"path\":\"b\uFFFD\",\"pathBase64\":\"Yv8=\","
                                               "\"error\":\"OPEN failed\"}"));
}

TEST_F(failing_files_notice, is_queued_too_where_the_run_was_ended_before_it_was_done) {
    end_run(store::run_outcome::interrupted, fail_some);
    EXPECT_EQ(queued().size(), 1U);
}

TEST_F(failing_files_notice, is_not_queued_without_a_reason) {
    end_run(store::run_outcome::partial);
    EXPECT_TRUE(queued().empty());
}

}  // namespace
}  // namespace gangway::transfer
