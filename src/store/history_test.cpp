#include "query.hpp"
#include "testing/contract.hpp"

#include <gangway/store/audit.hpp>
#include <gangway/store/errors.hpp>
#include <gangway/store/files.hpp>
#include <gangway/store/runs.hpp>
#include <gangway/store/secrets.hpp>
#include <gangway/store/settings.hpp>
#include <gangway/store/tokens.hpp>
#include <gangway/store/webhooks.hpp>

namespace gangway::store {
namespace {

using namespace std::chrono_literals;

class history_contract : public store_contract {
  protected:
    void append(int count) {
        for (int i = 0; i < count; ++i)
            write([&](transaction& tx) {
                audit::append(tx, "token ops", "connection.create", "c" + std::to_string(i), R"({"name":"ü"})");
            });
    }
    std::optional<std::int64_t> first_fault() {
        const auto fault = read([](transaction& tx) { return audit::verify(tx); });
        return fault ? std::optional{fault->seq} : std::nullopt;
    }
    void sql(std::string_view statement) {
        write([&](transaction& tx) { execute(tx, statement); });
    }
};
GANGWAY_EVERY_DATABASE(history_contract);

TEST_P(history_contract, a_chain_that_nobody_touched_verifies) {
    EXPECT_FALSE(first_fault());
    append(5);
    EXPECT_FALSE(first_fault());
    const auto newest = read([](transaction& tx) { return audit::list(tx, "", 0, 2); });
    ASSERT_EQ(newest.size(), 2U);
    EXPECT_EQ(newest[0].seq, 5);
    EXPECT_EQ(newest[0].previous_hash, newest[1].hash);
    EXPECT_EQ(newest[0].hash.size(), 64U);
    EXPECT_EQ(read([](transaction& tx) { return audit::list(tx, "c1", 0, 9); }).size(), 1U);
    EXPECT_EQ(read([](transaction& tx) { return audit::list(tx, "", 3, 9); }).size(), 2U);
}

TEST_P(history_contract, every_changed_field_is_found) {
    append(4);
    for (const char* const change :
         {"at = at + 1", "actor = 'someone'", "action = 'x'", "subject = 'y'", "details = '{}'", "hash = ''"}) {
        const auto before = *read([](transaction& tx) { return std::optional(audit::list(tx, "", 4, 1)); });
        sql(std::string("UPDATE audit SET ") + change + " WHERE seq = 3");
        EXPECT_EQ(first_fault(), 3) << change;
        sql("DELETE FROM audit WHERE seq = 3");
        EXPECT_EQ(first_fault(), 3) << "removed";
        write([&](transaction& tx) {
            const auto& row = before.at(0);
            execute(tx,
                    "INSERT INTO audit (seq, at, actor, action, subject, details, previous_hash, hash) VALUES (3, :at, "
                    ":actor, :action, :subject, :details, :previous, :hash)",
                    row.at, row.actor, row.action, row.subject, row.details, row.previous_hash, row.hash);
        });
        EXPECT_FALSE(first_fault()) << "restored";
    }
}

TEST_P(history_contract, a_cut_end_and_a_forged_entry_are_found) {
    append(3);
    sql("DELETE FROM audit WHERE seq = 3");
    EXPECT_EQ(first_fault(), 3);
    sql("INSERT INTO audit (seq, at, actor, action, subject, details, previous_hash, hash) SELECT 3, at, actor, "
        "action, "
        "subject, details, hash, hash FROM audit WHERE seq = 2");
    EXPECT_EQ(first_fault(), 3);
    sql("DELETE FROM audit WHERE seq = 1");
    EXPECT_EQ(first_fault(), 1);
}

TEST_P(history_contract, the_end_of_another_chain_does_not_fit) {
    append(3);
    place elsewhere(GetParam());
    const auto other = must(database::open(elsewhere.where(), clock));
    must(other->write([](transaction& tx) {
        for (int i = 0; i < 3; ++i)
            audit::append(tx, "someone", "else", "c", "{}");
    }));
    const auto last = must(other->read([](transaction& tx) { return audit::list(tx, "", 0, 1); })).at(0);
    write([&](transaction& tx) {
        execute(tx,
                "UPDATE audit SET at = :at, actor = :actor, action = :action, subject = :subject, details = :details, "
                "previous_hash = :previous, hash = :hash WHERE seq = 3",
                last.at, last.actor, last.action, last.subject, last.details, last.previous_hash, last.hash);
        execute(tx, "UPDATE audit_ends SET hash = :hash WHERE which = 'last'", last.hash);
    });
    EXPECT_EQ(first_fault(), 3);
}

TEST_P(history_contract, entries_are_undone_with_what_they_tell_of) {
    append(1);
    const auto failed = db->write([](transaction& tx) -> base::result<void> {
        audit::append(tx, "a", "b", "c", "{}");
        return refuse(errc::failure, "changed my mind");
    });
    EXPECT_FALSE(failed);
    append(1);
    EXPECT_FALSE(first_fault());
    EXPECT_EQ(read([](transaction& tx) { return audit::list(tx, "", 0, 9); }).size(), 2U);
}

TEST_P(history_contract, a_pruned_chain_still_verifies_and_a_gap_after_it_does_not) {
    append(5);
    const auto third = read([](transaction& tx) { return audit::list(tx, "", 4, 1); }).at(0);
    EXPECT_EQ(write([](transaction& tx) { return audit::prune(tx, timestamp{}); }), 0U);
    sql("UPDATE audit SET at = at - 1000000 WHERE seq <= 2");
    // Makes them old; what is removed is not verified any more.
    const auto pruned = write([&](transaction& tx) { return audit::prune(tx, third.at); });
    EXPECT_GE(pruned, 2U);
    EXPECT_FALSE(first_fault());
    const auto newest = read([](transaction& tx) { return audit::list(tx, "", 0, 1); }).at(0);
    EXPECT_EQ(newest.action, "audit.prune");
    append(1);
    EXPECT_FALSE(first_fault());
    const auto oldest = read([](transaction& tx) { return audit::list(tx, "", 0, 99); }).back().seq;
    sql("DELETE FROM audit WHERE seq = " + std::to_string(oldest));
    EXPECT_EQ(first_fault(), oldest);
}

TEST_P(history_contract, everything_may_be_pruned) {
    append(3);
    EXPECT_EQ(write([](transaction& tx) { return audit::prune(tx, tx.now() + 1h); }), 3U);
    EXPECT_FALSE(first_fault());
    append(1);
    EXPECT_FALSE(first_fault());
}

TEST_P(history_contract, a_run_ends_once_and_pages_go_back_in_time) {
    for (int i = 0; i < 5; ++i)
        write([&](transaction& tx) {
            runs::start(tx, {.id = "r" + std::to_string(i),
                             .connection_id = "c1",
                             .folder_id = "f1",
                             .cause = run_cause::manual,
                             .node = "n",
                             .fence = i});
        });
    run ended{.id = "r0",
              .outcome = run_outcome::partial,
              .listed = 9,
              .pulled = 3,
              .failed = 1,
              .octets = 1LL << 40,
              .error = "one failed",
              .code = "no_such_file",
              .phase = "sftp",
              .key_id = "k1",
              .host_key = "SHA256:x"};
    EXPECT_TRUE(write([&](transaction& tx) { return runs::end(tx, ended); }));
    EXPECT_FALSE(write([&](transaction& tx) { return runs::end(tx, ended); }));
    auto row = *read([](transaction& tx) { return runs::find(tx, "r0"); });
    EXPECT_EQ(row.octets, 1LL << 40);
    EXPECT_EQ(row.outcome, run_outcome::partial);
    EXPECT_EQ(row.key_id, "k1");
    EXPECT_EQ(row.code + " " + row.phase, "no_such_file sftp");
    EXPECT_TRUE(row.ended_at);
    EXPECT_EQ(write([](transaction& tx) { return runs::interrupt_older(tx, "c1", 3); }), 2U);
    EXPECT_EQ(read([](transaction& tx) { return runs::find(tx, "r2"); })->outcome, run_outcome::interrupted);
    EXPECT_EQ(read([](transaction& tx) { return runs::find(tx, "r3"); })->outcome, run_outcome::running);
    const auto page = read([](transaction& tx) { return runs::list(tx, "f1", "", 2); });
    ASSERT_EQ(page.size(), 2U);
    EXPECT_EQ(page[0].id, "r4");
    const auto next = read([](transaction& tx) { return runs::list(tx, "f1", "r3", 9); });
    ASSERT_EQ(next.size(), 3U);
    EXPECT_EQ(next[0].id, "r2");
}

TEST_P(history_contract, a_search_for_runs_keeps_to_its_connection_or_folder) {
    const auto start = [&](const char* id, const char* connection, const char* folder) {
        write([&](transaction& tx) {
            runs::start(tx, {.id = id, .connection_id = connection, .folder_id = folder, .node = "n"});
        });
        clock.time += 1s;
    };
    start("r1", "c1", "f1");
    start("r2", "c1", "f2");
    start("r3", "c2", "f3");
    start("r4", "c1", "f1");
    const auto found = [&](const history_of& which, std::string_view before, std::size_t limit) {
        std::string ids;
        for (const auto& row : read([&](transaction& tx) { return runs::search(tx, which, before, limit); }))
            ids += row.id;
        return ids;
    };
    EXPECT_EQ(found({}, "", 9), "r4r3r2r1");
    EXPECT_EQ(found({}, "", 2), "r4r3");
    EXPECT_EQ(found({}, "r3", 9), "r2r1");
    EXPECT_EQ(found({.connection = "c1"}, "", 9), "r4r2r1");
    EXPECT_EQ(found({.connection = "c1"}, "r4", 1), "r2");
    EXPECT_EQ(found({.folder = "f1"}, "", 9), "r4r1");
    EXPECT_EQ(found({.connection = "c1", .folder = "f1"}, "", 9), "r4r1");
    EXPECT_EQ(found({.connection = "c2", .folder = "f1"}, "", 9), "") << "a folder of another connection";
    EXPECT_EQ(found({.connection = "c3"}, "", 9), "");
    EXPECT_EQ(found({}, "none", 9), "");
}

TEST_P(history_contract, a_token_is_found_by_its_hash_until_it_is_revoked) {
    const auto add = [&](const char* id, const char* name) {
        return write([&](transaction& tx) {
            return tokens::add(tx, {.id = id, .name = name, .role = role::operating, .hash = std::string("h") + id});
        });
    };
    EXPECT_TRUE(add("1", "ops"));
    EXPECT_FALSE(add("2", "ops"));
    const auto find = [&] { return read([](transaction& tx) { return tokens::find_by_hash(tx, "h1"); }); };
    ASSERT_TRUE(find());
    EXPECT_EQ(find()->role, role::operating);
    write([](transaction& tx) { tokens::used(tx, "1"); });
    const auto used = find()->last_used_at;
    EXPECT_TRUE(used);
    write([](transaction& tx) { tokens::used(tx, "1"); });
    EXPECT_EQ(find()->last_used_at, used);
    EXPECT_FALSE(read([](transaction& tx) { return tokens::find_by_hash(tx, "h2"); }));
    EXPECT_TRUE(write([](transaction& tx) { return tokens::revoke(tx, "1"); }));
    EXPECT_FALSE(write([](transaction& tx) { return tokens::revoke(tx, "1"); }));
    EXPECT_FALSE(find());
    EXPECT_EQ(read([](transaction& tx) { return tokens::list(tx); }).size(), 1U);
}

TEST_P(history_contract, a_delivery_is_taken_by_one_until_its_time_is_over) {
    write([](transaction& tx) {
        webhooks::add(tx, {.id = "w", .url = "https://example.com/hook", .events = "[]"});
        webhooks::enqueue(tx, "w", "run.failed", "{}");
        webhooks::enqueue(tx, "w", "run.recovered", "{}");
    });
    const auto now = read([](transaction& tx) { return tx.now(); });
    const auto take = [&](timestamp until) {
        return write([&](transaction& tx) { return webhooks::take_due(tx, until, 10); });
    };
    const auto first = take(now + 1h);
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0].attempts, 1);
    EXPECT_TRUE(take(now + 1h).empty());
    write([&](transaction& tx) {
        webhooks::delivered(tx, first[0].id);
        webhooks::failed(tx, first[1].id, "503", timestamp{1s});
    });
    EXPECT_EQ(read([](transaction& tx) { return webhooks::next(tx); }), timestamp{1s});
    const auto second = take(now);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].attempts, 2);
    EXPECT_EQ(second[0].error, "503");
    write([&](transaction& tx) { webhooks::failed(tx, second[0].id, "gone", std::nullopt); });
    EXPECT_TRUE(take(now + 2h).empty());
    EXPECT_FALSE(read([](transaction& tx) { return webhooks::next(tx); }));
    EXPECT_EQ(read([](transaction& tx) { return webhooks::deliveries(tx, "w", 9); }).size(), 2U);
    EXPECT_TRUE(write([](transaction& tx) { return webhooks::remove(tx, "w"); }));
    EXPECT_TRUE(read([](transaction& tx) { return webhooks::deliveries(tx, "w", 9); }).empty());
}

