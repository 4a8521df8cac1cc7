// Several nodes on one ledger: whatever their interleaving, each version of a file is published once.

#include "testing/contract.hpp"

#include <gangway/store/audit.hpp>
#include <gangway/store/files.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

namespace gangway::store {
namespace {

using namespace std::chrono_literals;

class nodes : public store_contract {};
GANGWAY_EVERY_SHARED_DATABASE(nodes);

/// What publishing outside of the database looks like: a name that is taken once.
class destination {
  public:
    /// False if it was there already.
    bool publish(const std::string& key, const std::string& sha256) {
        const std::scoped_lock lock{mutex_};
        ++attempts_;
        return published_.try_emplace(key, sha256).second;
    }
    [[nodiscard]] bool has(const std::string& key) {
        const std::scoped_lock lock{mutex_};
        return published_.contains(key);
    }
    [[nodiscard]] std::size_t count() const { return published_.size(); }

  private:
    std::mutex mutex_{};
    std::map<std::string, std::string> published_{};
    int attempts_ = 0;
};

/// A node that works as the engine does, but whose leases end at once, so that others take over at any moment.
class node {
  public:
    node(database& db, destination& to, std::string name) : db_(db), to_(to), name_(std::move(name)) {}

    /// Takes the lease, picks up what others have left, and brings up to `most` files further. False when all are done.
    bool work(std::size_t most) {
        const auto held = must(db_.write([&](transaction& tx) { return leases::take(tx, "c1", name_, 0ms); }));
        if (!held) return true;
        for (const auto& row : must(db_.write([&](transaction& tx) { return files::take_over(tx, *held); })))
            go_on(*held, row.id, row.state, row.version.value_or(0), row.destination_key.value_or(""));
        std::vector<std::string> ids;
        bool left = false;
        must(db_.read([&](transaction& tx) {
            ids.clear();
            left = false;
            files::each_known(tx, "f1", [&](const known_file& row) {
                left = left || row.state != file_state::recorded;
                if (row.state == file_state::stable && ids.size() < most) ids.push_back(row.id);
            });
        }));
        const auto won = must(db_.write([&](transaction& tx) { return files::claim(tx, *held, name_, ids); }));
        for (std::size_t i = 0; i < ids.size(); ++i)
            if (won[i]) go_on(*held, ids[i], file_state::claimed, *won[i], "");
        return left;
    }

  private:
    /// Each arrow is a transaction of its own; whoever is refused stops, as its lease is another's by now.
    void go_on(const lease& held, const std::string& id, file_state state, std::int64_t version, std::string key) {
        const std::vector<std::string> ids{id};
        if (state == file_state::claimed) {
            key = id + "@" + std::to_string(version);
            const files::fetched_file done[] = {{id, "aa", key}};
            if (!must(db_.write([&](transaction& tx) { return files::fetch(tx, held, done); }))[0]) return;
            state = file_state::fetched;
        }
        if (state == file_state::fetched) {
            if (!to_.has(key)) to_.publish(key, "aa");  // whoever finds it there adopts it
            if (!must(db_.write([&](transaction& tx) { return files::publish(tx, held, ids); }))[0]) return;
        }
        const auto recorded = must(db_.write([&](transaction& tx) {
            auto done = files::record(tx, held, ids, post_state::none);
            if (done[0]) audit::append(tx, name_, "recorded", id, "{}");
            return done;
        }));
        (void)recorded;
    }

    database& db_;
    destination& to_;
    std::string name_;
};

TEST_P(nodes, that_take_over_from_each_other_at_any_moment_record_each_file_once) {
    constexpr int count = 40, workers = 3;
    make_connection("c1", "one");
    make_folder("f1", "c1");
    const auto first = take_lease("c1", "setup");
    std::vector<file_identity> listing;
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) {
        listing.push_back({.folder_id = "f1", .path = std::to_string(i), .size = i});
        ids.push_back(file_id(listing.back()));
    }
    write([&](transaction& tx) {
        EXPECT_EQ(std::ranges::count(files::discover(tx, first, listing), true), count);
        EXPECT_EQ(std::ranges::count(files::stabilise(tx, first, ids), true), count);
        EXPECT_TRUE(leases::give_back(tx, first));
    });
    destination to;
    std::vector<std::thread> threads;
    for (int i = 0; i < workers; ++i)
        threads.emplace_back([&, mine = another(), name = "node" + std::to_string(i)] {
            node self(*mine, to, name);
            for (int round = 0; round < 2000 && self.work(3); ++round)
                ;
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(to.count(), static_cast<std::size_t>(count));
    for (const auto& id : ids)
        EXPECT_EQ(read([&](transaction& tx) { return files::find(tx, id); })->state, file_state::recorded);
    const auto entries = read([](transaction& tx) { return audit::list(tx, "", 0, 1000); });
    EXPECT_EQ(entries.size(), static_cast<std::size_t>(count));
    EXPECT_FALSE(read([](transaction& tx) { return audit::verify(tx); }));
}

}  // namespace
}  // namespace gangway::store
