#include "testing/contract.hpp"

#include <gangway/store/errors.hpp>
#include <gangway/store/files.hpp>

#include <algorithm>
#include <map>

namespace gangway::store {
namespace {

using namespace std::chrono_literals;
using flags = std::vector<bool>;

/// One connection c1 with the folder f1, whose lease `holder` is this node's.
class ledger_contract : public store_contract {
  protected:
    ledger_contract() {
        make_connection("c1", "one");
        make_folder("f1", "c1");
        holder = take_lease("c1", "a");
    }

    static file_identity seen(const std::string& path, std::int64_t size = 1, std::int64_t mtime = 2) {
        return {.folder_id = "f1", .path = path, .size = size, .mtime = mtime};
    }
    flags discover(const std::vector<file_identity>& what) {
        return write([&](transaction& tx) { return files::discover(tx, holder, what); });
    }
    /// A call for one file.
    template <class Call>
    bool one(Call call, const std::string& id) {
        const std::vector<std::string> ids{id};
        return write([&](transaction& tx) -> bool { return call(tx, holder, ids)[0]; });
    }
    bool stabilise(const std::string& id) { return one(files::stabilise, id); }
    bool abandon(const std::string& id) { return one(files::abandon, id); }
    bool publish(const std::string& id) { return one(files::publish, id); }
    bool finalise(const std::string& id) { return one(files::finalise, id); }
    std::optional<std::int64_t> claim(const std::string& id) {
        const std::vector<std::string> ids{id};
        return write([&](transaction& tx) { return files::claim(tx, holder, "r1", ids)[0]; });
    }
    bool record(const std::string& id, post_state post = post_state::none) {
        return one([post](auto& tx, auto& by, auto& ids) { return files::record(tx, by, ids, post); }, id);
    }
    bool fetch(const std::string& id) {
        const files::fetched_file done[] = {{id, "00ff", "in/a.v1", id + "-1:upload"}};
        return write([&](transaction& tx) -> bool { return files::fetch(tx, holder, done)[0]; });
    }
    file get(const std::string& id) {
        return read([&](transaction& tx) { return files::find(tx, id); }).value_or(file{});
    }
    /// A new file that has come as far as `state`.
    std::string file_in(file_state state, const file_identity& what) {
        EXPECT_EQ(discover({what}), flags{true});
        const auto id = file_id(what);
        if (state == file_state::abandoned) {
            EXPECT_TRUE(abandon(id));
            return id;
        }
        const std::vector<std::function<bool()>> arrows{
            [&] { return stabilise(id); }, [&] { return claim(id).has_value(); },
            [&] { return fetch(id); },     [&] { return publish(id); },
            [&] { return record(id); },    [&] { return finalise(id); }};
        for (std::size_t i = 0; i < static_cast<std::size_t>(state); ++i)
            EXPECT_TRUE(arrows[i]());
        EXPECT_EQ(get(id).state, state);
        return id;
    }

