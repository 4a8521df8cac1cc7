#include "scripted_gateway.hpp"

#include <gangway/cli/exit_code.hpp>

namespace gangway::cli {
namespace {

TEST(access_actions, token_is_printed_alone_and_once) {
    session with;
    with.at.answers("POST /api/v1/tokens", 201, R"({"success":true,"id":"tok_x","name":"ci","token":"gwt_secret"})");
    const auto end = with.run({"tokens", "create", "ci", "operator"});
    ASSERT_TRUE(end);
    EXPECT_EQ(end->output, "gwt_secret\n");
    EXPECT_FALSE(end->note.contains("gwt_secret"));
    EXPECT_EQ(with.at.bodies.back(), R"({"name":"ci","role":"operator"})");
}

TEST(access_actions, token_is_revoked_by_its_name_unless_that_one_is_gone) {
    session with;
    with.at.answers("GET /api/v1/tokens", 200,
                    R"({"tokens":[{"id":"tok_1","name":"ci","revokedAt":"2026-01-15T12:00:00.000Z"},
                                  {"id":"tok_2","name":"ci"}]})");
    with.at.answers("DELETE /api/v1/tokens/tok_2", 204, "");
    EXPECT_EQ(with.output({"tokens", "revoke", "ci"}), "");
    EXPECT_TRUE(with.output({"tokens", "revoke", "other"}).contains("no token"));
}

TEST(access_actions, audit_is_listed_by_subject) {
    session with;
    with.at.answers("GET /api/v1/audit?limit=1&subject=con%20x", 200,
                    R"({"entries":[{"seq":9,"at":"2026-01-15T12:00:00.000Z","actor":"token ci",
                        "action":"key.revoke","subject":"con x","details":"{}"}],"next":"9"})");
    const auto end = with.run({"audit", "list", "--subject", "con x", "--limit", "1"});
    ASSERT_TRUE(end);
    EXPECT_EQ(end->output,
              "SEQ  AT                    ACTOR     ACTION      SUBJECT  DETAILS\n"
              "  9  2026-01-15 12:00:00Z  token ci  key.revoke  con x    {}\n");
    EXPECT_TRUE(end->note.contains("--after 9"));
}

TEST(access_actions, broken_audit_is_a_failure_that_names_the_entry) {
    session with;
    with.at.answers("POST /api/v1/audit/verify", 200, R"({"success":true,"intact":true})");
    with.at.answers("POST /api/v1/audit/verify", 200, R"({"success":true,"intact":false,"seq":7,"fault":"hash"})");
    EXPECT_EQ(with.output({"audit", "verify"}), "the audit is intact\n");
    const auto end = with.run({"audit", "verify"});
    ASSERT_TRUE(end && end->failure);
    EXPECT_EQ(end->failure->message, "the audit is broken at entry 7: hash");
    EXPECT_EQ(classify(*end->failure).exit, exit_code::refused);
}

TEST(access_actions, webhook_is_made_for_the_events_that_are_named) {
    session with;
    with.at.answers("POST /api/v1/webhooks", 201, R"({"id":"whk_x","secret":"s"})");
    EXPECT_EQ(with.output({"webhooks", "create", "https://h/x", "--event", "run_failed", "--event", "file_missing"}),
              "s\n");
    EXPECT_EQ(with.at.bodies.back(), R"({"url":"https://h/x","events":["run_failed","file_missing"]})");
    with.output({"webhooks", "create", "https://h/x"});
    EXPECT_TRUE(with.at.bodies.back().contains(
        R"(["run_failed","run_recovered","host_key_changed","file_missing","files_failing"])"));
    with.at.answers("GET /api/v1/webhooks/whk_x", 200, R"({"url":"https://h","events":["run_failed"],"deliveries":[
        {"event":"run_failed","attempts":3,"error":"404"}]})");
    const auto shown = with.output({"webhooks", "show", "whk_x"});
    EXPECT_TRUE(shown.contains("EVENTS   run_failed\n")) << shown;
    EXPECT_TRUE(shown.contains("3            404\n")) << shown;
    with.at.answers("DELETE /api/v1/webhooks/whk_x", 204, "");
    EXPECT_EQ(with.output({"webhooks", "delete", "whk_x"}), "");
}

TEST(access_actions, webhook_is_changed_in_what_is_given) {
    session with;
    with.at.answers("PATCH /api/v1/webhooks/whk_x", 200, R"({"id":"whk_x","url":"https://h","enabled":false})");
    EXPECT_TRUE(with.output({"webhooks", "change", "whk_x", "--disable"}).contains("https://h"));
    EXPECT_EQ(with.at.bodies.back(), R"({"enabled":false})");
    with.output({"webhooks", "change", "whk_x", "--url", "https://i", "--event", "run_failed", "--enable"});
    EXPECT_EQ(with.at.bodies.back(), R"({"url":"https://i","events":["run_failed"],"enabled":true})");
    EXPECT_TRUE(with.output({"webhooks", "change", "whk_x"}).contains("say what to change"));
    EXPECT_TRUE(with.output({"webhooks", "change", "whk_x", "--enable", "--disable"}).contains("exclude"));
}

TEST(access_actions, new_secret_of_a_webhook_is_printed_alone_and_once) {
    session with;
    with.at.answers("PATCH /api/v1/webhooks/whk_x", 200, R"({"id":"whk_x","secret":"whsec_new"})");
    const auto end = with.run({"webhooks", "change", "whk_x", "--new-secret"});
    ASSERT_TRUE(end);
    EXPECT_EQ(end->output, "whsec_new\n");
    EXPECT_FALSE(end->note.contains("whsec_new"));
    EXPECT_EQ(with.at.bodies.back(), R"({"newSecret":true})");
}

TEST(access_actions, error_of_the_gateway_is_the_failure_with_its_exit_code) {
    session with;
    with.at.answers("GET /api/v1/tokens", 401, R"({"error":"A token is needed","code":"unauthorized"})");
    const auto end = with.run({"tokens", "list"});
    ASSERT_FALSE(end);
    EXPECT_EQ(classify(end.error()).exit, exit_code::login);
}

}  // namespace
}  // namespace gangway::cli
