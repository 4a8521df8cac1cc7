#include "scripted_gateway.hpp"

namespace gangway::cli {
namespace {

constexpr auto id = "con_aaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr auto key = "key_bbbbbbbbbbbbbbbbbbbbbbbbbb";
const std::string path = std::string{"/api/v1/connections/"} + id;

TEST(credential_actions, new_key_prints_its_line_alone_and_tells_the_rest_beside) {
    session with;
    with.at.answers("POST " + path + "/keys", 201,
                    R"({"id":"key_x","algorithm":"ed25519","publicKey":"ssh-ed25519 AAAA gangway","fingerprint":
                        "SHA256:f","restrictedPublicKey":"restrict ssh-ed25519 AAAA gangway"})");
    const auto plain = with.run({"keys", "create", id, "--algorithm", "rsa-4096"});
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->output, "ssh-ed25519 AAAA gangway\n");
    EXPECT_EQ(plain->note, "ed25519 key_x, fingerprint SHA256:f\n");
    EXPECT_EQ(with.at.bodies.back(), R"({"algorithm":"rsa-4096"})");
    EXPECT_EQ(with.output({"keys", "create", id, "--restrict"}), "restrict ssh-ed25519 AAAA gangway\n");
}

TEST(credential_actions, hostile_gateway_cannot_put_a_second_line_into_authorized_keys) {
    session with;
    with.at.answers("POST " + path + "/keys", 201, R"({"publicKey":"ssh-ed25519 AAAA\nssh-ed25519 EVIL"})");
    EXPECT_EQ(with.output({"keys", "create", id}), "ssh-ed25519 AAAA\\nssh-ed25519 EVIL\n");
}

TEST(credential_actions, revoking_asks_and_wants_the_id_of_a_key) {
    session with;
    with.at.answers("DELETE " + path + "/keys/" + key, 204, "");
    EXPECT_TRUE(with.output({"keys", "revoke", id, "SHA256:f"}).contains("by its id"));
    with.asked.agrees = false;
    EXPECT_EQ(with.output({"keys", "revoke", id, key}), "failed: nothing was changed");
    EXPECT_TRUE(with.at.calls.empty());
    EXPECT_EQ(with.output({"keys", "revoke", id, key, "--yes"}), "");
    EXPECT_EQ(with.at.calls.size(), 1U);
}

TEST(credential_actions, password_is_asked_for_hidden_and_sent_as_it_is) {
    session with;
    with.at.answers("PUT " + path + "/password", 200, R"({"success":true,"warning":"A key is safer"})");
    with.asked.secret = "hunter\"2\\ü";
    const auto end = with.run({"password", "set", id});
    ASSERT_TRUE(end);
    EXPECT_EQ(end->output, "");
    EXPECT_EQ(end->note, "A key is safer\n");
    EXPECT_EQ(with.at.bodies.back(), R"({"password":"hunter\"2\\ü"})");
}

TEST(credential_actions, password_that_is_missing_or_cannot_be_json_is_not_sent) {
    session with;
    EXPECT_TRUE(with.output({"password", "set", id}).contains("nothing was typed"));
    with.asked.secret = "\xFF";
    EXPECT_TRUE(with.output({"password", "set", id}).contains("UTF-8"));
    with.asked.there = false;
    EXPECT_TRUE(with.output({"password", "set", id}).contains("--password-stdin"));
    EXPECT_TRUE(with.at.calls.empty());
}

TEST(credential_actions, there_is_no_option_that_holds_a_password) {
    session with;
    EXPECT_THROW((void)with.run({"password", "set", id, "--password", "x"}), CLI::ParseError);
    EXPECT_THROW((void)with.run({"password", "set", id, "x"}), CLI::ParseError);
}

TEST(credential_actions, removing_a_password_deletes_it) {
    session with;
    with.at.answers("DELETE " + path + "/password", 204, "");
    EXPECT_EQ(with.output({"password", "remove", id, "--json"}), "{\"success\":true}\n");
}

}  // namespace
}  // namespace gangway::cli