    lease holder{};
};
GANGWAY_EVERY_DATABASE(ledger_contract);

TEST_P(ledger_contract, a_file_goes_from_arrow_to_arrow_and_the_times_are_kept) {
    const auto what = seen(std::string("a\xff/\0b", 5), 1LL << 40, 4'000'000'000);
    const auto id = file_in(file_state::discovered, what);
    auto row = get(id);
    EXPECT_EQ(row.identity, what);
    EXPECT_EQ(row.connection_id, "c1");
    EXPECT_FALSE(row.stable_at || row.version || row.sha256);
    EXPECT_TRUE(stabilise(id));
    EXPECT_EQ(claim(id), 1);
    EXPECT_EQ(get(id).run_id, "r1");
    EXPECT_TRUE(fetch(id));
    EXPECT_EQ(get(id).evidence, id + "-1:upload");
    EXPECT_TRUE(publish(id));
    EXPECT_TRUE(record(id, post_state::pending));
    EXPECT_TRUE(finalise(id));
    row = get(id);
    EXPECT_EQ(row.state, file_state::finalised);
    EXPECT_EQ(row.post_action, post_state::done);
    EXPECT_EQ(row.sha256, "00ff");
    EXPECT_EQ(row.version, 1);
    EXPECT_EQ(row.destination_key, "in/a.v1");
    EXPECT_EQ(row.fence, holder.fence);
    for (const auto& time :
         {row.stable_at, row.claimed_at, row.fetched_at, row.published_at, row.recorded_at, row.finalised_at})
        EXPECT_TRUE(time && *time >= row.discovered_at);
}

TEST_P(ledger_contract, every_arrow_starts_from_one_state_only) {
    struct arrow {
        const char* name;
        std::function<bool(const std::string&)> make;
        std::vector<file_state> from;
    };
    const std::vector<arrow> arrows{
        {"stabilise", [&](auto& id) { return stabilise(id); }, {file_state::discovered}},
        {"abandon",
         [&](auto& id) { return abandon(id); },
         {file_state::discovered, file_state::stable, file_state::claimed}},
        {"postpone",
         [&](auto& id) { return write([&](transaction& tx) { return files::postpone(tx, holder, id, "e", {}); }); },
         {file_state::fetched, file_state::published}},
        {"claim", [&](auto& id) { return claim(id).has_value(); }, {file_state::stable}},
        {"fetch", [&](auto& id) { return fetch(id); }, {file_state::claimed}},
        {"publish", [&](auto& id) { return publish(id); }, {file_state::fetched}},
        {"record", [&](auto& id) { return record(id); }, {file_state::published}},
        {"finalise", [&](auto& id) { return finalise(id); }, {file_state::recorded}},
        {"fail",
         [&](auto& id) { return write([&](transaction& tx) { return files::fail(tx, holder, id, "e", {}); }); },
         {file_state::claimed, file_state::fetched}},
        {"fail_post_action",
         [&](auto& id) {
             return write([&](transaction& tx) { return files::fail_post_action(tx, holder, id, "e", {}); });
         },
         {file_state::recorded}},
    };
    for (const auto& arrow : arrows)
        for (std::size_t i = 0; i < names_of(file_state{}).size(); ++i) {
            const auto state = static_cast<file_state>(i);
            const auto id = file_in(state, seen(std::string(arrow.name) + std::to_string(i)));
            const bool allowed = std::ranges::find(arrow.from, state) != arrow.from.end();
            const auto before = get(id);
            EXPECT_EQ(arrow.make(id), allowed) << arrow.name << " from " << to_string(state);
            if (!allowed) EXPECT_EQ(get(id), before) << arrow.name << " from " << to_string(state);
        }
}

TEST_P(ledger_contract, who_lost_the_lease_changes_nothing_in_any_state) {
    std::map<file_state, std::string> ids;
    for (std::size_t i = 0; i < names_of(file_state{}).size(); ++i) {
        const auto state = static_cast<file_state>(i);
        ids[state] = file_in(state, seen(std::to_string(i)));
    }
    const auto next = write([&](transaction& tx) {
        EXPECT_TRUE(leases::give_back(tx, holder));
        return leases::take(tx, "c1", "b", 1h);
    });
    ASSERT_TRUE(next);
    EXPECT_EQ(discover({seen("new")}), flags{false});
    EXPECT_FALSE(stabilise(ids[file_state::discovered]));
    EXPECT_FALSE(abandon(ids[file_state::stable]));
    EXPECT_FALSE(abandon(ids[file_state::claimed]));
    EXPECT_FALSE(claim(ids[file_state::stable]));
    EXPECT_FALSE(fetch(ids[file_state::claimed]));
    EXPECT_FALSE(publish(ids[file_state::fetched]));
    EXPECT_FALSE(record(ids[file_state::published]));
    EXPECT_FALSE(finalise(ids[file_state::recorded]));
    write([&](transaction& tx) {
        EXPECT_FALSE(files::fail(tx, holder, ids[file_state::claimed], "late", {}));
        EXPECT_FALSE(files::postpone(tx, holder, ids[file_state::fetched], "late", {}));
        EXPECT_FALSE(files::fail_post_action(tx, holder, ids[file_state::recorded], "late", {}));
        EXPECT_TRUE(files::take_over(tx, holder).empty());
    });
    for (const auto& [state, id] : ids)
        EXPECT_EQ(get(id).state, state);
    EXPECT_FALSE(read([](transaction& tx) { return files::find(tx, file_id(seen("new"))); }));
}

TEST_P(ledger_contract, who_gave_the_lease_back_changes_nothing_any_more) {
    const auto id = file_in(file_state::fetched, seen("a"));
    EXPECT_TRUE(write([&](transaction& tx) { return leases::give_back(tx, holder); }));
    EXPECT_FALSE(publish(id));
    EXPECT_EQ(get(id).state, file_state::fetched);
}

TEST_P(ledger_contract, a_new_holder_must_take_over_what_the_old_one_has_begun) {
    std::vector<std::string> begun;
    for (const auto state : {file_state::claimed, file_state::fetched, file_state::published})
        begun.push_back(file_in(state, seen(std::string(to_string(state)))));
    const auto stable = file_in(file_state::stable, seen("stable"));
    const auto recorded = file_in(file_state::recorded, seen("recorded"));
    holder = take_lease("c1", "a");  // the same node, come back after a crash
    EXPECT_FALSE(abandon(begun[0]));
    EXPECT_FALSE(fetch(begun[0]));
    EXPECT_FALSE(publish(begun[1]));
    EXPECT_FALSE(record(begun[2]));
    const auto taken = write([&](transaction& tx) { return files::take_over(tx, holder); });
    ASSERT_EQ(taken.size(), 3U);
    for (const auto& row : taken)
        EXPECT_EQ(row.fence, holder.fence);
    EXPECT_TRUE(fetch(begun[0]));
    EXPECT_TRUE(publish(begun[1]));
    EXPECT_TRUE(record(begun[2]));
    EXPECT_EQ(claim(stable), 1);
    EXPECT_TRUE(finalise(recorded));
}

TEST_P(ledger_contract, a_version_is_discovered_once) {
    const std::vector<file_identity> listing{seen("a"),    seen("b"),       seen("a"),
                                             seen("a", 2), seen("a", 1, 3), seen("c", not_told, not_told)};
    EXPECT_EQ(discover(listing), (flags{true, true, false, true, true, true}));
    EXPECT_EQ(discover(listing), flags(6, false));
    EXPECT_TRUE(discover({}).empty());
}

TEST_P(ledger_contract, a_file_that_was_gone_and_is_back_is_looked_at_again) {
    const auto id = file_in(file_state::stable, seen("a"));
    EXPECT_TRUE(abandon(id));
    EXPECT_EQ(discover({seen("a")}), flags{true});
    EXPECT_EQ(get(id).state, file_state::discovered);
    EXPECT_FALSE(get(id).stable_at);
    file_in(file_state::finalised, seen("b"));
    EXPECT_EQ(discover({seen("b")}), flags{false});
}

TEST_P(ledger_contract, versions_are_counted_by_path_and_kept_over_failures) {
    file_in(file_state::finalised, seen("a", 1));
    const auto second = file_in(file_state::stable, seen("a", 2));
    EXPECT_EQ(claim(second), 2);
    EXPECT_TRUE(fetch(second));
    EXPECT_TRUE(write([&](transaction& tx) { return files::fail(tx, holder, second, "disk full", {}); }));
    EXPECT_FALSE(get(second).sha256 || get(second).destination_key || get(second).evidence);
    EXPECT_EQ(claim(file_in(file_state::stable, seen("a", 3))), 3);
    EXPECT_EQ(claim(second), 2);
    EXPECT_EQ(claim(file_in(file_state::stable, seen("b"))), 1);
    EXPECT_FALSE(claim("none"));
}

TEST_P(ledger_contract, a_postponed_publication_keeps_what_it_needs_to_be_recovered) {
    const auto id = file_in(file_state::fetched, seen("a"));
    EXPECT_TRUE(write([&](transaction& tx) { return files::postpone(tx, holder, id, "503", timestamp{9s}); }));
    const auto row = get(id);
    EXPECT_EQ(row.state, file_state::fetched);
    EXPECT_EQ(row.attempts, 1);
    EXPECT_EQ(row.next_try, timestamp{9s});
    EXPECT_EQ(row.error, "503");
    EXPECT_EQ(row.evidence, id + "-1:upload");
    EXPECT_EQ(row.destination_key, "in/a.v1");
    EXPECT_TRUE(publish(id));
}

TEST_P(ledger_contract, a_failed_file_waits_for_its_time) {
    const auto id = file_in(file_state::claimed, seen("a"));
    const auto fail = [&](timestamp next) {
        return write([&](transaction& tx) { return files::fail(tx, holder, id, "timed out", next); });
    };
    const auto far = read([](transaction& tx) { return tx.now(); }) + 1h;
    EXPECT_TRUE(fail(far));
    auto row = get(id);
    EXPECT_EQ(row.state, file_state::stable);
    EXPECT_EQ(row.attempts, 1);
    EXPECT_EQ(row.next_try, far);
    EXPECT_EQ(row.error, "timed out");
    EXPECT_FALSE(claim(id));
    EXPECT_FALSE(fail(far));
    write([&](transaction& tx) {
        EXPECT_TRUE(leases::give_back(tx, holder));  // nothing about time depends on who holds the lease
    });
    holder = take_lease("c1", "b");
    EXPECT_FALSE(claim(id));
}

TEST_P(ledger_contract, a_failed_file_is_claimed_when_its_time_has_come) {
    const auto id = file_in(file_state::claimed, seen("a"));
    EXPECT_TRUE(write([&](transaction& tx) { return files::fail(tx, holder, id, "timed out", tx.now()); }));
    EXPECT_EQ(claim(id), 1);
    EXPECT_TRUE(fetch(id));
    EXPECT_TRUE(publish(id));
    EXPECT_TRUE(record(id));
    EXPECT_EQ(get(id).error, "");
    EXPECT_EQ(get(id).attempts, 1);
}

TEST_P(ledger_contract, post_actions_are_due_until_they_succeed) {
    const auto due = [&] {
        std::vector<std::string> ids;
        for (const auto& row : read([](transaction& tx) { return files::post_actions_due(tx, "c1", 10); }))
            ids.push_back(row.id);
        return ids;
    };
    const auto id = file_in(file_state::published, seen("a"));
    file_in(file_state::recorded, seen("without"));
    EXPECT_TRUE(record(id, post_state::pending));
    EXPECT_EQ(due(), std::vector{id});
    const auto fail = [&](std::optional<timestamp> next) {
        return write([&](transaction& tx) { return files::fail_post_action(tx, holder, id, "denied", next); });
    };
    EXPECT_TRUE(fail(read([](transaction& tx) { return tx.now(); }) + 1h));
    EXPECT_TRUE(due().empty());
    EXPECT_TRUE(fail(timestamp{1s}));
    EXPECT_EQ(due(), std::vector{id});
    EXPECT_TRUE(fail(std::nullopt));
    EXPECT_TRUE(due().empty());
    EXPECT_EQ(get(id).post_attempts, 3);
    EXPECT_TRUE(finalise(id));
    EXPECT_EQ(get(id).post_action, post_state::done);
}

TEST_P(ledger_contract, a_repull_is_a_new_version_of_the_same_file) {
    const auto first = file_in(file_state::finalised, seen("a"));
    const auto again = write([&](transaction& tx) { return files::repull(tx, first); });
    ASSERT_TRUE(again);
    const auto more = write([&](transaction& tx) { return files::repull(tx, first); });
    ASSERT_TRUE(more);
    EXPECT_NE(*again, *more);
    EXPECT_EQ(get(*more).identity.repull, 2);
    EXPECT_EQ(claim(*again), 2);
    EXPECT_EQ(discover({seen("a")}), flags{false});
    EXPECT_FALSE(write([&](transaction& tx) { return files::repull(tx, "none"); }));
    const auto fresh = file_in(file_state::stable, seen("b"));
    EXPECT_FALSE(write([&](transaction& tx) { return files::repull(tx, fresh); }));
}

TEST_P(ledger_contract, planning_sees_every_version_of_its_folder_only) {
    make_folder("f2", "c1");
    file_in(file_state::finalised, seen("a\xfe", 1));
    file_in(file_state::stable, seen("a\xfe", 2));
    discover({{.folder_id = "f2", .path = "elsewhere"}});
    std::map<std::int64_t, known_file> known;
    read([&](transaction& tx) { files::each_known(tx, "f1", [&](known_file row) { known[row.size] = row; }); });
    ASSERT_EQ(known.size(), 2U);
    EXPECT_EQ(known[1].path, "a\xfe");
    EXPECT_EQ(known[1].state, file_state::finalised);
    EXPECT_EQ(known[1].version, 1);
    EXPECT_EQ(known[1].destination_key, "in/a.v1");
    EXPECT_EQ(known[2].state, file_state::stable);
    EXPECT_FALSE(known[2].version);
}

TEST_P(ledger_contract, pages_go_through_all_files_once) {
    std::vector<file_identity> listing;
    for (int i = 0; i < 7; ++i)
        listing.push_back(seen(std::to_string(i)));
    discover(listing);
    std::map<std::string, int> met;
    std::string before;
    for (int page = 0; page < 4; ++page) {
        const auto rows = read([&](transaction& tx) { return files::list(tx, "f1", before, 3); });
        for (const auto& row : rows)
            ++met[row.identity.path];
        if (rows.empty()) break;
        before = rows.back().id;
    }
    EXPECT_EQ(met.size(), 7U);
    for (const auto& [path, times] : met)
        EXPECT_EQ(times, 1) << path;
    EXPECT_TRUE(read([](transaction& tx) { return files::list(tx, "f1", "none", 3); }).empty());
    const auto id = file_in(file_state::claimed, seen("of the run"));
    const auto rows = read([](transaction& tx) { return files::of_run(tx, "r1"); });
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].id, id);
}

TEST_P(ledger_contract, a_search_looks_at_so_many_rows_and_says_where_to_go_on) {
    make_connection("c2", "two");
    make_folder("f2", "c2");
    std::vector<file_identity> listing;
    for (int i = 0; i < 10; ++i)
        listing.push_back(seen(i % 2 == 0 ? "even" + std::to_string(i) : "odd" + std::to_string(i)));
    discover(listing);
    const auto is_even = [](const file& row) { return row.identity.path.starts_with("even"); };
    const auto search = [&](const history_of& which, std::string_view before, std::size_t limit, std::size_t scan) {
        return read([&](transaction& tx) { return files::search(tx, which, before, limit, scan, is_even); });
    };
    EXPECT_EQ(search({}, "", 100, 100).rows.size(), 5U);
    EXPECT_EQ(search({}, "", 100, 100).next, "");
    EXPECT_EQ(search({.connection = "c1"}, "", 100, 100).rows.size(), 5U);
    EXPECT_TRUE(search({.connection = "c2"}, "", 100, 100).rows.empty());
    EXPECT_TRUE(search({.connection = "c2", .folder = "f1"}, "", 100, 100).rows.empty());
    EXPECT_TRUE(search({}, "none", 100, 100).rows.empty());
    for (const auto& [limit, scan] : {std::pair<std::size_t, std::size_t>{2, 100}, {100, 3}, {1, 1}}) {
        std::map<std::string, int> met;
        std::string before;
        int pages = 0;
        do {
            const auto page = search({.folder = "f1"}, before, limit, scan);
            EXPECT_LE(page.rows.size(), std::min(limit, scan));
            for (const auto& row : page.rows)
                ++met[row.identity.path];
            before = page.next;
        } while (!before.empty() && ++pages < 20);
        EXPECT_EQ(met.size(), 5U) << limit << " of " << scan;
        EXPECT_LT(pages, 20);
    }
}

TEST_P(ledger_contract, the_files_of_a_run_come_in_pages) {
    std::vector<std::string> all;
    for (int i = 0; i < 5; ++i)
        all.push_back(file_in(file_state::claimed, seen(std::to_string(i))));
    std::ranges::sort(all);
    const auto page = [&](std::string_view after, std::size_t limit) {
        std::vector<std::string> ids;
        for (const auto& row : read([&](transaction& tx) { return files::of_run(tx, "r1", after, limit); }))
            ids.push_back(row.id);
        return ids;
    };
    EXPECT_EQ(page("", 9), all);
    EXPECT_EQ(page("", 2), (std::vector{all[0], all[1]}));
    EXPECT_EQ(page(all[1], 9), (std::vector{all[2], all[3], all[4]}));
    EXPECT_TRUE(page(all[4], 9).empty());
}

TEST_P(ledger_contract, a_path_may_have_4096_octets) {
    const auto what = seen(std::string(4096, '\xab'));
    EXPECT_EQ(discover({what}), flags{true});
    EXPECT_EQ(get(file_id(what)).identity.path, what.path);
}

}  // namespace
}  // namespace gangway::store
