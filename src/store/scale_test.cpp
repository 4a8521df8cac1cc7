#include "testing/contract.hpp"

#include <gangway/store/async_database.hpp>
#include <gangway/store/files.hpp>
#include <gangway/store/settings.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstdio>

namespace gangway::store {
namespace {

/// Steps of the ledger that must stay cheap with many files. How long they took is printed and not judged: that is for
/// the benchmarks.
class scale : public store_contract {
  protected:
    scale() {
        make_connection("c1", "one");
        make_folder("f1", "c1");
        holder = take_lease("c1");
    }
    template <class Step>
    void timed(const char* what, Step step) {
        const auto began = std::chrono::steady_clock::now();
        step();
        const auto took = std::chrono::steady_clock::now() - began;
        std::printf("    %-40s %6lld ms\n", what,
                    static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
    }
    static std::vector<file_identity> listing(int count) {
        std::vector<file_identity> files;
        for (int i = 0; i < count; ++i)
            files.push_back({.folder_id = "f1",
                             .path = "/in/2026/orders-" + std::to_string(i) + ".csv",
                             .size = i,
                             .mtime = 1'700'000'000});
        return files;
    }
    lease holder{};
};
GANGWAY_EVERY_SHARED_DATABASE(scale);

TEST_P(scale, thousands_of_files_go_through_all_states_in_groups) {
    const int count_of_files = GetParam() == kind::file ? 10'000 : 2'000;
    const auto seen = listing(count_of_files);
    std::vector<std::string> ids;
    std::vector<files::fetched_file> done;
    for (const auto& what : seen) {
        ids.push_back(file_id(what));
        done.push_back({ids.back(), "00", what.path});
    }
    const auto count = [](const std::vector<bool>& won) { return std::ranges::count(won, true); };
    const auto step = [&](const char* what, auto work) {
        timed(what,
              [&] { EXPECT_EQ(write([&](transaction& tx) { return count(work(tx)); }), count_of_files) << what; });
    };
    step("discover", [&](auto& tx) { return files::discover(tx, holder, seen); });
    step("stabilise", [&](auto& tx) { return files::stabilise(tx, holder, ids); });
    step("claim", [&](auto& tx) {
        std::vector<bool> won;
        for (const auto& version : files::claim(tx, holder, "r", ids))
            won.push_back(version.has_value());
        return won;
    });
    step("fetch", [&](auto& tx) { return files::fetch(tx, holder, done); });
    step("publish", [&](auto& tx) { return files::publish(tx, holder, ids); });
    step("record", [&](auto& tx) { return files::record(tx, holder, ids, post_state::none); });
    step("finalise", [&](auto& tx) { return files::finalise(tx, holder, ids); });
}

TEST_P(scale, very_many_known_files_are_read_for_planning) {
    const auto seen = listing(GetParam() == kind::file ? 100'000 : 20'000);
    timed("discover", [&] { write([&](transaction& tx) { (void)files::discover(tx, holder, seen); }); });
    std::size_t count = 0;
    timed("each_known, all of them", [&] {
        read([&](transaction& tx) {
            count = 0;
            files::each_known(tx, "f1", [&](const known_file&) { ++count; });
        });
    });
    EXPECT_EQ(count, seen.size());
}

TEST_P(scale, thousands_of_coroutines_write_one_row_each) {
    const int coroutines = GetParam() == kind::file ? 10'000 : 2'000;
    const auto async = must(async_database::open(here.where(), clock, {}));
    boost::asio::io_context io;
    int succeeded = 0;
    const auto one = [](async_database& on, int number, int& count) -> boost::asio::awaitable<void> {
        const auto done =
            co_await on.write([number](transaction& tx) { settings::set(tx, std::to_string(number), "value"); });
        if (done) ++count;
    };
    for (int i = 0; i < coroutines; ++i)
        boost::asio::co_spawn(io, one(*async, i, succeeded), boost::asio::detached);
    timed("writes of coroutines", [&] { io.run(); });
    EXPECT_EQ(succeeded, coroutines);
}

}  // namespace
}  // namespace gangway::store