TEST_P(history_contract, a_webhook_is_changed_and_keeps_its_id) {
    write([](transaction& tx) { webhooks::add(tx, {.id = "w", .url = "https://a", .events = "[]"}); });
    EXPECT_TRUE(write([](transaction& tx) {
        return webhooks::update(tx, {.id = "w", .url = "https://b", .events = "[1]", .enabled = false});
    }));
    const auto row = *read([](transaction& tx) { return webhooks::find(tx, "w"); });
    EXPECT_EQ(row.url, "https://b");
    EXPECT_FALSE(row.enabled);
    EXPECT_FALSE(write([](transaction& tx) { return webhooks::update(tx, {.id = "x"}); }));
    EXPECT_EQ(read([](transaction& tx) { return webhooks::list(tx); }).size(), 1U);
}

TEST_P(history_contract, settings_are_set_and_replaced) {
    const auto get = [&] { return read([](transaction& tx) { return settings::find(tx, "retention"); }); };
    EXPECT_FALSE(get());
    write([](transaction& tx) { settings::set(tx, "retention", "a"); });
    write([](transaction& tx) { settings::set(tx, "retention", ""); });
    EXPECT_EQ(get(), "");
}

TEST_P(history_contract, retention_forgets_no_file_that_could_be_pulled_again) {
    make_connection("c1", "one");
    make_folder("f1", "c1");
    const auto holder = take_lease("c1");
    const auto pull = [&](std::int64_t size) {
        const file_identity what{.folder_id = "f1", .path = "a", .size = size};
        const std::vector<std::string> ids{file_id(what)};
        const files::fetched_file done[] = {{ids[0], "aa", "k"}};
        write([&](transaction& tx) {
            EXPECT_TRUE(files::discover(tx, holder, {&what, 1})[0]);
            EXPECT_TRUE(files::stabilise(tx, holder, ids)[0]);
            EXPECT_TRUE(files::claim(tx, holder, "r", ids)[0]);
            EXPECT_TRUE(files::fetch(tx, holder, done)[0]);
            EXPECT_TRUE(files::publish(tx, holder, ids)[0]);
            EXPECT_TRUE(files::record(tx, holder, ids, post_state::none)[0]);
            EXPECT_TRUE(files::finalise(tx, holder, ids)[0]);
        });
        return ids[0];
    };
    const auto later = read([](transaction& tx) { return tx.now(); }) + 1h;
    const auto expire = [&] {
        return write([&](transaction& tx) { return remove_expired(tx, {.files = later}, 10); }).files;
    };
    const auto first = pull(1);
    EXPECT_EQ(expire(), 0U);
    const auto second = pull(2);
    EXPECT_EQ(expire(), 1U);
    read([&](transaction& tx) {
        EXPECT_FALSE(files::find(tx, first));
        EXPECT_TRUE(files::find(tx, second));
    });
}

