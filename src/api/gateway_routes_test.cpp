#include "monitor.hpp"
#include "openapi_document.hpp"
#include "testing/listening.hpp"
#include "testing/serving.hpp"

#include <gmock/gmock.h>

#include <memory>

namespace gangway::api {
namespace {

using ::testing::HasSubstr;

class gateway_routes : public testing::serving {
  protected:
    struct scripted_readiness final : readiness {
        std::vector<std::string> names{};
        net::awaitable<std::vector<std::string>> missing() override { co_return names; }
    };
    answer get(std::string_view path) {
        const auto* const route = find_route(path);
        gateway watched{access_policy::make({}, "127.0.0.1").value(),
                        {servers, *store, downloads, uploads, nullptr, &watch}};
        return run(watched, {.to = route, .query = ""}, {});
    }

    testing::kept_log log{};
    scripted_readiness needs{};
    monitor watch{log, &needs};
};

TEST_F(gateway_routes, ready_tells_what_is_missing) {
    EXPECT_EQ(get("/readyz").status, 200U);
    EXPECT_EQ(get("/readyz").body, R"({"status":"ready"})");
    needs.names = {"data_dir", "store"};
    EXPECT_EQ(get("/readyz").status, 503U);
    EXPECT_EQ(get("/readyz").body, R"({"status":"unready","failed":["data_dir","store"]})");
}

TEST_F(gateway_routes, description_is_the_document) {
    EXPECT_EQ(get("/openapi.json").body, openapi_document());
}

TEST_F(gateway_routes, metrics_are_text_for_prometheus) {
    const auto found = get("/metrics");
    EXPECT_EQ(header(found, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    for (const char* name : {"gangway_build_info{version=", "process_resident_memory_bytes ", "process_open_fds ",
                             "process_max_fds ", "process_cpu_seconds_total ", "process_start_time_seconds ",
                             "gangway_pool_connections 0\n", "gangway_sessions 0\n", "gangway_troubles_total 0\n"})
        EXPECT_THAT(found.body, HasSubstr(name));
}

TEST_F(gateway_routes, metrics_tell_of_the_pool_by_codes_of_the_api) {
    servers.pool = {.connections = 3,
                    .dialling = 1,
                    .leases = 7,
                    .waiting = 2,
                    .dials = 12,
                    .failures = {{net::errc::auth_failed, 4},
                                 {net::errc::timed_out, 1},
                                 {net::errc::connection_lost, 2},
                                 {net::errc::channel_closed, 3}}};
    const auto body = get("/metrics").body;
    for (const char* line : {"gangway_pool_connections 3\n", "gangway_pool_dialling 1\n", "gangway_pool_leases 7\n",
                             "gangway_pool_waiting 2\n", "gangway_pool_dials_total 12\n",
                             "gangway_pool_dial_failures_total{code=\"auth_failed\"} 4\n",
                             "gangway_pool_dial_failures_total{code=\"timeout\"} 1\n",
                             "gangway_pool_dial_failures_total{code=\"connection_lost\"} 5\n"})
        EXPECT_THAT(body, HasSubstr(line));
}

TEST_F(gateway_routes, metrics_count_what_the_log_is_told) {
    request_event event;
    event.method = "GET";
    event.route = "/healthz";
    event.status = 200;
    watch.request(event);
    watch.trouble("accept", "no descriptors");
    EXPECT_EQ(log.events(1).size(), 1U);
    EXPECT_EQ(log.troubles().size(), 1U);
    const auto body = get("/metrics").body;
    EXPECT_THAT(body, HasSubstr("gangway_http_requests_total{route=\"/healthz\",method=\"GET\",status=\"200\"} 1\n"));
    EXPECT_THAT(body, HasSubstr("gangway_troubles_total 1\n"));
}

TEST_F(gateway_routes, metrics_tell_what_the_http_side_uses) {
    const auto load = std::make_shared<http_load>(1000U);
    load->connections = 5;
    const auto share = load->bodies.take(300);
    watch.observe(load);
    const auto body = get("/metrics").body;
    EXPECT_THAT(body, HasSubstr("gangway_http_connections 5\n"));
    EXPECT_THAT(body, HasSubstr("gangway_http_body_bytes 300\n"));
}

TEST_F(gateway_routes, of_a_gateway_that_nobody_watches_answer_as_well) {
    EXPECT_EQ(run({.to = find_route("/readyz"), .query = ""}, {}).body, R"({"status":"ready"})");
    EXPECT_EQ(run({.to = find_route("/metrics"), .query = ""}, {}).status, 200U);
}

}  // namespace
}  // namespace gangway::api
