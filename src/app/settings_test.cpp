#include <gangway/app/settings.hpp>
#include <gangway/model/errors.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace gangway::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

raw_settings flag(std::string key, std::vector<std::string> values) {
    return {{key, raw_value{std::move(values), origin::flag, "--" + key}}};
}
surroundings at_home() {
    return {.home = "/home/alice"};
}
settings decided(const raw_settings& written) {
    auto result = decide(written, at_home());
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result ? std::move(*result) : settings{};
}
std::string refusal(const raw_settings& written, surroundings around = at_home()) {
    const auto result = decide(written, std::move(around));
    if (result) return "accepted";
    EXPECT_EQ(result.error().code, model::errc::invalid_value);
    return result.error().message;
}

/// A file of the test's own, removed at its end.
class token_file {
  public:
    explicit token_file(const std::string& content) : path_(::testing::TempDir() + "gangway-token") {
        std::ofstream{path_} << content;
    }
    ~token_file() { std::filesystem::remove(path_); }
    token_file(const token_file&) = delete;
    token_file& operator=(const token_file&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

TEST(settings, defaults_are_safe_and_local) {
    const auto result = decided({});
    EXPECT_EQ(result.listen.address().to_string(), "127.0.0.1");
    EXPECT_EQ(result.listen.port(), 8080);
    EXPECT_EQ(result.data_dir, "/home/alice/.local/share/gangway");
    EXPECT_FALSE(result.api_token);
    EXPECT_EQ(result.egress.mode, net::egress_mode::open);
    EXPECT_TRUE(result.egress.block_cloudflare);
    EXPECT_EQ(result.limits.connect, std::chrono::seconds{10});
    EXPECT_EQ(result.limits.key_exchange, std::chrono::seconds{15});
    EXPECT_EQ(result.stop_limit, std::chrono::seconds{30});
    EXPECT_EQ(result.format, log_format::json);
    EXPECT_EQ(result.level, log_level::info);
}

TEST(settings, surroundings_decide_data_dir_and_log_format) {
    auto around = at_home();
    around.xdg_data_home = "/data";
    around.stderr_is_terminal = true;
    const auto result = decide({}, std::move(around)).value();
    EXPECT_EQ(result.data_dir, "/data/gangway");
    EXPECT_EQ(result.format, log_format::text);
    EXPECT_EQ(decide({}, {.home = "/h", .xdg_data_home = "relative"}).value().data_dir, "/h/.local/share/gangway");
    EXPECT_THAT(refusal({}, {}), HasSubstr("data_dir"));
}

TEST(settings, listen_takes_addresses_with_ports) {
    EXPECT_EQ(decided(flag("listen", {"127.0.0.1:0"})).listen.port(), 0);
    EXPECT_EQ(decided(flag("listen", {"[::1]:9000"})).listen.address().to_string(), "::1");
    EXPECT_EQ(decided(flag("listen", {"localhost:9000"})).listen.address().to_string(), "127.0.0.1");
    for (const char* wrong : {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x",
                              "::1:8080", "[127.0.0.1]:80", "example.com:80", "127.1:80", "[::1]", "127.0.0.1:00"}) {
        const auto message = refusal(flag("listen", {wrong}));
        EXPECT_THAT(message, HasSubstr("listen (--listen)")) << wrong;
        EXPECT_THAT(message, HasSubstr("127.0.0.1:8080")) << wrong;
    }
}

TEST(settings, listening_beyond_loopback_needs_a_token) {
    EXPECT_THAT(refusal(flag("listen", {"0.0.0.0:8080"})), HasSubstr("GANGWAY_API_TOKEN"));
    auto around = at_home();
    around.api_token = base::secret{"token"};
    const auto result = decide(flag("listen", {"0.0.0.0:8080"}), std::move(around)).value();
    EXPECT_EQ(result.api_token->view(), "token");
    EXPECT_EQ(result.egress.mode, net::egress_mode::public_only);
}

TEST(settings, egress_can_be_chosen) {
    EXPECT_EQ(decided(flag("egress", {"public"})).egress.mode, net::egress_mode::public_only);
    EXPECT_FALSE(decided(flag("block_cloudflare", {"false"})).egress.block_cloudflare);
    const auto allowed = decided(flag("egress_allow", {"10.0.0.0/8", "fd00::/8"})).egress.allowed;
    EXPECT_EQ(allowed.size(), 2U);
    EXPECT_THAT(refusal(flag("egress", {"maybe"})),
                HasSubstr("egress (--egress): \"maybe\" is not one of: open, public"));
    EXPECT_THAT(refusal(flag("egress_allow", {"10.0.0.0/33"})), HasSubstr("egress_allow"));
    EXPECT_THAT(refusal(flag("block_cloudflare", {"yes"})), HasSubstr("true, false"));
}

TEST(settings, clients_are_not_limited_when_only_this_machine_can_ask) {
    EXPECT_EQ(decided({}).rates.requests, std::nullopt);
    EXPECT_EQ(decided({}).rates.token, std::nullopt);
    EXPECT_EQ(decided({}).rates.connections, std::nullopt);
    EXPECT_EQ(decided({}).rates.failures, std::nullopt);
}

TEST(settings, clients_are_limited_when_others_can_ask_or_a_proxy_tells_who) {
    auto around = at_home();
    around.api_token = base::secret{"token"};
    const auto listening = decide(flag("listen", {"0.0.0.0:8080"}), std::move(around)).value().rates;
    const auto behind = decided(flag("trusted_proxies", {"127.0.0.1", "10.0.0.0/8"})).rates;
    EXPECT_EQ(behind.trusted_proxies.size(), 2U);
    for (const auto& rates : {listening, behind}) {
        EXPECT_EQ(rates.requests, (api::rate{1000, std::chrono::seconds{1}}));
        EXPECT_EQ(rates.token, std::nullopt);
        EXPECT_EQ(rates.connections, (api::rate{600, std::chrono::minutes{1}}));
        EXPECT_EQ(rates.failures, (api::rate{30, std::chrono::minutes{1}}));
    }
}

TEST(settings, rates_can_be_chosen) {
    const std::map<std::string, std::optional<api::rate> api::rate_rules::*> rates{
        {"rate_requests", &api::rate_rules::requests},
        {"rate_per_token", &api::rate_rules::token},
        {"rate_connections", &api::rate_rules::connections},
        {"rate_failures", &api::rate_rules::failures}};
    for (const auto& [key, member] : rates) {
        EXPECT_EQ(decided(flag(key, {"7/m"})).rates.*member, (api::rate{7, std::chrono::minutes{1}})) << key;
        auto off = flag(key, {"off"});
        off.merge(flag("trusted_proxies", {"::1"}));
        EXPECT_EQ(decided(off).rates.*member, std::nullopt) << key;
        EXPECT_THAT(refusal(flag(key, {"many"})), HasSubstr(key));
    }
    EXPECT_THAT(refusal(flag("trusted_proxies", {"proxy.example"})), HasSubstr("trusted_proxies"));
}

TEST(settings, durations_are_read_for_every_timer) {
    const std::map<std::string, std::chrono::milliseconds net::timers::*> timers{
        {"timeout_connect", &net::timers::connect},
        {"timeout_identification", &net::timers::identification},
        {"timeout_key_exchange", &net::timers::key_exchange},
        {"timeout_authentication", &net::timers::authentication},
        {"timeout_operation", &net::timers::operation}};
    for (const auto& [key, member] : timers) {
        EXPECT_EQ(decided(flag(key, {"1234ms"})).limits.*member, std::chrono::milliseconds{1234}) << key;
        EXPECT_THAT(refusal(flag(key, {"soon"})), HasSubstr(key));
    }
    EXPECT_EQ(decided(flag("stop_limit", {"5s"})).stop_limit, std::chrono::seconds{5});
    EXPECT_THAT(refusal(flag("stop_limit", {"0s"})), HasSubstr("stop_limit"));
}

TEST(settings, hosts_and_origins_are_checked) {
    EXPECT_THAT(decided(flag("allowed_hosts", {"gw.example.com", "gw:8080", "[::2]:80"})).allowed_hosts,
                ElementsAre("gw.example.com", "gw:8080", "[::2]:80"));
    EXPECT_THAT(refusal(flag("allowed_hosts", {"http://gw"})), HasSubstr("http://gw"));
    EXPECT_THAT(decided(flag("allowed_origins", {"https://a.example", "http://localhost:3000"})).allowed_origins,
                ElementsAre("https://a.example", "http://localhost:3000"));
    for (const char* wrong : {"a.example", "https://a.example/", "https://a.example/x", "ftp://a", "*", "null", ""})
        EXPECT_THAT(refusal(flag("allowed_origins", {wrong})), HasSubstr("allowed_origins")) << wrong;
}

TEST(settings, logging_is_chosen_by_word) {
    EXPECT_EQ(decided(flag("log_format", {"text"})).format, log_format::text);
    EXPECT_EQ(decided(flag("log_format", {"auto"})).format, log_format::json);
    EXPECT_EQ(decided(flag("log_level", {"trace"})).level, log_level::trace);
    EXPECT_THAT(refusal(flag("log_level", {"loud"})), HasSubstr("trace, debug, info, warning, error"));
}

TEST(settings, token_file_holds_one_line) {
    const token_file file{"t0ken\n"};
    EXPECT_EQ(decided(flag("api_token_file", {file.path()})).api_token->view(), "t0ken");
}

TEST(settings, unusable_token_file_is_refused_without_showing_it) {
    EXPECT_THAT(refusal(flag("api_token_file", {"/nonexistent/token"})), HasSubstr("cannot be read"));
    for (const char* content : {"", "\n", "two words", "two\nlines", "caf\xc3\xa9"}) {
        const token_file file{content};
        const auto message = refusal(flag("api_token_file", {file.path()}));
        EXPECT_THAT(message, HasSubstr("one line")) << content;
        EXPECT_THAT(message, ::testing::Not(HasSubstr("two"))) << content;
    }
}

TEST(settings, authorities_are_looked_for_at_the_start) {
    EXPECT_TRUE(decided({}).ca_file.empty());
    const token_file file{"PEM"};
    EXPECT_EQ(decided(flag("ca_file", {file.path()})).ca_file, file.path());
    EXPECT_EQ(refusal(flag("ca_file", {"/nowhere/at\nall"})),
              "ca_file (--ca_file): /nowhere/at\\nall cannot be read: No such file or directory");
}

TEST(settings, token_of_the_environment_stands_between_file_and_flag) {
    const token_file file{"from-file"};
    const auto with_variable = [] {
        auto around = at_home();
        around.api_token = base::secret{"from-variable"};
        return around;
    };
    raw_settings written = flag("api_token_file", {file.path()});
    EXPECT_EQ(decide(written, with_variable()).value().api_token->view(), "from-file");
    written.begin()->second.from = origin::file;
    EXPECT_EQ(decide(written, with_variable()).value().api_token->view(), "from-variable");
    written.begin()->second.from = origin::environment;
    EXPECT_THAT(refusal(written, with_variable()), HasSubstr("leave one of them out"));
}

TEST(settings, values_in_messages_are_escaped) {
    EXPECT_THAT(refusal(flag("egress", {"a\n\x1b[2J"})), HasSubstr("a\\n\\x1b[2J"));
}

TEST(settings, first_error_in_order_of_the_table_is_told_and_names_its_field) {
    auto written = flag("listen", {"x"});
    written.merge(flag("log_level", {"y"}));
    const auto result = decide(written, at_home());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().fact_named("field"), "listen");
}

TEST(settings, pulls_go_below_the_data_folder_by_default_and_to_absolute_roots_only) {
    EXPECT_THAT(decided({}).pull_roots, ElementsAre("/home/alice/.local/share/gangway/pulled"));
    EXPECT_THAT(decided(flag("pull_roots", {"/srv/in/../a", "/b"})).pull_roots, ElementsAre("/srv/a", "/b"));
    EXPECT_THAT(refusal(flag("pull_roots", {"in"})), HasSubstr("absolute"));
}

TEST(settings, a_number_of_connections_is_small_and_whole) {
    EXPECT_EQ(decided({}).pull_connections, 8U);
    EXPECT_EQ(decided(flag("pull_connections", {"64"})).pull_connections, 64U);
    for (const char* wrong : {"", "0", "65", "-1", "8x", " 8", "1e1"})
        EXPECT_THAT(refusal(flag("pull_connections", {wrong})), HasSubstr("1 to 64")) << wrong;
}

TEST(settings, a_node_is_named_after_its_host_unless_told_otherwise) {
    auto around = at_home();
    around.host_name = "box";
    EXPECT_EQ(decide({}, std::move(around)).value().node_name, "box");
    EXPECT_EQ(decided({}).node_name, "gangway");
    EXPECT_EQ(decided(flag("node_name", {"a-1"})).node_name, "a-1");
    for (const char* wrong : {"", "a b", "\xc3\xa9"})
        EXPECT_THAT(refusal(flag("node_name", {wrong})), HasSubstr("visible ASCII")) << wrong;
}

TEST(settings, history_is_kept_for_days_or_for_ever) {
    const auto usual = decided({});
    EXPECT_EQ(usual.keep.runs, std::chrono::days{90});
    EXPECT_EQ(usual.keep.deliveries, std::chrono::days{30});
    EXPECT_EQ(decided(flag("keep_files", {"7d"})).keep.files, std::chrono::days{7});
    EXPECT_EQ(decided(flag("keep_audit", {"forever"})).keep.audit, std::nullopt);
    for (const char* wrong : {"", "d", "0d", "7", "7h", "-1d", "10000d", "never"})
        EXPECT_THAT(refusal(flag("keep_runs", {wrong})), HasSubstr("30d")) << wrong;
}

}  // namespace
}  // namespace gangway::app
