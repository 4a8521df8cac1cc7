#include "testing/serving.hpp"

#include <gangway/net/errors.hpp>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace gangway::api {
namespace {

using testing::serving;
using testing::sftp_request;
using testing::status;

TEST_F(serving, target_is_what_was_asked_for) {
    post("stat", R"({"host":"H.example","port":2222,"username":"me","password":"pw","privateKey":"key","path":"p",)"
                 R"("hostKey":"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"})");
    ASSERT_EQ(servers.targets.size(), 1U);
    const auto& target = servers.targets.front();
    EXPECT_EQ(target.server.text(), "h.example:2222");
    EXPECT_EQ(target.who.username, "me");
    EXPECT_EQ(target.who.password->view(), "pw");
    EXPECT_EQ(target.who.key->text.view(), "key");
    EXPECT_EQ(target.expected_key->text(), "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
}

TEST_F(serving, refusal_before_a_session_is_the_answer_with_the_host_key_if_known) {
    servers.refusal = base::error{net::errc::auth_failed, base::phase::auth, "refused"}.with("methods", "publickey");
    auto result = ask("list", "");
    EXPECT_EQ(result.status, 403U);
    EXPECT_EQ(result.code, "auth_failed");
    EXPECT_EQ(result.host, "h.example:22");
    EXPECT_EQ(result.operation, "list");
    EXPECT_EQ(header(result, "Gangway-Host-Key"), "(none)");
    EXPECT_EQ(boost::json::parse(result.body).at("phase"), "auth");

    servers.host_key = model::fingerprint{{}};
    result = ask("list", "");
    EXPECT_EQ(result.status, 403U);
    EXPECT_EQ(header(result, "Gangway-Host-Key"), "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

TEST_F(serving, cloudflare_is_told_on_every_operation_alike) {
    servers.refusal =
        base::error{net::errc::cloudflare_blocked, base::phase::egress, "blocked"}.with("isCloudflare", "true");
    for (const auto* const operation : {"connect", "list", "download", "delete", "mkdir", "stat", "statvfs"}) {
        const auto result = ask(operation, R"("path":"p")");
        EXPECT_EQ(result.status, 403U) << operation;
        EXPECT_EQ(result.code, "host_blocked") << operation;
        EXPECT_EQ(boost::json::parse(result.body).at("isCloudflare"), true) << operation;
    }
}

TEST_F(serving, time_limit_of_the_request_names_the_phase_it_came_to) {
    for (const auto phase : {base::phase::tcp, base::phase::auth}) {
        servers.hangs_in = phase;
        const auto result = ask("list", R"("timeoutMs":1)");
        EXPECT_EQ(result.status, 504U);
        EXPECT_EQ(result.code, "timeout");
        EXPECT_EQ(boost::json::parse(result.body).at("phase").as_string(), base::to_string(phase));
    }
    EXPECT_EQ(servers.cancelled, 2);
}

TEST_F(serving, time_limit_covers_the_operation_itself_and_gives_the_lease_back) {
    servers.script = [](const sftp_request&) { return std::nullopt; };
    const auto result = ask("stat", R"("path":"p","timeoutMs":20)");
    EXPECT_EQ(result.code, "timeout");
    EXPECT_EQ(boost::json::parse(result.body).at("phase"), "sftp");
    EXPECT_EQ(servers.leases_alive, 0);
}

TEST_F(serving, session_on_another_strand_is_used_and_given_back_there) {
    net::asio::io_context elsewhere;
    servers.strand = net::asio::make_strand(elsewhere);
    // Both contexts run in this thread, in turns: the work is done when both have nothing left.
    const auto* const to_delete = find_route("/api/sftp/delete");
    net::asio::io_context here;
    std::optional<answer> result;
    const auto work = [](gateway& served, const api::route* to, std::optional<answer>& out) -> net::awaitable<void> {
        const std::string body = "{" + std::string{login} + R"(,"path":"p"})";
        out = co_await served.serve({.to = to, .body_limit = 1}, wiped_octets(body.begin(), body.end()));
    };
    net::asio::co_spawn(net::asio::make_strand(here), work(served_, to_delete, result), [](std::exception_ptr) {});
    while (!result && (here.poll() + elsewhere.poll()) != 0) {
        here.restart();
        elsewhere.restart();
    }
    servers.strand.reset();
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->status, 200U);
    EXPECT_EQ(servers.leases_alive, 0);
}

TEST_F(serving, what_only_looks_is_tried_again_when_a_kept_connection_was_dead) {
    int calls = 0;
    servers.script = [&](const sftp_request&) {
        return calls++ == 0 ? testing::sftp_reply{} : testing::attrs(testing::attributes(1, 0100644, 0));
    };
    servers.reused = 1;
    EXPECT_EQ(ask("stat", R"("path":"p")").status, 200U);
    EXPECT_EQ(servers.targets.size(), 2U);
    EXPECT_EQ(servers.targets[1].who.password->view(), "p");
    EXPECT_EQ(servers.leases_alive, 0);
}

TEST_F(serving, a_lost_connection_is_an_error_when_it_was_new_or_lost_again) {
    servers.script = [](const sftp_request&) { return testing::sftp_reply{}; };
    EXPECT_EQ(ask("stat", R"("path":"p")").code, "connection_lost");
    EXPECT_EQ(servers.targets.size(), 1U);
    servers.reused = 2;
    EXPECT_EQ(ask("stat", R"("path":"p")").code, "connection_lost");
    EXPECT_EQ(servers.targets.size(), 3U);
}

TEST_F(serving, changes_are_never_sent_twice) {
    for (const auto* const operation : {"delete", "mkdir", "rmdir", "upload", "setstat", "symlink", "rename"}) {
        servers.script = [](const sftp_request&) { return testing::sftp_reply{}; };
        servers.reused = 1;
        servers.targets.clear();
        const auto result = ask(
            operation, R"("path":"p","content":"","mode":0,"target":"t","oldPath":"o","newPath":"n","overwrite":true)");
        EXPECT_EQ(result.code, "connection_lost") << operation;
        EXPECT_EQ(servers.targets.size(), 1U) << operation;
    }
}

}  // namespace
}  // namespace gangway::api
