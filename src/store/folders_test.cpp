#include "testing/contract.hpp"

#include <gangway/store/errors.hpp>
#include <gangway/store/looks.hpp>

#include <algorithm>

namespace gangway::store {
namespace {

using namespace std::chrono_literals;

class folders_contract : public store_contract {
  protected:
    folders_contract() { make_connection("c1", "one"); }
};
GANGWAY_EVERY_DATABASE(folders_contract);

TEST_P(folders_contract, a_folder_is_read_as_it_was_written_and_changed_by_revision) {
    make_folder("f1", "c1");
    auto row = *read([](transaction& tx) { return folders::find(tx, "f1"); });
    row.remote_folder = "/\xff\xfe/\xc3";
    row.rules = R"({"match":"*.csv"})";
    row.enabled = false;
    EXPECT_EQ(write([&](transaction& tx) { return folders::update(tx, row); }), changed::done);
    EXPECT_EQ(write([&](transaction& tx) { return folders::update(tx, row); }), changed::stale);
    auto now = *read([](transaction& tx) { return folders::find(tx, "f1"); });
    row.revision = 2;
    row.updated_at = now.updated_at;
    EXPECT_EQ(now, row);
    EXPECT_EQ(read([](transaction& tx) { return folders::list(tx, "c1"); }).size(), 1U);
    EXPECT_EQ(write([](transaction& tx) { return folders::remove(tx, "f1", 1); }), changed::stale);
    EXPECT_EQ(write([](transaction& tx) { return folders::remove(tx, "f1", 2); }), changed::done);
    EXPECT_EQ(write([](transaction& tx) { return folders::remove(tx, "f1", 2); }), changed::missing);
    EXPECT_EQ(write([&](transaction& tx) { return folders::update(tx, now); }), changed::missing);
}

TEST_P(folders_contract, a_folder_of_no_connection_is_refused_as_a_conflict) {
    const auto made = db->write([](transaction& tx) { folders::create(tx, {.id = "f", .connection_id = "none"}); });
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, errc::conflict);
    EXPECT_EQ(made.error().where, base::phase::storage);
}

TEST_P(folders_contract, due_are_enabled_folders_of_connections_that_are_not_paused_longest_due_first) {
    for (const char* const id : {"f1", "f2", "f3"})
        make_folder(id, "c1");
    make_connection("c2", "two");
    make_folder("paused", "c2");
    write([](transaction& tx) {
        schedules::set(tx, "f1", timestamp{20s}, 0);
        schedules::set(tx, "f2", timestamp{10s}, 3);
        schedules::set(tx, "f3", timestamp{31s}, 0);
        schedules::set(tx, "paused", timestamp{5s}, 0);
        auto second = *connections::find(tx, "c2");
        second.paused = true;
        EXPECT_EQ(connections::update(tx, second), changed::done);
    });
    const auto due = read([](transaction& tx) { return schedules::due(tx, timestamp{30s}, 10); });
    ASSERT_EQ(due.size(), 2U);
    EXPECT_EQ(due[0], (due_folder{"f2", timestamp{10s}, 3}));
    EXPECT_EQ(due[1].folder_id, "f1");
    EXPECT_EQ(read([](transaction& tx) { return schedules::due(tx, timestamp{30s}, 1); }).size(), 1U);
    EXPECT_EQ(read([](transaction& tx) { return schedules::next(tx); }), timestamp{5s});
    write([](transaction& tx) {
        schedules::set(tx, "f2", timestamp{40s}, 0);
        schedules::clear(tx, "f1");
    });
    EXPECT_TRUE(read([](transaction& tx) { return schedules::due(tx, timestamp{30s}, 10); }).empty());
    EXPECT_EQ(read([](transaction& tx) { return schedules::find(tx, "f2"); })->failures, 0);
}

TEST_P(folders_contract, every_change_of_connections_and_folders_is_another_edition) {
    std::vector<std::string> editions;
    const auto is_new_after = [&](auto change) {
        write(change);
        editions.push_back(read([](transaction& tx) { return folders::edition(tx); }));
        return std::ranges::count(editions, editions.back()) == 1;
    };
    EXPECT_TRUE(is_new_after([](transaction&) {}));
    EXPECT_FALSE(is_new_after([](transaction&) {}));
    make_folder("f1", "c1");
    EXPECT_TRUE(is_new_after([](transaction&) {}));
    EXPECT_TRUE(
        is_new_after([](transaction& tx) { EXPECT_EQ(folders::update(tx, *folders::find(tx, "f1")), changed::done); }));
    EXPECT_TRUE(is_new_after(
        [](transaction& tx) { EXPECT_EQ(connections::update(tx, *connections::find(tx, "c1")), changed::done); }));
    EXPECT_FALSE(is_new_after([](transaction& tx) { connections::set_health(tx, "c1", health::failing, "why"); }));
    EXPECT_TRUE(is_new_after([](transaction& tx) { EXPECT_EQ(folders::remove(tx, "f1", 2), changed::done); }));
}

TEST_P(folders_contract, a_pause_after_failures_ends_for_a_folder_or_all_of_a_connection_and_no_other_wait_does) {
    make_connection("c2", "two");
    make_folder("other", "c2");
    for (const char* const id : {"f1", "f2", "waits"})
        make_folder(id, "c1");
    const auto set = [this] {
        write([](transaction& tx) {
            for (const char* const id : {"f1", "f2", "other"})
                schedules::set(tx, id, tx.now() + 1h, 7);
            schedules::set(tx, "waits", tx.now() + 1h, 0);
        });
    };
    const auto due = [this] {
        std::vector<std::string> ids;
        for (const auto& each : read([](transaction& tx) { return schedules::due(tx, tx.now(), 10); })) {
            EXPECT_EQ(each.failures, 0);
            ids.push_back(each.folder_id);
        }
        return ids;
    };
    set();
    write([](transaction& tx) { schedules::end_pause(tx, "f1"); });
    EXPECT_EQ(due(), std::vector<std::string>{"f1"});
    set();
    write([](transaction& tx) { schedules::end_pauses(tx, "c1"); });
    EXPECT_EQ(due(), (std::vector<std::string>{"f1", "f2"}));
    write([](transaction& tx) { schedules::end_pause(tx, "waits"); });
    EXPECT_EQ(due().size(), 2U);
}

TEST_P(folders_contract, without_schedules_nothing_is_next) {
    EXPECT_FALSE(read([](transaction& tx) { return schedules::next(tx); }));
}

TEST_P(folders_contract, looks_are_replaced_as_a_whole_and_only_by_the_holder) {
    make_folder("f1", "c1");
    make_folder("f2", "c1");
    const auto holder = take_lease("c1", "a");
    const auto replace = [&](const lease& by, std::string_view folder, const std::vector<file_look>& seen) {
        return write([&](transaction& tx) { return looks::replace(tx, by, folder, seen); });
    };
    const auto kept = [&](std::string_view folder) {
        return read([&](transaction& tx) { return looks::list(tx, folder); });
    };
    const file_look first{.path = "a\xff", .size = 1LL << 40, .mtime = -1, .since = timestamp{5s}, .first = false};
    const file_look second{.path = std::string(4096, 'b'), .size = 0, .mtime = 4'000'000'000, .since = timestamp{6s}};
    EXPECT_TRUE(replace(holder, "f1", {first, second}));
    EXPECT_TRUE(replace(holder, "f2", {second}));
    EXPECT_EQ(kept("f1").size(), 2U);
    EXPECT_TRUE(replace(holder, "f1", {first}));
    EXPECT_EQ(kept("f1"), std::vector{first});
    EXPECT_EQ(kept("f2"), std::vector{second});
    auto old = holder;
    --old.fence;
    EXPECT_FALSE(replace(old, "f1", {}));
    EXPECT_EQ(kept("f1").size(), 1U);
    EXPECT_TRUE(replace(holder, "f1", {}));
    EXPECT_TRUE(kept("f1").empty());
}

TEST_P(folders_contract, a_lease_has_one_owner_until_it_expires) {
    const auto take = [&](const char* owner, std::chrono::milliseconds length) {
        return write([&](transaction& tx) { return leases::take(tx, "c1", owner, length); });
    };
    const auto first = take("a", 1h);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->fence, 1);
    EXPECT_FALSE(take("b", 1h));
    const auto again = take("a", 0ms);  // over at once
    ASSERT_TRUE(again);
    EXPECT_EQ(again->fence, 2);
    const auto second = take("b", 1h);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->fence, 3);
    EXPECT_EQ(second->owner, "b");
    EXPECT_FALSE(take("a", 1h));
    EXPECT_FALSE(write([&](transaction& tx) { return leases::renew(tx, *again, 1h); }));
    EXPECT_FALSE(write([&](transaction& tx) { return leases::give_back(tx, *again); }));
    EXPECT_TRUE(write([&](transaction& tx) { return leases::renew(tx, *second, 1h); }));
    EXPECT_TRUE(write([&](transaction& tx) { return leases::give_back(tx, *second); }));
    EXPECT_FALSE(write([&](transaction& tx) { return leases::renew(tx, *second, 1h); }));
    EXPECT_GT(take("a", 1h)->fence, second->fence);
}

TEST_P(folders_contract, a_lease_of_no_connection_is_a_conflict) {
    const auto taken = db->write([](transaction& tx) { return leases::take(tx, "none", "a", 1h); });
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, errc::conflict);
}

}  // namespace
}  // namespace gangway::store
