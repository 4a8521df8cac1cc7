#include "request_metrics.hpp"

#include "routes.hpp"

#include <gangway/api/answer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace gangway::api {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

constexpr std::string_view elsewhere = "other";
/// The last one stands for all others, here as with the statuses.
constexpr std::array<std::string_view, 9> method_names{"GET",    "HEAD",    "POST",  "PUT",    "PATCH",
                                                       "DELETE", "OPTIONS", "TRACE", elsewhere};
constexpr std::array<unsigned, 40> known_statuses{200, 201, 202, 204, 206, 207, 301, 302, 303, 304, 307, 400, 401, 403,
                                                  404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 422,
                                                  423, 428, 429, 431, 460, 499, 500, 501, 502, 503, 504, 0};
/// Upper ends in microseconds.
constexpr std::array<std::uint64_t, 12> bucket_ends{250,     500,     1'000,     5'000,     25'000,     100'000,
                                                    250'000, 500'000, 1'000'000, 5'000'000, 30'000'000, 120'000'000};

template <class Table>
std::size_t index_in(const Table& table, const typename Table::value_type& value) noexcept {
    const auto at = static_cast<std::size_t>(std::ranges::find(table, value) - table.begin());
    return std::min(at, table.size() - 1);
}

std::string status_text(unsigned status) {
    return status == 0 ? std::string{elsewhere} : std::to_string(status);
}

double seconds_of(std::uint64_t microseconds) noexcept {
    return static_cast<double>(microseconds) / 1e6;
}

}  // namespace

request_metrics::request_metrics() {
    static_assert(method_names.size() == methods && known_statuses.size() == statuses && bucket_ends.size() == buckets);
    for (const auto& each : all_routes())
        routes_.push_back(std::make_unique<of_route>(each.path));
    routes_.push_back(std::make_unique<of_route>(elsewhere));
    for (const auto& each : routes_)
        by_path_.emplace(each->path, each.get());
    for (const auto code : all_error_codes())
        errors_.emplace_back(code, std::make_unique<counter>());
    errors_.emplace_back(elsewhere, std::make_unique<counter>());
}

request_metrics::of_route& request_metrics::cell_of(std::string_view route) noexcept {
    const auto found = by_path_.find(route);
    return found == by_path_.end() ? *routes_.back() : *found->second;
}

void request_metrics::count(const request_event& event) noexcept {
    auto& cell = cell_of(event.route);
    const auto microseconds = static_cast<std::uint64_t>(event.duration.count());
    const auto bucket = std::ranges::lower_bound(bucket_ends, microseconds) - bucket_ends.begin();
    cell.requests[index_in(method_names, event.method)][index_in(known_statuses, event.status)].fetch_add(1, relaxed);
    cell.durations[static_cast<std::size_t>(bucket)].fetch_add(1, relaxed);
    cell.microseconds.fetch_add(microseconds, relaxed);
    cell.received.fetch_add(event.bytes_in, relaxed);
    cell.sent.fetch_add(event.bytes_out, relaxed);
    if (event.code.empty()) return;
    const auto known = std::ranges::find(errors_, event.code, [](const auto& each) { return each.first; });
    (known == errors_.end() ? errors_.back() : *known).second->fetch_add(1, relaxed);
}

void request_metrics::write(metrics_text& to) const {
    write_requests(to);
    write_durations(to);
    to.counter("gangway_http_received_bytes_total", "Octets of requests, heads and bodies.");
    for (const auto& route : routes_)
        if (const auto sum = route->received.load(relaxed); sum != 0) to.sample(sum, {{"route", route->path}});
    to.counter("gangway_http_sent_bytes_total", "Octets of answers, heads and bodies.");
    for (const auto& route : routes_)
        if (const auto sum = route->sent.load(relaxed); sum != 0) to.sample(sum, {{"route", route->path}});
    to.counter("gangway_http_errors_total", "Error answers, by their code.");
    for (const auto& [code, times] : errors_)
        if (const auto sum = times->load(relaxed); sum != 0) to.sample(sum, {{"code", code}});
}

void request_metrics::write_requests(metrics_text& to) const {
    to.counter("gangway_http_requests_total", "Requests that were answered, or given up by the client (499).");
    for (const auto& route : routes_)
        for (std::size_t method = 0; method < methods; ++method)
            for (std::size_t status = 0; status < statuses; ++status)
                if (const auto sum = route->requests[method][status].load(relaxed); sum != 0)
                    to.sample(sum, {{"route", route->path},
                                    {"method", method_names[method]},
                                    {"status", status_text(known_statuses[status])}});
}

void request_metrics::write_durations(metrics_text& to) const {
    to.histogram("gangway_http_request_duration_seconds",
                 "From the first octet of a request to the last of its answer.");
    for (const auto& route : routes_) {
        std::uint64_t so_far = 0;
        std::array<std::uint64_t, buckets + 1> sums{};
        for (std::size_t bucket = 0; bucket <= buckets; ++bucket)
            sums[bucket] = so_far += route->durations[bucket].load(relaxed);
        if (so_far == 0) continue;
        for (std::size_t bucket = 0; bucket < buckets; ++bucket)
            to.sample(sums[bucket], {{"route", route->path}, {"le", fmt::to_string(seconds_of(bucket_ends[bucket]))}},
                      "_bucket");
        to.sample(so_far, {{"route", route->path}, {"le", "+Inf"}}, "_bucket");
        to.sample(seconds_of(route->microseconds.load(relaxed)), {{"route", route->path}}, "_sum");
        to.sample(so_far, {{"route", route->path}}, "_count");
    }
}

}  // namespace gangway::api
