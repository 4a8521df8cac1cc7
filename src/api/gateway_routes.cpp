// readyz, metrics, openapi.json: what the gateway tells about itself.
#include "monitor.hpp"
#include "openapi_document.hpp"
#include "pull_metrics.hpp"
#include "routes.hpp"

#include <gangway/api/json_writer.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace gangway::api {
namespace {

void write_pool(metrics_text& to, const remote::pool_statistics& pool) {
    to.gauge("gangway_pool_connections", "Logged-in connections to servers.", pool.connections);
    to.gauge("gangway_pool_dialling", "Connections to servers that are being made.", pool.dialling);
    to.gauge("gangway_pool_leases", "Pieces of work under way on these connections.", pool.leases);
    to.gauge("gangway_pool_waiting", "Requests that wait for a connection.", pool.waiting);
    to.counter("gangway_pool_dials_total", "Connections that were made, or tried.", pool.dials);
    // Several errors of the rooms below can be one for clients.
    std::map<std::string_view, std::uint64_t> failures;
    for (const auto& [why, times] : pool.failures)
        failures[classify(why).code] += times;
    to.counter("gangway_pool_dial_failures_total", "Dials without a session at their end, by error code.");
    for (const auto& [code, times] : failures)
        to.sample(times, {{"code", code}});
}

}  // namespace

net::awaitable<answer> ready(services& with, fields, wiped_octets) {
    auto* const check = with.watch == nullptr ? nullptr : with.watch->ready();
    if (check == nullptr) co_return answer{.body = R"({"status":"ready"})"};
    const auto missing = co_await check->missing();
    answer result{.status = missing.empty() ? 200U : 503U};
    json_writer json{result.body};
    json.begin_object();
    json.text("status", missing.empty() ? "ready" : "unready");
    if (!missing.empty()) {
        json.begin_array("failed");
        for (const auto& name : missing)
            json.item(name);
        json.end_array();
    }
    json.end_object();
    co_return result;
}

net::awaitable<answer> metrics(services& with, fields, wiped_octets) {
    metrics_text text;
    if (with.watch != nullptr) with.watch->write(text);
    write_pool(text, with.servers.statistics());
    text.gauge("gangway_sessions", "Sessions that clients have opened and not closed.", with.sessions.size());
    if (with.managed != nullptr && with.managed->pulled != nullptr) {
        const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
        write_pulls(text, with.managed->pulled->statistics(), now);
    }
    co_return answer{.headers = {{"Content-Type", std::string{metrics_media_type}}}, .body = text.take()};
}

net::awaitable<answer> description(services&, fields, wiped_octets) {
    co_return answer{.body = std::string{openapi_document()}};
}

}  // namespace gangway::api
