#include <gangway/api/one_shot_request.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace gangway::api {
namespace {

using namespace std::literals;

struct given {
    explicit given(std::string json) : octets(std::move(json)), in(fields::from_json(octets).value()) {}
    [[nodiscard]] std::string complaint() {
        const auto done = in.finish(0);
        return done ? "" : std::string{done.error().fact_named("field")};
    }
    std::string octets;
    fields in;
};

constexpr auto fingerprint = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";  // of no octets

TEST(server_request, host_alone_is_enough) {
    given from{R"({"host":"Example.COM."})"};
    const auto request = decode_server(from.in);
    EXPECT_EQ(from.complaint(), "");
    EXPECT_EQ(request.host_as_asked, "Example.COM.");
    EXPECT_EQ(request.server->text(), "example.com:22");
    EXPECT_EQ(request.expected_key, std::nullopt);
    EXPECT_EQ(request.limit, std::chrono::minutes{10});
}

TEST(server_request, all_fields_are_taken) {
    given from{R"({"host":"::1","port":2222,"hostKey":")"s + fingerprint + R"(","timeoutMs":1500})"};
    const auto request = decode_server(from.in);
    EXPECT_EQ(from.complaint(), "");
    EXPECT_EQ(request.server->text(), "[::1]:2222");
    EXPECT_EQ(request.expected_key->text(), fingerprint);
    EXPECT_EQ(request.limit, std::chrono::milliseconds{1500});
}

TEST(server_request, null_counts_as_absent) {
    given from{R"({"host":"h","port":null,"hostKey":null,"timeoutMs":null})"};
    const auto request = decode_server(from.in);
    EXPECT_EQ(from.complaint(), "");
    EXPECT_EQ(request.server->port, 22);
}

TEST(server_request, complaint_names_the_field) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({})", "host"},
        {R"({"host":null})", "host"},
        {R"({"host":""})", "host"},
        {R"({"host":1})", "host"},
        {R"({"host":["h"]})", "host"},
        {R"({"host":"a b"})", "host"},
        {R"({"host":"-oProxyCommand=id"})", "host"},
        {R"({"host":"user@h"})", "host"},
        {R"({"host":"2130706433"})", "host"},
        {R"({"host":"h","port":0})", "port"},
        {R"({"host":"h","port":65536})", "port"},
        {R"({"host":"h","port":"22"})", "port"},
        {R"({"host":"h","port":""})", "port"},
        {R"({"host":"h","port":false})", "port"},
        {R"({"host":"h","port":22.5})", "port"},
        {R"({"host":"h","timeoutMs":0})", "timeoutMs"},
        {R"({"host":"h","timeoutMs":600001})", "timeoutMs"},
        {R"({"host":"h","timeoutMs":"100"})", "timeoutMs"},
        {R"({"host":"h","hostKey":""})", "hostKey"},
        {R"({"host":"h","hostKey":"MD5:00"})", "hostKey"},
        {R"({"host":"h","hostKey":true})", "hostKey"},
    };
    for (const auto& [json, field] : cases) {
        given from{json};
        static_cast<void>(decode_server(from.in));
        EXPECT_EQ(from.complaint(), field) << json;
    }
}

TEST(credentials, password_or_key_or_both_are_taken_and_zeroed) {
    given from{R"({"username":"ü","password":"pw-secret","privateKey":"key-secret","passphrase":"pp-secret"})"};
    const auto who = decode_credentials(from.in);
    EXPECT_EQ(who.username, "ü");
    EXPECT_EQ(who.password->view(), "pw-secret");
    EXPECT_EQ(who.key->text.view(), "key-secret");
    EXPECT_EQ(who.key->passphrase.view(), "pp-secret");
    EXPECT_FALSE(who.agent);
    EXPECT_EQ(from.octets.find("secret"), std::string::npos);
    EXPECT_EQ(from.complaint(), "");
}

