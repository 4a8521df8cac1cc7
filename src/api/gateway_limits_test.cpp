#include "testing/manual_clock.hpp"
#include "testing/serving.hpp"

#include <gangway/api/client_limits.hpp>
#include <gangway/api/errors.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace gangway::api {
namespace {

using namespace std::chrono_literals;

class limited_gateway : public testing::serving {
  protected:
    static access_rules rules() {
        access_rules made;
        made.api_token = base::secret{"right"};
        return made;
    }
    /// With this API token if there is one; "admitted", or status and Retry-After.
    std::string get(std::string_view path, std::string_view from, std::string_view token = "right",
                    std::string_view forwarded_for = "") {
        const auto bearer = "Bearer " + std::string{token};
        request_head head{.method = "GET", .target = path, .fields = {{"Host", "localhost"}}};
        if (!token.empty()) head.fields.push_back({"Authorization", bearer});
        if (!forwarded_for.empty()) head.fields.push_back({"X-Forwarded-For", forwarded_for});
        head.peer = net::asio::ip::make_address(from);
        const auto decision = limited().admit(head, framing_of(head).value());
        const auto* const refused = std::get_if<answer>(&decision);
        if (refused == nullptr) return "admitted";
        return std::to_string(refused->status) +
               (refused->status == 429 ? ' ' + header(*refused, "Retry-After") : std::string{});
    }
    gateway& limited() {
        if (!limits_) {
            limits_.emplace(wanted, time);
            gateway_.emplace(access_policy::make(rules(), "127.0.0.1").value(),
                             services{servers, *store, downloads, uploads, &*limits_});
        }
        return *gateway_;
    }

    testing::manual_clock time{};
    rate_rules wanted{};

  private:
    std::optional<client_limits> limits_{};
    std::optional<gateway> gateway_{};
};

TEST_F(limited_gateway, refuses_a_client_that_asks_too_much_and_no_other) {
    wanted.requests = rate{2, 10s};
    EXPECT_EQ(get("/metrics", "192.0.2.1"), "admitted");
    EXPECT_EQ(get("/nowhere", "192.0.2.1"), "404");
    EXPECT_EQ(get("/metrics", "192.0.2.1"), "429 5");
    EXPECT_EQ(get("/metrics", "192.0.2.2"), "admitted");
    time.now += 5s;
    EXPECT_EQ(get("/metrics", "192.0.2.1"), "admitted");
}

TEST_F(limited_gateway, answers_public_routes_without_limit) {
    wanted.requests = wanted.failures = rate{1, 1h};
    for (int i = 0; i < 100; ++i)
        for (const char* path : {"/healthz", "/readyz"})
            ASSERT_EQ(get(path, "192.0.2.1", ""), "admitted");
    EXPECT_EQ(get("/metrics", "192.0.2.1"), "admitted");
}

TEST_F(limited_gateway, believes_no_client_about_its_address) {
    wanted.requests = rate{1, 10s};
    EXPECT_EQ(get("/metrics", "192.0.2.1", "right", "198.51.100.1"), "admitted");
    EXPECT_EQ(get("/metrics", "192.0.2.1", "right", "198.51.100.2"), "429 10");
}

TEST_F(limited_gateway, believes_a_trusted_proxy) {
    wanted.requests = rate{1, 10s};
    wanted.trusted_proxies = {net::network::parse("10.0.0.1", "").value()};
    EXPECT_EQ(get("/metrics", "10.0.0.1", "right", "198.51.100.1"), "admitted");
    EXPECT_EQ(get("/metrics", "10.0.0.1", "right", "198.51.100.2"), "admitted");
    EXPECT_EQ(get("/metrics", "10.0.0.1", "right", "203.0.113.9, 198.51.100.2"), "429 10");
}

TEST_F(limited_gateway, stops_guessing_at_tokens_even_when_the_guess_is_right) {
    wanted.failures = rate{3, 30s};
    for (const char* guess : {"a", "", "b"})
        EXPECT_EQ(get("/metrics", "192.0.2.1", guess), "401");
    EXPECT_EQ(get("/metrics", "192.0.2.1", "c"), "429 10");
    EXPECT_EQ(get("/metrics", "192.0.2.1", "right"), "429 10");
    EXPECT_EQ(get("/metrics", "192.0.2.2", "right"), "admitted");
    time.now += 10s;
    EXPECT_EQ(get("/metrics", "192.0.2.1", "right"), "admitted");
}

TEST_F(limited_gateway, does_not_count_other_refusals_as_guesses) {
    wanted.failures = rate{1, 1h};
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(get("/nowhere", "192.0.2.1"), "404");
        EXPECT_EQ(get("/api/sftp/list", "192.0.2.1"), "405");
    }
    EXPECT_EQ(get("/metrics", "192.0.2.1"), "admitted");
}

TEST_F(limited_gateway, limits_the_token_over_all_addresses) {
    wanted.token = rate{2, 10s};
    EXPECT_EQ(get("/metrics", "192.0.2.1"), "admitted");
    EXPECT_EQ(get("/metrics", "192.0.2.2"), "admitted");
    EXPECT_EQ(get("/metrics", "192.0.2.3"), "429 5");
    EXPECT_EQ(get("/metrics", "192.0.2.3", "wrong"), "401") << "nobody uses a token up that they do not have";
}

TEST_F(limited_gateway, limits_connections_that_are_made_without_the_pool) {
    wanted.connections = rate{1, 1min};
    for (const char* path : {"/api/sftp/connect", "/api/sftp/probe"}) {
        const std::string client = path;
        const auto ask = [&] {
            return run(limited(), {.to = find_route(path), .body_limit = 1000, .client = client},
                       R"({"host":"h.example"})");
        };
        EXPECT_EQ(ask().status, 200U) << path;
        const auto refused = ask();
        EXPECT_EQ(refused.status, 429U) << path;
        EXPECT_EQ(header(refused, "Retry-After"), "60");
    }
}

TEST_F(limited_gateway, tells_the_pool_on_whose_behalf_it_asks) {
    const auto* const route = find_route("/api/sftp/stat");
    static_cast<void>(run(limited(), {.to = route, .body_limit = 1000, .client = "me"},
                          R"({"host":"h","username":"u","password":"p","path":"x"})"));
    ASSERT_FALSE(servers.targets.empty());
    for (const auto& target : servers.targets)
        EXPECT_EQ(target.on_behalf_of, "me");
}

TEST_F(limited_gateway, names_routes_and_clients_for_the_log) {
    wanted.trusted_proxies = {net::network::parse("10.0.0.1", "").value()};
    EXPECT_EQ(limited().route_of("/api/sftp/stat"), "/api/sftp/stat");
    EXPECT_EQ(limited().route_of("/api/sftp/stat/x"), "");
    request_head head{.method = "GET", .target = "/", .fields = {{"X-Forwarded-For", "192.0.2.7"}}};
    head.peer = net::asio::ip::make_address("10.0.0.1");
    EXPECT_EQ(limited().client_of(head).to_string(), "192.0.2.7");
}

}  // namespace
}  // namespace gangway::api
