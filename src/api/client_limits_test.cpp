#include "testing/manual_clock.hpp"

#include <gangway/api/client_limits.hpp>
#include <gangway/api/errors.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::api {
namespace {

using namespace std::chrono_literals;

class limits : public ::testing::Test {
  protected:
    static std::string waits(const base::result<void>& verdict) {
        if (verdict) return "none";
        EXPECT_EQ(verdict.error().code, errc::too_many_requests);
        EXPECT_EQ(verdict.error().where, base::phase::request);
        return std::string{verdict.error().fact_named("retryAfter")};
    }
    testing::manual_clock clock{};
};

TEST_F(limits, that_are_not_set_limit_nothing) {
    client_limits none{{}, clock};
    for (int i = 0; i < 10'000; ++i) {
        none.token_failed("a");
        ASSERT_EQ(waits(none.admit("a")), "none");
        ASSERT_EQ(waits(none.token_used()), "none");
        ASSERT_EQ(waits(none.pass("a")), "none");
    }
}

TEST_F(limits, of_requests_are_per_client_and_tell_whole_seconds) {
    client_limits some{{.requests = rate{2, 60s}}, clock};
    EXPECT_EQ(waits(some.admit("a")), "none");
    EXPECT_EQ(waits(some.admit("a")), "none");
    EXPECT_EQ(waits(some.admit("a")), "30");
    EXPECT_EQ(waits(some.admit("b")), "none");
    clock.now += 29'001ms;
    EXPECT_EQ(waits(some.admit("a")), "1");
    clock.now += 999ms;
    EXPECT_EQ(waits(some.admit("a")), "none");
}

TEST_F(limits, of_failures_stop_every_request_of_that_client) {
    client_limits some{{.failures = rate{3, 60s}}, clock};
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(waits(some.admit("a")), "none");
        some.token_failed("a");
    }
    EXPECT_EQ(waits(some.admit("a")), "20");
    EXPECT_EQ(waits(some.admit("b")), "none");
    clock.now += 20s;
    EXPECT_EQ(waits(some.admit("a")), "none");
}

TEST_F(limits, of_the_token_are_for_all_clients_together) {
    client_limits some{{.token = rate{1, 1s}}, clock};
    EXPECT_EQ(waits(some.token_used()), "none");
    EXPECT_EQ(waits(some.token_used()), "1");
    EXPECT_EQ(waits(some.admit("a")), "none");
}

TEST_F(limits, of_connections_leave_other_requests_alone) {
    client_limits some{{.connections = rate{1, 60s}}, clock};
    EXPECT_EQ(waits(some.pass("a")), "none");
    EXPECT_EQ(waits(some.pass("a")), "60");
    EXPECT_EQ(waits(some.pass("b")), "none");
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(waits(some.pass("")), "none") << "nobody's work";
    EXPECT_EQ(waits(some.admit("a")), "none");
}

TEST_F(limits, know_clients_behind_trusted_proxies) {
    client_limits some{{.trusted_proxies = {net::network::parse("10.0.0.0/8", "").value()}}, clock};
    request_head head{.method = "GET", .target = "/", .fields = {{"X-Forwarded-For", "192.0.2.7"}}};
    head.peer = net::asio::ip::make_address("10.0.0.1");
    EXPECT_EQ(some.client_of(head).to_string(), "192.0.2.7");
    head.peer = net::asio::ip::make_address("11.0.0.1");
    EXPECT_EQ(some.client_of(head).to_string(), "11.0.0.1");
}

}  // namespace
}  // namespace gangway::api
