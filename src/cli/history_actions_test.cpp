#include "scripted_gateway.hpp"

namespace gangway::cli {
namespace {

constexpr auto con = "con_aaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr auto fld = "fld_cccccccccccccccccccccccccc";
constexpr auto run_id = "run_dddddddddddddddddddddddddd";
const std::string run_path = std::string{"/api/v1/runs/"} + run_id;

TEST(history_actions, runs_are_narrowed_by_connection_and_folder) {
    session with;
    with.at.answers(std::string{"GET /api/v1/runs?limit=100&connection="} + con + "&folder=" + fld, 200,
                    R"({"runs":[{"id":"run_x","startedAt":"2026-01-15T12:00:00.000Z","outcome":"succeeded",
                                 "cause":"schedule","pulled":12,"failed":0,"octets":1024}]})");
    EXPECT_EQ(with.output({"runs", "list", "--connection", con, "--folder", fld}),
              "ID     STARTED               OUTCOME    CAUSE     PULLED  FAILED     SIZE  ERROR\n"
              "run_x  2026-01-15 12:00:00Z  succeeded  schedule      12       0  1.0 KiB\n");
}

TEST(history_actions, run_is_named_by_its_id) {
    session with;
    EXPECT_TRUE(with.output({"runs", "show", "last"}).contains("by its id"));
    EXPECT_TRUE(with.output({"runs", "cancel", "../tokens"}).contains("by its id"));
    EXPECT_TRUE(with.at.calls.empty());
    with.at.answers("GET " + run_path, 200, R"({"id":"run_x","outcome":"failed","error":"no route"})");
    EXPECT_EQ(with.output({"runs", "show", run_id}), "run         run_x\noutcome     failed\nerror       no route\n");
    with.at.answers("POST " + run_path + "/cancel", 200, R"({"success":true})");
    EXPECT_EQ(with.output({"runs", "cancel", run_id}), "");
}

TEST(history_actions, files_are_searched_by_state_and_name) {
    session with;
    with.at.answers("GET /api/v1/files?limit=2&state=recorded&name=a%26b.csv", 200,
                    R"({"files":[{"id":"f1","state":"recorded","path":"x/a&b.csv","size":3,"version":1}]})");
    EXPECT_EQ(with.output({"files", "list", "--state", "recorded", "--name", "a&b.csv", "--limit", "2"}),
              "STATE     PATH       SIZE  CHANGED  VERSION  ERROR  ID\n"
              "recorded  x/a&b.csv   3 B                 1         f1\n");
}

TEST(history_actions, file_is_shown_and_pulled_again_by_its_id) {
    session with;
    with.at.answers("GET /api/v1/files/ab%2F..", 404, R"({"error":"There is no such file","code":"not_found"})");
    EXPECT_EQ(with.output({"files", "show", "ab/.."}), "failed: There is no such file");
    with.at.answers("POST /api/v1/files/ab12/pull-again", 202, R"({"success":true,"file":"cd34"})");
    EXPECT_EQ(with.output({"files", "pull-again", "ab12"}), "cd34\n");
}

TEST(history_actions, files_of_an_archive_are_listed) {
    session with;
    with.at.answers("GET /api/v1/files/ab12/entries?limit=100", 200,
                    R"({"entries":[{"name":"a.csv","size":5,"sha256":"8ed3","destinationKey":"orders/a.csv",)"
                    R"("publishedAt":"2026-01-15T12:00:00.000Z"}]})");
    EXPECT_EQ(with.output({"files", "entries", "ab12"}),
              "NAME   SIZE  WENT TO       PUBLISHED             SHA-256\n"
              "a.csv   5 B  orders/a.csv  2026-01-15 12:00:00Z  8ed3\n");
}

}  // namespace
}  // namespace gangway::cli
