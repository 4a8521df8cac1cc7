#include "testing/serving.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace gangway::api {
namespace {

using testing::serving;

TEST_F(serving, connect_identifies_without_a_login) {
    const auto result = post("connect", R"({"host":"H","port":2222,"username":"x","password":"y"})");
    EXPECT_EQ(result.body,
              R"({"success":true,"host":"H","port":2222,"banner":"SSH-2.0-Test_1 extra","sshVersion":"2.0",)"
              R"("software":"Test_1 extra","sftpAvailable":true,)"
              R"("note":"An SSH server answers. Whether it offers SFTP to a user shows only after login."})");
    EXPECT_TRUE(servers.targets.empty());
    EXPECT_EQ(servers.examined, 0);
}

TEST_F(serving, connect_takes_its_fields_from_a_query) {
    const auto* const route = find_route("/api/sftp/connect");
    EXPECT_EQ(run({.to = route, .query = "host=h&port=2222"}, "").host, "h:2222");
    EXPECT_EQ(run({.to = route, .query = "host=h"}, "").host, "h:22");
    for (const auto* const query :
         {"", "port=22", "host=", "host=h&port=x", "host=h&host=h", "host", "host=h&port=22.0"}) {
        const auto result = run({.to = route, .query = query}, "");
        EXPECT_EQ(result.status, 400U) << query;
        EXPECT_EQ(result.code, "bad_request");
    }
}

TEST_F(serving, connect_with_an_expected_key_goes_as_far_as_the_key) {
    constexpr auto body = R"({"host":"h","hostKey":"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"})";
    servers.found.steps = {{.name = "dns"}, {.name = "host key", .findings = {{"fingerprint", "SHA256:x"}}}};
    const auto result = post("connect", body);
    EXPECT_EQ(result.status, 200U);
    EXPECT_EQ(header(result, "Gangway-Host-Key"), "SHA256:x");
    EXPECT_EQ(servers.examined, 1);
    EXPECT_FALSE(servers.examined_with_credentials);
    EXPECT_TRUE(servers.examined_for.has_value());
    servers.found.steps.back().failure = base::error{net::errc::host_key_mismatch, base::phase::hostkey, "differs"};
    const auto refused = post("connect", body);
    EXPECT_EQ(refused.code, "host_key_mismatch");
    EXPECT_EQ(header(refused, "Gangway-Host-Key"), "SHA256:x");
}

TEST_F(serving, connect_is_bounded_too_and_tells_the_phase_it_was_in) {
    for (const auto phase : {base::phase::dns, base::phase::tcp, base::phase::ssh}) {
        servers.hangs_in = phase;
        const auto refused = post("connect", R"({"host":"h","timeoutMs":1})");
        EXPECT_EQ(refused.code, "timeout");
        EXPECT_TRUE(refused.body.contains("\"phase\":\"" + std::string(base::to_string(phase)) + "\"")) << refused.body;
    }
}

TEST_F(serving, probe_tells_each_step) {
    servers.found.steps = {
        {.name = "dns", .duration = std::chrono::microseconds{1500}, .findings = {{"addresses", "192.0.2.1"}}},
        {.name = "host key", .findings = {{"fingerprint", "SHA256:x"}}, .advice = "Compare it."},
        {.name = "login", .failure = base::error{net::errc::auth_failed, base::phase::auth, "refused"}}};
    const auto result = ask("probe", "");
    EXPECT_EQ(
        result.body,
        R"({"success":true,"host":"h.example","port":22,"healthy":false,"steps":[)"
        R"({"name":"dns","ok":true,"durationUs":1500,"findings":[{"name":"addresses","value":"192.0.2.1"}]},)"
        R"({"name":"host key","ok":true,"durationUs":0,"findings":[{"name":"fingerprint","value":"SHA256:x"}],"advice":"Compare it."},)"
        R"({"name":"login","ok":false,"durationUs":0,"findings":[],"error":"refused","code":"auth_failed","phase":"auth"}]})");
    EXPECT_EQ(header(result, "Gangway-Host-Key"), "SHA256:x");
    EXPECT_TRUE(servers.examined_with_credentials);
}

TEST_F(serving, probe_needs_no_credentials_but_no_half_of_them) {
    EXPECT_EQ(post("probe", R"({"host":"h"})").status, 200U);
    EXPECT_FALSE(servers.examined_with_credentials);
    EXPECT_EQ(post("probe", R"({"host":"h","password":"p"})").status, 400U);
}

}  // namespace
}  // namespace gangway::api