TEST(credentials, each_alone_is_enough) {
    given password{R"({"username":"u","password":"p","privateKey":null})"};
    EXPECT_FALSE(decode_credentials(password.in).key.has_value());
    EXPECT_EQ(password.complaint(), "");
    given key{R"({"username":"u","privateKey":"k","passphrase":""})"};
    const auto who = decode_credentials(key.in);
    EXPECT_FALSE(who.password.has_value());
    EXPECT_TRUE(who.key->passphrase.empty());
    EXPECT_EQ(key.complaint(), "");
}

TEST(credentials, complaint_names_the_field) {
    const std::pair<std::string, const char*> cases[] = {
        {R"({"username":"u"})", "password"},
        {R"({"username":"u","password":null,"privateKey":null})", "password"},
        {R"({"username":"u","passphrase":"p"})", "password"},
        {R"({"username":"u","password":""})", "password"},
        {R"({"username":"u","password":1})", "password"},
        {R"({"username":"u","password":"p","privateKey":""})", "privateKey"},
        {R"({"username":"u","privateKey":["k"]})", "privateKey"},
        {R"({"username":"u","privateKey":"k","passphrase":1})", "passphrase"},
        {R"({"username":"u","password":"a\u0000b"})", "password"},
        {R"({"password":"p"})", "username"},
        {R"({})", "username"},
        {R"({"username":null,"password":"p"})", "username"},
        {R"({"username":"","password":"p"})", "username"},
        {R"({"username":7,"password":"p"})", "username"},
        {R"({"username":"a\nb","password":"p"})", "username"},
        {R"({"username":"a\u007fb","password":"p"})", "username"},
        {R"({"username":"a\u0000b","password":"p"})", "username"},
        {R"({"username":")" + std::string(256, 'u') + R"(","password":"p"})", "username"},
    };
    for (const auto& [json, field] : cases) {
        given from{json};
        static_cast<void>(decode_credentials(from.in));
        EXPECT_EQ(from.complaint(), field) << json.substr(0, 80);
    }
}

TEST(credentials, user_names_that_look_like_options_are_just_names) {
    given from{R"({"username":"-oProxyCommand=id $(id) `id` %h","password":"p"})"};
    EXPECT_EQ(decode_credentials(from.in).username, "-oProxyCommand=id $(id) `id` %h");
    EXPECT_EQ(from.complaint(), "");
}

TEST(optional_credentials, nothing_is_fine) {
    given from{R"({"username":"u"})"};
    EXPECT_FALSE(decode_optional_credentials(from.in).has_value());
    EXPECT_EQ(from.complaint(), "");
}

struct some_keeper final : remote::login_keeper {
    [[nodiscard]] const std::string& connection_id() const noexcept override { return text; }
    [[nodiscard]] const std::string& version() const noexcept override { return text; }
    [[nodiscard]] bool is_current() const override { return true; }
    [[nodiscard]] net::host_key_policy& host_keys() noexcept override { std::abort(); }
    [[nodiscard]] net::awaitable<void> ended(const net::dial_report&, const base::error*) override { co_return; }
    std::string text{"con_a"};
};

TEST(target, copy_has_all_that_keeps_a_login_within_its_bounds) {
    const remote::target where{.server = {model::host::parse("h.example").value(), 2222},
                               .who = {.username = "u", .password = base::secret{"p"}},
                               .expected_key = model::fingerprint::parse(fingerprint).value(),
                               .managed = std::make_shared<some_keeper>(),
                               .path_root = "/in",
                               .paths = {model::remote_path::parse("/in/a").value()},
                               .on_behalf_of = "192.0.2.1"};
    const auto copy = clone(where);
    EXPECT_EQ(copy.server.text(), "h.example:2222");
    EXPECT_EQ(copy.who.username, "u");
    EXPECT_EQ(copy.who.password->view(), "p");
    EXPECT_EQ(copy.expected_key, where.expected_key);
    EXPECT_EQ(copy.managed, where.managed);
    EXPECT_EQ(copy.path_root, "/in");
    ASSERT_EQ(copy.paths.size(), 1U);
    EXPECT_EQ(copy.paths[0].octets(), "/in/a");
    EXPECT_EQ(copy.on_behalf_of, "192.0.2.1");
}

}  // namespace
}  // namespace gangway::api