TEST_P(history_contract, retention_removes_what_is_over_and_old_up_to_its_limit) {
    write([](transaction& tx) {
        webhooks::add(tx, {.id = "w", .url = "u", .events = "[]"});
        for (int i = 0; i < 3; ++i) {
            runs::start(tx, {.id = "r" + std::to_string(i), .folder_id = "f"});
            webhooks::enqueue(tx, "w", "e", "{}");
        }
        for (const char* const id : {"r0", "r1"})
            EXPECT_TRUE(runs::end(tx, {.id = id, .outcome = run_outcome::succeeded}));
        for (const auto& row : webhooks::deliveries(tx, "w", 2))
            webhooks::delivered(tx, row.id);
        audit::append(tx, "a", "b", "c", "{}");
    });
    const auto later = read([](transaction& tx) { return tx.now(); }) + 1h;
    const retention all{.runs = later, .files = later, .audit = later, .deliveries = later};
    const auto first = write([&](transaction& tx) { return remove_expired(tx, all, 1); });
    EXPECT_EQ(first.runs, 1U);
    EXPECT_EQ(first.deliveries, 1U);
    EXPECT_EQ(first.audit, 1U);
    const auto second = write([&](transaction& tx) { return remove_expired(tx, {.runs = later}, 10); });
    EXPECT_EQ(second.runs, 1U);
    EXPECT_EQ(second.deliveries, 0U);
    EXPECT_TRUE(read([](transaction& tx) { return runs::find(tx, "r2"); }));
}

