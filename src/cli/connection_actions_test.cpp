#include "scripted_gateway.hpp"

#include <gangway/cli/exit_code.hpp>

namespace gangway::cli {
namespace {

constexpr auto id = "con_aaaaaaaaaaaaaaaaaaaaaaaaaa";
const std::string path = std::string{"/api/v1/connections/"} + id;
const std::string acme = std::string{R"({"id":")"} + id +
                         R"(","name":"acme","host":"sftp.example.com","port":22,"username":"ada",)"
                         R"("health":{"state":"healthy"},"revision":3})";
constexpr auto first_page = "GET /api/v1/connections?limit=500";

std::string page(const std::string& rows, const std::string& next = "") {
    return R"({"success":true,"connections":[)" + rows + "]" + (next.empty() ? "" : R"(,"next":")" + next + "\"") + "}";
}

/// A gateway that knows acme by its name.
struct with_acme : session {
    with_acme() { at.answers(first_page, 200, page(acme)); }
};

TEST(connection_actions, list_shows_a_line_for_each) {
    with_acme with;
    EXPECT_EQ(with.output({"connections", "list"}),
              "NAME  SERVER                HEALTH   REASON  ID\n"
              "acme  ada@sftp.example.com  healthy          con_aaaaaaaaaaaaaaaaaaaaaaaaaa\n");
}

TEST(connection_actions, list_as_json_is_the_answer_of_the_gateway) {
    with_acme with;
    EXPECT_EQ(with.output({"connections", "list", "--json"}), page(acme) + "\n");
}

TEST(connection_actions, pages_are_joined_up_to_the_limit_and_the_rest_is_told) {
    session with;
    with.at.answers("GET /api/v1/connections?limit=3", 200, page(R"({"name":"a"},{"name":"b"})", "b b"));
    with.at.answers("GET /api/v1/connections?limit=1&after=b%20b", 200, page(R"({"name":"c"})", "c"));
    const auto end = with.run({"connections", "list", "--limit", "3"});
    ASSERT_TRUE(end);
    EXPECT_EQ(std::ranges::count(end->output, '\n'), 4);
    EXPECT_TRUE(end->note.contains("--after c"));
}

TEST(connection_actions, endless_list_of_the_same_page_ends) {
    session with;
    with.at.answers(first_page, 200, page(R"({"name":"a"})", "a"));
    with.at.answers(std::string{first_page} + "&after=a", 200, page(R"({"name":"a"})", "a"));
    EXPECT_TRUE(with.run({"connections", "list"}));
    EXPECT_EQ(with.at.calls.size(), 2U);
}

TEST(connection_actions, id_is_taken_as_it_is_and_a_name_is_looked_up) {
    with_acme with;
    with.at.answers("GET " + path, 200, acme);
    EXPECT_TRUE(with.output({"connections", "show", id}).contains("ada@sftp.example.com"));
    EXPECT_EQ(with.at.calls.size(), 1U);
    EXPECT_TRUE(with.output({"connections", "show", "acme"}).contains("healthy"));
    EXPECT_EQ(with.at.calls.size(), 3U);
}

TEST(connection_actions, name_that_nobody_or_several_have_is_told) {
    with_acme with;
    EXPECT_TRUE(
        with.output({"connections", "show", "con_short"}).contains("no connection with the name or id con_short"));
    session twice;
    twice.at.answers(first_page, 200, page(R"({"id":"con_1","name":"acme"},{"id":"con_2","name":"acme"})"));
    EXPECT_TRUE(twice.output({"connections", "show", "acme"}).contains("con_1, con_2"));
}

TEST(connection_actions, create_sends_the_address_and_what_was_given) {
    session with;
    with.at.answers("POST /api/v1/connections", 201, acme);
    with.output({"connections", "create", "acme", "sftp://ada@sftp.example.com:2222", "--path-root", "/in\xFF",
                 "--expected-host-key", "SHA256:x", "--authentication", "password"});
    EXPECT_EQ(with.at.bodies.front(),
              R"({"name":"acme","host":"sftp.example.com","port":2222,"username":"ada","authentication":"password",)"
              R"("expectedHostKey":"SHA256:x","pathRootBase64":"L2lu/w=="})");
}

