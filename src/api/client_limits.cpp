#include "client_address.hpp"

#include <gangway/api/client_limits.hpp>
#include <gangway/api/errors.hpp>

#include <chrono>
#include <utility>

namespace gangway::api {
namespace {

base::result<void> unless(std::optional<token_buckets::duration> wait, std::string message) {
    if (!wait) return {};
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
    return std::unexpected(
        refusal(errc::too_many_requests, std::move(message)).with("retryAfter", std::to_string(seconds)));
}

void fill(std::optional<token_buckets>& to, const std::optional<rate>& limit, const base::clock& clock) {
    if (limit) to.emplace(*limit, clock);
}

}  // namespace

client_limits::client_limits(rate_rules rules, const base::clock& clock) : rules_(std::move(rules)) {
    fill(requests_, rules_.requests, clock);
    fill(token_, rules_.token, clock);
    fill(connections_, rules_.connections, clock);
    fill(failures_, rules_.failures, clock);
}

net::asio::ip::address client_limits::client_of(const request_head& head) const {
    return api::client_of(head.peer, head, rules_.trusted_proxies);
}

base::result<void> client_limits::admit(std::string_view client) {
    if (failures_)
        if (auto fine = unless(failures_->wait(client), "Too many requests without the right API token"); !fine)
            return fine;
    if (!requests_) return {};
    return unless(requests_->take(client), "Too many requests from this address; try again soon");
}

void client_limits::token_failed(std::string_view client) {
    if (failures_) failures_->charge(client);
}

base::result<void> client_limits::token_used() {
    if (!token_) return {};
    return unless(token_->take({}), "Too many requests with this API token; try again soon");
}

base::result<void> client_limits::pass(std::string_view client) {
    if (!connections_ || client.empty()) return {};
    return unless(connections_->take(client), "Too many new connections to servers for this address; try again soon");
}

}  // namespace gangway::api