TEST_P(history_contract, open_runs_are_those_that_have_not_ended) {
    write([](transaction& tx) {
        for (const char* const id : {"r0", "r1"})
            runs::start(tx, {.id = id, .folder_id = "f"});
        EXPECT_TRUE(runs::end(tx, {.id = "r0", .outcome = run_outcome::failed}));
    });
    const auto left = read([](transaction& tx) { return runs::open(tx); });
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].id, "r1");
}

TEST_P(history_contract, the_last_success_of_a_connection_is_of_any_of_its_folders_and_goes_with_it) {
    make_connection("c1", "one");
    make_connection("c2", "two");
    make_folder("f1", "c1");
    make_folder("f2", "c2");
    const auto ran = [&](const std::string& id, const std::string& folder, run_outcome how) {
        return write([&](transaction& tx) {
            runs::start(tx, {.id = id, .folder_id = folder});
            EXPECT_TRUE(runs::end(tx, {.id = id, .folder_id = folder, .outcome = how}));
            return *runs::find(tx, id)->ended_at;
        });
    };
    static_cast<void>(ran("r0", "f1", run_outcome::succeeded));
    const auto last = ran("r1", "f1", run_outcome::partial);
    static_cast<void>(ran("r2", "f1", run_outcome::failed));
    static_cast<void>(ran("r3", "f2", run_outcome::interrupted));
    const auto found = read([](transaction& tx) { return runs::last_successes(tx); });
    EXPECT_EQ(found, (std::map<std::string, timestamp>{{"c1", last}}));
    write([](transaction& tx) { EXPECT_EQ(connections::remove(tx, "c1", 1), changed::done); });
    EXPECT_TRUE(read([](transaction& tx) { return runs::last_successes(tx); }).empty());
}