TEST(connection_actions, create_refuses_addresses_without_an_account_or_with_a_path) {
    session with;
    EXPECT_TRUE(with.output({"connections", "create", "a", "sftp://h"}).contains("sftp://user@host"));
    EXPECT_TRUE(with.output({"connections", "create", "a", "sftp://u@h/in"}).contains("--path-root"));
    EXPECT_TRUE(with.output({"connections", "create", "a", "sftp://u:p@h"}).starts_with("failed"));
    EXPECT_TRUE(with.at.calls.empty());
}

TEST(connection_actions, change_sends_only_what_is_given_and_the_revision) {
    session with;
    with.at.answers("PATCH " + path, 200, acme);
    with.output({"connections", "change", id, "--description", "", "--if-revision", "3"});
    EXPECT_EQ(with.at.bodies.front(), R"({"description":""})");
    EXPECT_EQ(with.at.revisions.front(), 3U);
    EXPECT_TRUE(with.output({"connections", "change", id}).contains("say what to change"));
    EXPECT_TRUE(with.output({"connections", "change", id, "--name", "b", "--if-revision", "x"}).contains("a number"));
}

TEST(connection_actions, delete_asks_unless_told_not_to) {
    with_acme with;
    with.at.answers("DELETE " + path, 204, "");
    with.asked.agrees = false;
    EXPECT_EQ(with.output({"connections", "delete", "acme"}), "failed: nothing was changed");
    with.asked.there = false;
    EXPECT_TRUE(with.output({"connections", "delete", "acme"}).contains("add --yes"));
    EXPECT_EQ(std::ranges::count(with.at.calls, "DELETE " + path), 0);
    EXPECT_EQ(with.output({"connections", "delete", "acme", "--yes"}), "");
    with.asked = {};
    EXPECT_EQ(with.output({"connections", "delete", "acme"}), "");
    EXPECT_TRUE(with.asked.questions.front().contains("acme"));
    EXPECT_EQ(std::ranges::count(with.at.calls, "DELETE " + path), 2);
}

TEST(connection_actions, test_shows_each_step_and_fails_with_the_code_of_the_last) {
    session with;
    with.at.answers("POST " + path + "/test", 200,
                    R"({"success":true,"healthy":false,"steps":[
                        {"name":"tcp","ok":true,"durationUs":1500,"findings":[{"name":"address","value":"192.0.2.1"}]},
                        {"name":"login","ok":false,"error":"refused","code":"auth_failed","phase":"auth",
                         "advice":"install the key"}]})");
    const auto end = with.run({"connections", "test", id});
    ASSERT_TRUE(end);
    EXPECT_EQ(end->output,
              "tcp             ok  1.5 ms\n    address: 192.0.2.1\nlogin           FAILED\n    refused\n"
              "    install the key\n");
    ASSERT_TRUE(end->failure);
    EXPECT_EQ(classify(*end->failure).exit, exit_code::login);
}

TEST(connection_actions, lock_asks_about_what_was_presented_and_sends_just_that) {
    with_acme with;
    with.at.answers(
        "GET " + path + "/host-key", 200,
        R"({"quarantined":true,"hostKey":{"fingerprint":"SHA256:old","presentedFingerprint":"SHA256:new"}})");
    with.at.answers("PUT " + path + "/host-key", 200, R"({"hostKey":{"fingerprint":"SHA256:new"}})");
    with.asked.agrees = false;
    EXPECT_EQ(with.output({"connections", "lock", "acme"}), "failed: nothing was changed");
    EXPECT_TRUE(with.asked.questions.front().contains("SHA256:old"));
    EXPECT_TRUE(with.asked.questions.front().contains("SHA256:new"));
    with.asked.agrees = true;
    EXPECT_TRUE(with.output({"connections", "lock", "acme"}).contains("SHA256:new"));
    EXPECT_EQ(with.at.bodies.back(), R"({"fingerprint":"SHA256:new"})");
}

TEST(connection_actions, lock_of_a_given_fingerprint_asks_nothing) {
    session with;
    with.at.answers("PUT " + path + "/host-key", 409, R"({"error":"another one","code":"conflict"})");
    EXPECT_EQ(with.output({"connections", "lock", id, "SHA256:x"}), "failed: another one");
    EXPECT_TRUE(with.asked.questions.empty());
}

TEST(connection_actions, lock_without_anything_presented_wants_a_fingerprint) {
    session with;
    with.at.answers("GET " + path + "/host-key", 200, R"({"quarantined":false})");
    EXPECT_TRUE(with.output({"connections", "lock", id, "--yes"}).contains("SHA256:"));
}

}  // namespace
}  // namespace gangway::cli
