#include "testing/pull_fixture.hpp"

namespace gangway::transfer {
namespace {

using namespace testing;
using store::run_outcome;

class pull_retention_test : public pull_fixture {
  protected:
    pull_retention_test() : pull_fixture({.node = "here", .keep = {.runs = std::chrono::days{1}}}) {}
};

TEST_F(pull_retention_test, old_history_is_removed_once_a_day_in_portions) {
    const auto add = [&](int count) {
        database_does([&](store::transaction& tx) {
            for (int i = 0; i < count; ++i) {
                const store::run row{
                    .id = store::new_id(tx.now()), .folder_id = "f", .outcome = run_outcome::succeeded};
                store::runs::start(tx, row);
                EXPECT_TRUE(store::runs::end(tx, row));
            }
        });
    };
    service->start();
    settle();
    add(1200);
    pass(60s);
    EXPECT_TRUE(watch.events.empty());
    pass(24h);
    pass(24h);
    EXPECT_EQ(watch.events.back(), "removed 1200");
}

}  // namespace
}  // namespace gangway::transfer