TEST_P(history_contract, a_setting_is_replaced_only_by_who_knows_its_value) {
    write([](transaction& tx) {
        EXPECT_FALSE(settings::replace(tx, "n", "", "1"));
        settings::set(tx, "n", "1");
        EXPECT_FALSE(settings::replace(tx, "n", "0", "2"));
        EXPECT_TRUE(settings::replace(tx, "n", "1", "2"));
        EXPECT_EQ(settings::find(tx, "n"), "2");
        settings::remove(tx, "n");
        EXPECT_EQ(settings::find(tx, "n"), std::nullopt);
    });
}

TEST_P(history_contract, recorded_files_are_told_from_a_moment_on_without_those_pulled_again) {
    make_connection("c1", "one");
    make_folder("f1", "c1");
    const auto holder = take_lease("c1");
    const auto record = [&](const std::string& id) {
        const std::vector<std::string> ids{id};
        const files::fetched_file done[] = {{id, "aa", "k"}};
        return write([&](transaction& tx) {
            EXPECT_TRUE(files::claim(tx, holder, "r", ids)[0]);
            EXPECT_TRUE(files::fetch(tx, holder, done)[0]);
            EXPECT_TRUE(files::publish(tx, holder, ids)[0]);
            EXPECT_TRUE(files::record(tx, holder, ids, post_state::none)[0]);
            return *files::find(tx, id)->recorded_at;
        });
    };
    const auto pull = [&](const std::string& path) {
        const file_identity what{.folder_id = "f1", .path = path, .size = 1};
        const std::vector<std::string> ids{file_id(what)};
        write([&](transaction& tx) {
            EXPECT_TRUE(files::discover(tx, holder, {&what, 1})[0]);
            EXPECT_TRUE(files::stabilise(tx, holder, ids)[0]);
        });
        return ids[0];
    };
    const auto first = record(pull("a"));
    const auto later = pull("b");
    const auto at = record(later);
    record(*write([&](transaction& tx) { return files::repull(tx, later); }));
    std::vector<std::string> seen;
    read([&](transaction& tx) {
        files::each_recorded(tx, "f1", first, [&](std::string_view path, timestamp when) {
            EXPECT_EQ(when, at);
            seen.emplace_back(path);
        });
    });
    EXPECT_EQ(seen, at > first ? std::vector<std::string>{"b"} : std::vector<std::string>{});
}

}  // namespace
}  // namespace gangway::store
