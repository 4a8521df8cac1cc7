#include "scripted_gateway.hpp"

#include <gangway/cli/exit_code.hpp>

namespace gangway::cli {
namespace {

constexpr auto con = "con_aaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr auto fld = "fld_cccccccccccccccccccccccccc";
constexpr auto run_id = "run_dddddddddddddddddddddddddd";
const std::string below = std::string{"/api/v1/connections/"} + con + "/folders";
const std::string path = std::string{"/api/v1/folders/"} + fld;
const std::string orders =
    std::string{R"({"id":")"} + fld +
    R"(","name":"orders","remoteFolder":"/out","enabled":true,"rules":{"include":["*.csv"],"stable":{"by":"at_once"},)"
    R"("limits":{"files":10}},"destination":{"to":"local","folder":"orders"},"schedule":{"every":"15m"},"revision":4})";

/// A gateway with the connection acme and its folder orders.
struct with_orders : session {
    with_orders() {
        at.answers("GET /api/v1/connections?limit=500", 200,
                   std::string{R"({"connections":[{"id":")"} + con + R"(","name":"acme"}]})");
        at.answers("GET " + below + "?limit=500", 200, R"({"folders":[)" + orders + "]}");
        at.answers("GET " + path, 200, orders);
        at.answers("PATCH " + path, 200, orders);
        at.answers("POST " + below, 201, orders);
    }
    std::string sent(std::vector<std::string> words) {
        const auto end = run(std::move(words));
        return end ? at.bodies.back() : "failed: " + end.error().message;
    }
};

TEST(folder_actions, list_sums_up_where_and_when) {
    with_orders with;
    EXPECT_EQ(with.output({"folders", "list"}),
              "CONNECTION  NAME    REMOTE FOLDER  TO      WHEN       ID\n"
              "acme        orders  /out           orders  every 15m  fld_cccccccccccccccccccccccccc\n");
}

TEST(folder_actions, folder_is_named_by_its_id_its_name_or_both_names) {
    with_orders with;
    for (const auto* const name : {fld, "orders", "acme/orders"})
        EXPECT_TRUE(with.output({"folders", "show", name}).contains("/out")) << name;
    EXPECT_TRUE(with.output({"folders", "show", "other/orders"}).contains("no folder"));
}

TEST(folder_actions, name_that_two_connections_have_is_ambiguous) {
    session with;
    with.at.answers("GET /api/v1/connections?limit=500", 200,
                    std::string{R"({"connections":[{"id":")"} + con + R"(","name":"a"},)" +
                        R"({"id":"con_bbbbbbbbbbbbbbbbbbbbbbbbbb","name":"b"}]})");
    with.at.answers("GET " + below + "?limit=500", 200, R"({"folders":[{"id":"fld_1","name":"orders"}]})");
    with.at.answers("GET /api/v1/connections/con_bbbbbbbbbbbbbbbbbbbbbbbbbb/folders?limit=500", 200,
                    R"({"folders":[{"id":"fld_2","name":"orders"}]})");
    EXPECT_TRUE(with.output({"folders", "show", "orders"}).contains("fld_1 of a, fld_2 of b"));
}

TEST(folder_actions, create_sends_every_setting_in_its_place) {
    with_orders with;
    EXPECT_EQ(
        with.sent({"folders",
                   "create",
                   "acme",
                   "orders",
                   "/out",
                   "--include",
                   "*.csv",
                   "--include",
                   "*.txt",
                   "--exclude",
                   "*.tmp",
                   "--looks-apart",
                   "2s",
                   "--order",
                   "name",
                   "--max-files",
                   "5",
                   "--max-duration",
                   "1h",
                   "--key-template",
                   "{name}",
                   "--fold-keys",
                   "true",
                   "--checksum",
                   "{name}.sha256",
                   "--then",
                   "move",
                   "--move-to",
                   "done",
                   "--to-folder",
                   "orders",
                   "--cron",
                   "0 6 * * *",
                   "--zone",
                   "Europe/Berlin",
                   "--expect",
                   "o-*.csv",
                   "--expect-every",
                   "1h"}),
        R"({"name":"orders","remoteFolder":"/out","rules":{"include":["*.csv","*.txt"],"exclude":["*.tmp"],)"
        R"("order":"name","limits":{"files":5,"duration":"1h"},"keyTemplate":"{name}","foldKeys":true,)"
        R"("checksum":"{name}.sha256","after":{"do":"move","folder":"done"},)"
        R"("stable":{"by":"looks","apart":"2s"}},"destination":{"to":"local","folder":"orders"},)"
        R"("schedule":{"cron":"0 6 * * *","zone":"Europe/Berlin"},"expectedBy":{"every":"1h","like":"o-*.csv"}})");
}

TEST(folder_actions, secret_of_a_bucket_is_asked_for_and_stands_in_the_body_alone) {
    with_orders with;
    with.asked.secret = "s3cret";
    EXPECT_EQ(with.sent({"folders", "create", "acme", "orders", "/out", "--to-bucket", "b", "--endpoint",
                         "https://s3.example.com", "--region", "eu", "--access-key-id", "AK", "--path-style", "true"}),
              R"({"name":"orders","remoteFolder":"/out","destination":{"to":"s3","bucket":"b",)"
              R"("endpoint":"https://s3.example.com","region":"eu","pathStyle":true,"accessKeyId":"AK",)"
              R"("secretAccessKey":"s3cret"}})");
    EXPECT_FALSE(with.asked.questions.front().contains("s3cret"));
}

TEST(folder_actions, change_takes_the_rest_of_a_part_along_and_minds_the_revision) {
    with_orders with;
    EXPECT_EQ(with.sent({"folders", "change", fld, "--exclude", "*.tmp", "--age", "60s"}),
              R"({"rules":{"include":["*.csv"],"stable":{"by":"age","age":"60s"},"limits":{"files":10},)"
              R"("exclude":["*.tmp"]}})");
    EXPECT_EQ(with.at.revisions.back(), 4U);
    EXPECT_EQ(with.sent({"folders", "change", fld, "--on-request", "--disable"}),
              R"({"enabled":false,"schedule":null})");
    EXPECT_EQ(with.sent({"folders", "change", fld, "--expect-none", "--name", "x"}),
              R"({"name":"x","expectedBy":null})");
}

TEST(folder_actions, options_that_exclude_or_need_each_other_are_refused_before_anything_is_sent) {
    with_orders with;
    const std::vector<std::vector<std::string>> wrong{
        {"--every", "1h", "--cron", "0 6 * * *"},
        {"--every", "1h", "--on-request"},
        {"--zone", "UTC"},
        {"--at-once", "--age", "60s"},
        {"--clock-tolerance", "5m"},
        {"--to-folder", "x", "--to-bucket", "y"},
        {"--expect", "*.csv"},
        {"--expect-every", "1h"},
        {"--expect", "*.csv", "--expect-none"},
        {"--max-files", "many"},
        {"--fold-keys", "perhaps"},
    };
    for (const auto& options : wrong) {
        std::vector<std::string> words{"folders", "create", con, "orders", "/out"};
        words.insert(words.end(), options.begin(), options.end());
        EXPECT_TRUE(with.output(words).starts_with("failed: ")) << options.front();
    }
    EXPECT_TRUE(with.output({"folders", "create", con, "orders", "/out"}).contains("--to-folder"));
    EXPECT_TRUE(with.output({"folders", "change", fld}).contains("say what to change"));
    EXPECT_EQ(std::ranges::count_if(with.at.calls, [](const auto& call) { return !call.starts_with("GET"); }), 0);
}

TEST(folder_actions, run_tells_which_run_began) {
    with_orders with;
    with.at.answers("POST " + path + "/run", 202, std::string{R"({"success":true,"run":")"} + run_id + "\"}");
    EXPECT_EQ(with.output({"folders", "run", fld}), std::string{run_id} + "\n");
}

/// The end of `folders run --wait` on a run that first runs, then ends as `ended` says.
base::result<outcome> waited_for(session& with, const std::string& ended) {
    with.at.answers("POST " + path + "/run", 202, std::string{R"({"run":")"} + run_id + "\"}");
    const auto run = std::string{"GET /api/v1/runs/"} + run_id;
    with.at.answers(run, 200, R"({"outcome":"waiting","progress":{"listed":0}})");
    with.at.answers(run, 200, R"({"outcome":"running","progress":{"listed":7,"pulled":2,"octets":2048}})");
    with.at.answers(run, 200, ended);
    return with.run({"folders", "run", fld, "--wait"});
}

TEST(folder_actions, waiting_shows_progress_and_ends_well_with_a_run_that_does) {
    session with;
    const auto end = waited_for(with, R"({"id":"run_x","outcome":"succeeded","pulled":7})");
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->failure);
    EXPECT_TRUE(end->output.contains("succeeded"));
    EXPECT_EQ(with.progress, (std::vector<std::string>{"waiting for another run of this connection",
                                                       "listed 7, pulled 2, failed 0, 2.0 KiB"}));
    EXPECT_EQ(with.pauses, 2U);
}

TEST(folder_actions, waiting_ends_with_the_outcome_as_the_exit_code) {
    const auto exit_of = [](const std::string& ended) {
        session with;
        const auto end = waited_for(with, ended);
        return end && end->failure ? classify(*end->failure).exit : exit_code::ok;
    };
    EXPECT_EQ(exit_of(R"({"outcome":"succeeded"})"), exit_code::ok);
    EXPECT_EQ(exit_of(R"({"outcome":"partial","failed":3})"), exit_code::refused);
    EXPECT_EQ(exit_of(R"({"outcome":"interrupted"})"), exit_code::refused);
    EXPECT_EQ(exit_of(R"({"outcome":"failed","error":"gone"})"), exit_code::refused);
    EXPECT_EQ(exit_of(R"({"outcome":"failed","error":"x","code":"host_key_mismatch"})"), exit_code::host_key);
    EXPECT_EQ(exit_of(R"({"outcome":"failed","error":"x","code":"dns_failed"})"), exit_code::unreachable);
    EXPECT_EQ(exit_of(R"({"outcome":"failed","error":"x","code":"auth_failed"})"), exit_code::login);
    EXPECT_EQ(exit_of(R"({"outcome":"partial","error":"x","code":"connection_lost"})"), exit_code::unreachable);
}

TEST(folder_actions, dry_run_has_a_verdict_for_each_file) {
    session with;
    with.at.answers("POST " + path + "/dry-run", 200,
                    R"({"files":[{"path":"a.csv","size":5,"verdict":"pull","sentence":"new","key":"a.csv"},
                                 {"path":"b.tmp","verdict":"excluded","sentence":"excluded by *.tmp"}]})");
    EXPECT_EQ(with.output({"folders", "dry-run", fld}),
              "VERDICT   PATH   SIZE  WHY                GOES TO\n"
              "pull      a.csv   5 B  new                a.csv\n"
              "excluded  b.tmp        excluded by *.tmp\n");
}

}  // namespace
}  // namespace gangway::cli
