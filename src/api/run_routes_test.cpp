#include "testing/managing.hpp"

#include <gangway/store/file_entries.hpp>
#include <gangway/store/files.hpp>
#include <gangway/store/runs.hpp>
#include <gangway/store/webhooks.hpp>
#include <gangway/transfer/errors.hpp>
#include <gangway/transfer/notices.hpp>

#include <gmock/gmock.h>

namespace gangway::api {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class run_routes : public testing::managing {
  protected:
    void start(const std::string& id, bool ended) {
        write([&](store::transaction& tx) {
            store::run row{.id = id, .connection_id = "c1", .folder_id = "f1", .node = "n", .fence = 1};
            store::runs::start(tx, row);
            row.outcome = store::run_outcome::partial;
            row.listed = 9;
            row.pulled = 3;
            row.error = "one failed";
            row.code = "no_such_file";
            row.phase = "sftp";
            row.key_id = "key_1";
            if (ended) EXPECT_TRUE(store::runs::end(tx, row));
        });
    }
    /// Two files of the run r1, one of them with a name that is no text.
    std::vector<std::string> make_files() {
        return write([](store::transaction& tx) {
            store::folders::create(tx, {.id = "f1", .connection_id = "c1", .name = "f"});
            const auto holder = store::leases::take(tx, "c1", "n", 60s).value();
            const std::vector<store::file_identity> seen{
                {.folder_id = "f1", .path = "a.csv", .size = 1, .mtime = 2},
                {.folder_id = "f1", .path = "b\xff", .size = 3},
            };
            const std::vector<std::string> ids{store::file_id(seen[0]), store::file_id(seen[1])};
            EXPECT_EQ(store::files::discover(tx, holder, seen).size(), 2U);
            EXPECT_EQ(store::files::stabilise(tx, holder, ids).size(), 2U);
            EXPECT_TRUE(store::files::claim(tx, holder, "r1", std::span{ids}.first(1))[0]);
            return ids;
        });
    }
    static std::size_t count(const answer& from, const char* list) { return object(from).at(list).as_array().size(); }
};

TEST_F(run_routes, a_run_is_asked_for_and_can_be_followed) {
    const auto begun = ask("POST", "/api/v1/folders/fld_1/run");
    EXPECT_EQ(begun.status, 202U);
    EXPECT_EQ(text(begun, "run"), "run_1");
    EXPECT_EQ(header(begun, "Location"), "/api/v1/runs/run_1");
    EXPECT_THAT(pulled.asked, ElementsAre("run fld_1 by token ops"));
    pulled.live = transfer::run_snapshot{.run_id = "run_1", .connection_id = "c1", .folder_id = "fld_1"};
    const auto waiting = ask("GET", "/api/v1/runs/run_1");
    EXPECT_EQ(text(waiting, "outcome"), "waiting");
    EXPECT_EQ(ask("GET", "/api/v1/runs/run_2").status, 404U);
}

TEST_F(run_routes, what_the_service_refuses_has_its_code_and_facts) {
    pulled.refusal = base::error{transfer::errc::already_running, base::phase::request, "it runs"};
    pulled.refusal->facts.push_back({"run", "run_7"});
    const auto refused = ask("POST", "/api/v1/folders/fld_1/run");
    EXPECT_EQ(refused.status, 409U);
    EXPECT_EQ(text(refused, "code"), "conflict");
    EXPECT_EQ(text(refused, "run"), "run_7");
    pulled.refusal = base::error{transfer::errc::no_such_folder, base::phase::request, "none"};
    EXPECT_EQ(ask("POST", "/api/v1/folders/fld_1/dry-run").status, 404U);
    pulled.refusal = base::error{transfer::errc::no_such_file, base::phase::request, "none"};
    EXPECT_EQ(ask("POST", "/api/v1/files/x/pull-again").status, 404U);
    managed.pulling = nullptr;
    for (const char* const at :
         {"/api/v1/folders/f/run", "/api/v1/folders/f/dry-run", "/api/v1/files/x/pull-again", "/api/v1/runs/x/cancel"})
        EXPECT_EQ(ask("POST", at).status, 404U) << at;
}

TEST_F(run_routes, a_dry_run_is_one_object_or_one_line_a_file) {
    pulled.verdicts.files = {
        {.path = "a.csv",
         .size = 5,
         .mtime = 0,
         .code = transfer::verdict_code::fresh,
         .sentence = "new",
         .key = "a.csv"},
        {.path = "b\xff", .code = transfer::verdict_code::waits_unchanged, .sentence = "waiting: changed 12 s ago"},
        {.path = "c.tmp", .code = transfer::verdict_code::excluded, .sentence = "excluded by *.tmp"}};
    pulled.verdicts.look_again = std::chrono::sys_seconds{10s};
    const auto whole = ask("POST", "/api/v1/folders/fld_1/dry-run");
    EXPECT_EQ(whole.status, 200U);
    EXPECT_EQ(header(whole, "Content-Type"), "application/json");
    const auto all = object(whole);
    EXPECT_EQ(all.at("count").as_int64(), 3);
    EXPECT_EQ(all.at("pulled").as_int64(), 1);
    EXPECT_EQ(all.at("lookAgainAt").as_string(), "1970-01-01T00:00:10.000Z");
    const auto& files = all.at("files").as_array();
    ASSERT_EQ(files.size(), 3U);
    EXPECT_EQ(files[0].at("verdict").as_string(), "new");
    EXPECT_TRUE(files[0].at("pulled").as_bool());
    EXPECT_EQ(files[0].at("key").as_string(), "a.csv");
    EXPECT_TRUE(files[1].at("waiting").as_bool());
    EXPECT_EQ(files[1].at("pathBase64").as_string(), "Yv8=");
    EXPECT_EQ(files[2].at("sentence").as_string(), "excluded by *.tmp");

    const auto lines = ask("POST", "/api/v1/folders/fld_1/dry-run", "", {{"Accept", "application/x-ndjson"}});
    EXPECT_EQ(header(lines, "Content-Type"), "application/x-ndjson");
    EXPECT_EQ(std::ranges::count(lines.body, '\n'), 4);
    EXPECT_THAT(
        lines.body,
        ::testing::EndsWith("{\"end\":true,\"count\":3,\"pulled\":1,\"lookAgainAt\":\"1970-01-01T00:00:10.000Z\"}\n"));
}

TEST_F(run_routes, a_large_dry_run_goes_out_in_pieces) {
    for (int i = 0; i < 5000; ++i)
        pulled.verdicts.files.push_back({.path = "file" + std::to_string(i), .sentence = std::string(50, 'x')});
    for (const char* const accept : {"application/json", "application/x-ndjson"}) {
        const auto made = ask("POST", "/api/v1/folders/fld_1/dry-run", "", {{"Accept", accept}});
        EXPECT_GT(pieces, 5U) << accept;
        if (accept == std::string_view{"application/json"}) EXPECT_EQ(count(made, "files"), 5000U);
    }
    pulled.verdicts.files.clear();
    EXPECT_EQ(count(ask("POST", "/api/v1/folders/fld_1/dry-run"), "files"), 0U);
}

TEST_F(run_routes, runs_are_listed_newest_first_in_pages) {
    start("r1", true);
    start("r2", false);
    pulled.live = transfer::run_snapshot{.run_id = "r2", .listed = 4};
    const auto first = ask("GET", "/api/v1/runs?limit=1");
    EXPECT_EQ(text(first, "next"), "r2");
    EXPECT_THAT(first.body, HasSubstr(R"("progress":{"listed":4)"));
    const auto second = ask("GET", "/api/v1/runs?after=r2&connection=c1&folder=f1");
    EXPECT_EQ(count(second, "runs"), 1U);
    EXPECT_THAT(second.body, HasSubstr(R"("outcome":"partial")"));
    EXPECT_THAT(second.body, HasSubstr(R"("error":"one failed","code":"no_such_file","phase":"sftp","key":"key_1")"));
    EXPECT_THAT(second.body, Not(HasSubstr("progress")));
    EXPECT_EQ(count(ask("GET", "/api/v1/runs?connection=c2"), "runs"), 0U);
    EXPECT_EQ(text(ask("GET", "/api/v1/runs?colour=red"), "field"), "colour");
    EXPECT_EQ(text(ask("GET", "/api/v1/runs?limit=501"), "field"), "limit");
    EXPECT_EQ(text(ask("GET", "/api/v1/runs/r1"), "outcome"), "partial");
}

TEST_F(run_routes, a_cancel_is_audited_and_only_of_what_goes_on_here) {
    start("r1", true);
    start("r2", false);
    pulled.live = transfer::run_snapshot{.run_id = "r2"};
    EXPECT_EQ(ask("POST", "/api/v1/runs/r2/cancel").status, 202U);
    EXPECT_THAT(pulled.asked, ElementsAre("cancel r2"));
    EXPECT_THAT(actions(), ElementsAre("token ops: run.cancel"));
    EXPECT_EQ(ask("POST", "/api/v1/runs/r1/cancel").status, 409U);
    EXPECT_EQ(ask("POST", "/api/v1/runs/r9/cancel").status, 404U);
    EXPECT_EQ(actions().size(), 1U);
}

TEST_F(run_routes, the_ledger_is_searched_by_state_and_name) {
    const auto ids = make_files();
    start("r1", true);
    EXPECT_EQ(count(ask("GET", "/api/v1/files"), "files"), 2U);
    const auto claimed = ask("GET", "/api/v1/files?state=claimed&folder=f1&connection=c1");
    EXPECT_EQ(count(claimed, "files"), 1U);
    EXPECT_THAT(claimed.body,
                HasSubstr(R"("path":"a.csv","size":1,"mtime":"1970-01-01T00:00:02.000Z","state":"claimed")"));
    const auto named = ask("GET", "/api/v1/files?name=b*");
    EXPECT_EQ(count(named, "files"), 1U);
    EXPECT_THAT(named.body, HasSubstr(R"("pathBase64":"Yv8=")"));
    EXPECT_THAT(named.body, Not(HasSubstr("mtime"))) << "the server did not tell";
    const auto first = ask("GET", "/api/v1/files?limit=1");
    EXPECT_EQ(count(ask("GET", "/api/v1/files?after=" + text(first, "next")), "files"), 1U);
    EXPECT_EQ(text(ask("GET", "/api/v1/files?state=gone"), "field"), "state");
    EXPECT_EQ(text(ask("GET", "/api/v1/files?name=%5B"), "field"), "name");
    EXPECT_EQ(text(ask("GET", "/api/v1/files/" + ids[0]), "path"), "a.csv");
    EXPECT_EQ(ask("GET", "/api/v1/files/none").status, 404U);
    EXPECT_EQ(count(ask("GET", "/api/v1/runs/r1/files"), "files"), 1U);
    EXPECT_EQ(ask("GET", "/api/v1/runs/r9/files").status, 404U);
    EXPECT_EQ(count(ask("GET", "/api/v1/files/" + ids[0] + "/entries"), "entries"), 0U);
    const auto again = ask("POST", "/api/v1/files/" + ids[0] + "/pull-again");
    EXPECT_EQ(again.status, 202U);
    EXPECT_EQ(text(again, "file"), "again_1");
    EXPECT_THAT(pulled.asked, ElementsAre("again " + ids[0] + " by token ops"));
}

TEST_F(run_routes, what_was_unpacked_is_told_beside_what_was_transferred) {
    const auto ids = make_files();
    write([&](store::transaction& tx) {
        const auto holder = store::leases::find(tx, "c1").value();
        const store::files::fetched_file done[] = {{.id = ids[0],
                                                    .sha256 = "aa",
                                                    .destination_key = std::nullopt,
                                                    .evidence = "e",
                                                    .unpacked = "zip",
                                                    .unpacked_size = 12}};
        EXPECT_TRUE(store::files::fetch(tx, holder, done)[0]);
        const std::vector<store::file_entry> entries{
            {.file_id = ids[0], .position = 0, .name = "x", .size = 5, .sha256 = "01", .destination_key = "a/x"},
            {.file_id = ids[0], .position = 1, .name = "y\xff", .size = 7, .sha256 = "02", .destination_key = "a/y"}};
        store::file_entries::stage(tx, ids[0], entries);
    });
    EXPECT_THAT(ask("GET", "/api/v1/files/" + ids[0]).body,
                HasSubstr(R"("sha256":"aa","unpacked":{"by":"zip","size":12})"));
    const auto path = "/api/v1/files/" + ids[0] + "/entries";
    EXPECT_THAT(ask("GET", path).body,
                HasSubstr(R"("entries":[{"name":"x","size":5,"sha256":"01","destinationKey":"a/x"})"));
    const auto first = ask("GET", path + "?limit=1");
    EXPECT_EQ(count(first, "entries"), 1U);
    const auto second = ask("GET", path + "?limit=1&after=" + text(first, "next"));
    EXPECT_THAT(second.body, HasSubstr(R"("nameBase64":"ef8=")"));
    EXPECT_FALSE(object(second).contains("next"));
    EXPECT_EQ(text(ask("GET", path + "?after=x"), "field"), "after");
    EXPECT_EQ(ask("GET", "/api/v1/files/none/entries").status, 404U);
}

TEST_F(run_routes, the_secret_of_a_webhook_is_shown_once) {
    const auto made = ask("POST", "/api/v1/webhooks",
                          R"({"url":"https://ops.example.com/hook","events":["run_recovered","run_failed"]})");
    ASSERT_EQ(made.status, 201U) << made.body;
    const auto secret = text(made, "secret");
    EXPECT_TRUE(secret.starts_with("whsec_"));
    EXPECT_EQ(header(made, "Cache-Control"), "no-store");
    const auto at = header(made, "Location");
    const auto id = text(made, "id");
    const auto sealed = write([&](store::transaction& tx) {
        store::webhooks::enqueue(tx, id, "run_failed", "{}");
        return store::secrets::find(tx, store::secrets::of_webhook, id, transfer::webhook_secret_purpose);
    });
    ASSERT_TRUE(sealed);
    EXPECT_EQ(secrets.text(*sealed).value().view(), secret);
    const auto shown = ask("GET", at);
    EXPECT_THAT(shown.body, HasSubstr(R"("events":["run_failed","run_recovered"],"enabled":true)"));
    EXPECT_EQ(count(shown, "deliveries"), 1U);
    EXPECT_THAT(shown.body + ask("GET", "/api/v1/webhooks").body, Not(HasSubstr("whsec")));
    for (const auto* const wrong : {R"({"url":"ftp://x","events":["run_failed"]})", R"({"events":["run_failed"]})"})
        EXPECT_EQ(text(ask("POST", "/api/v1/webhooks", wrong), "field"), "url") << wrong;
    for (const auto* const wrong : {R"({"url":"https://x","events":[]})", R"({"url":"https://x","events":["x"]})",
                                    R"({"url":"https://x","events":"run_failed"})", R"({"url":"https://x"})"})
        EXPECT_EQ(text(ask("POST", "/api/v1/webhooks", wrong), "field"), "events") << wrong;
    EXPECT_EQ(ask("DELETE", at).status, 204U);
    EXPECT_EQ(ask("DELETE", at).status, 404U);
    EXPECT_EQ(ask("GET", at).status, 404U);
    EXPECT_EQ(ask("PATCH", at, "{}").status, 404U);
    EXPECT_THAT(actions(), ElementsAre("token ops: webhook.delete", "token ops: webhook.create"));
}

TEST_F(run_routes, a_webhook_changes_in_what_is_given_and_gets_a_new_secret_on_request) {
    const auto made = ask("POST", "/api/v1/webhooks", R"({"url":"https://a.example/","events":["run_failed"]})");
    const auto at = header(made, "Location");
    const auto id = text(made, "id");
    const auto sealed_text = [&] {
        const auto sealed = write([&](store::transaction& tx) {
            return store::secrets::find(tx, store::secrets::of_webhook, id, transfer::webhook_secret_purpose);
        });
        return std::string{secrets.text(*sealed).value().view()};
    };
    const auto off = ask("PATCH", at, R"({"enabled":false})");
    EXPECT_THAT(off.body, HasSubstr(R"("url":"https://a.example/","events":["run_failed"],"enabled":false)"));
    EXPECT_EQ(text(off, "secret"), "(none)");
    EXPECT_EQ(sealed_text(), text(made, "secret"));
    const auto moved = ask("PATCH", at, R"({"url":"https://b.example/","events":["file_missing"],"newSecret":true})");
    EXPECT_THAT(moved.body, HasSubstr(R"("url":"https://b.example/","events":["file_missing"],"enabled":false)"));
    EXPECT_EQ(header(moved, "Cache-Control"), "no-store");
    EXPECT_EQ(sealed_text(), text(moved, "secret"));
    EXPECT_NE(text(moved, "secret"), text(made, "secret"));
    const auto before = ask("GET", at).body;
    for (const auto& [wrong, field] :
         {std::pair{R"({"url":"ftp://x"})", "url"}, std::pair{R"({"url":""})", "url"},
          std::pair{R"({"events":[]})", "events"}, std::pair{R"({"events":"run_failed"})", "events"},
          std::pair{R"({"enabled":1})", "enabled"}, std::pair{R"({"newSecret":"mine"})", "newSecret"},
          std::pair{R"({"secret":"mine"})", "secret"}})
        EXPECT_EQ(text(ask("PATCH", at, wrong), "field"), field) << wrong;
    EXPECT_EQ(ask("GET", at).body, before);
    EXPECT_EQ(sealed_text(), text(moved, "secret"));
    EXPECT_THAT(actions(),
                ElementsAre("token ops: webhook.change", "token ops: webhook.change", "token ops: webhook.create"));
}

}  // namespace
}  // namespace gangway::api
