#include <gangway/api/access_policy.hpp>
#include <gangway/api/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::api {
namespace {

request_head head_with(std::vector<header_field> fields) {
    return {.method = "POST", .target = "/api/sftp/list", .fields = std::move(fields)};
}

access_policy policy(access_rules rules = {}, std::string_view listen = "127.0.0.1") {
    return access_policy::make(std::move(rules), listen).value();
}

access_rules with_token(std::string_view token = "s3cret") {
    access_rules rules;
    rules.api_token = base::secret{token};
    return rules;
}

/// The code of the refusal; zero if there is none.
errc outcome(const access_policy& access, std::vector<header_field> fields) {
    const auto checked = access.check(head_with(std::move(fields)));
    return checked ? errc{} : static_cast<errc>(checked.error().code.value());
}

TEST(access_policy, loopback_needs_no_token_and_everything_else_does) {
    for (const auto* const address : {"127.0.0.1", "127.1.2.3", "::1"})
        EXPECT_TRUE(access_policy::make({}, address).has_value()) << address;
    for (const auto* const address : {"0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "::ffff:127.0.0.1", "12.7.0.0"}) {
        EXPECT_EQ(access_policy::make({}, address).error().fact_named("field"), "listen") << address;
        EXPECT_TRUE(access_policy::make(with_token(), address).has_value()) << address;
        EXPECT_FALSE(access_policy::make(with_token(""), address).has_value()) << "an empty token is none";
    }
}

TEST(access_policy, host_is_a_loopback_name_or_the_listen_address) {
    const auto access = policy({}, "127.0.0.5");
    for (const auto* const host : {"localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:80",
                                   "127.0.0.5", "127.0.0.5:1"})
        EXPECT_EQ(outcome(access, {{"Host", host}}), errc{}) << host;
    for (const auto* const host : {"", "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil",
                                   "localhost.", "127.0.0.6", "[::2]", "::1", "xlocalhost", ":8080", "localhost:80:80",
                                   "2130706433", "[::1", "localhost@evil.example"})
        EXPECT_EQ(outcome(access, {{"Host", host}}), errc::forbidden_origin) << host;
    EXPECT_EQ(outcome(access, {}), errc::forbidden_origin) << "no Host at all";
}

TEST(access_policy, ipv6_listen_address_stands_in_brackets) {
    EXPECT_EQ(outcome(policy(with_token(), "2001:db8::1"),
                      {{"Host", "[2001:db8::1]:80"}, {"Authorization", "Bearer s3cret"}}),
              errc{});
}

TEST(access_policy, allowed_hosts_match_any_port_unless_they_name_one) {
    const auto access = policy({.allowed_hosts = {"gateway.example", "other.example:8443"}});
    EXPECT_EQ(outcome(access, {{"Host", "gateway.example"}}), errc{});
    EXPECT_EQ(outcome(access, {{"Host", "Gateway.Example:9000"}}), errc{});
    EXPECT_EQ(outcome(access, {{"Host", "other.example:8443"}}), errc{});
    EXPECT_EQ(outcome(access, {{"Host", "other.example:8444"}}), errc::forbidden_origin);
    EXPECT_EQ(outcome(access, {{"Host", "other.example"}}), errc::forbidden_origin);
}

TEST(access_policy, beyond_loopback_any_host_is_served_unless_hosts_are_listed) {
    const header_field token{"Authorization", "Bearer s3cret"};
    EXPECT_EQ(outcome(policy(with_token(), "0.0.0.0"), {{"Host", "any.example"}, token}), errc{});
    auto rules = with_token();
    rules.allowed_hosts = {"gateway.example"};
    const auto listed = policy(std::move(rules), "0.0.0.0");
    EXPECT_EQ(outcome(listed, {{"Host", "any.example"}, token}), errc::forbidden_origin);
    EXPECT_EQ(outcome(listed, {{"Host", "gateway.example"}, token}), errc{});
}

TEST(access_policy, origin_must_be_the_site_that_was_asked) {
    const auto access = policy();
    const auto from = [&](std::string_view origin) {
        return outcome(access, {{"Host", "localhost:8080"}, {"Origin", origin}});
    };
    EXPECT_EQ(from("http://localhost:8080"), errc{});
    EXPECT_EQ(from("https://LOCALHOST:8080"), errc{});
    for (const auto* const origin :
         {"null", "", "http://localhost", "http://localhost:8081", "http://127.0.0.1:8080", "http://evil.example",
          "http://localhost:8080.evil.example", "http://localhost:8080/", "file://localhost:8080", "localhost:8080",
          "http://evil.example#localhost:8080", "http://"})
        EXPECT_EQ(from(origin), errc::forbidden_origin) << origin;
}

TEST(access_policy, allowed_origins_match_exactly) {
    const auto access = policy({.allowed_origins = {"https://console.example"}});
    const auto head = [](std::string_view origin) { return head_with({{"Host", "localhost"}, {"Origin", origin}}); };
    EXPECT_TRUE(access.check(head("https://console.example")).has_value());
    EXPECT_EQ(access.foreign_origin(head("https://console.example")), "https://console.example");
    EXPECT_FALSE(access.check(head("http://console.example")).has_value());
    EXPECT_FALSE(access.check(head("https://console.example:8443")).has_value());
    EXPECT_EQ(access.foreign_origin(head("http://console.example")), "");
    EXPECT_EQ(access.foreign_origin(head_with({{"Host", "localhost"}})), "");
}

TEST(access_policy, token_is_compared_whole) {
    const auto access = policy(with_token());
    const auto with = [&](std::string_view authorization) {
        return outcome(access, {{"Host", "localhost"}, {"Authorization", authorization}});
    };
    EXPECT_EQ(with("Bearer s3cret"), errc{});
    EXPECT_EQ(with("bearer  s3cret"), errc{});
    for (const auto* const wrong : {"", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3cretx", "Bearer S3CRET",
                                    "s3cret", "Basic s3cret", "Bearers3cret", "Basic czNjcmV0"})
        EXPECT_EQ(with(wrong), errc::unauthorized) << wrong;
    EXPECT_EQ(outcome(access, {{"Host", "localhost"}}), errc::unauthorized);
}

TEST(access_policy, configured_token_is_admin_and_so_is_everybody_where_there_is_none) {
    const auto locked =
        policy(with_token()).check(head_with({{"Host", "localhost"}, {"Authorization", "Bearer s3cret"}}));
    EXPECT_EQ(locked->name, "configured token");
    EXPECT_EQ(locked->role, role::admin);
    const auto open = policy().check(head_with({{"Host", "localhost"}}));
    EXPECT_EQ(open->name, "anonymous");
    EXPECT_EQ(open->role, role::admin);
}

TEST(access_policy, foreign_pages_are_refused_before_the_token_is_looked_at) {
    EXPECT_EQ(outcome(policy(with_token()), {{"Host", "evil.example"}, {"Authorization", "Bearer s3cret"}}),
              errc::forbidden_origin);
}

TEST(access_policy, refusal_does_not_repeat_the_token) {
    const auto refused =
        policy(with_token()).check(head_with({{"Host", "localhost"}, {"Authorization", "Bearer guess"}}));
    EXPECT_EQ(refused.error().message.find("s3cret"), std::string::npos);
    EXPECT_EQ(refused.error().message.find("guess"), std::string::npos);
}

}  // namespace
}  // namespace gangway::api
