#include "webhook_delivery.hpp"

#include "reachable.hpp"

namespace gangway::app {
namespace {

void tell(event_log& log, const transfer::delivery_report& how) {
    if (how.error.empty())
        log.write(log_level::info, "webhook_delivered",
                  {{"webhook", how.webhook_id},
                   {"delivery", how.delivery_id},
                   {"about", how.event},
                   {"attempt", how.attempt}});
    else
        log.write(log_level::warning, "webhook_failed",
                  {{"webhook", how.webhook_id},
                   {"delivery", how.delivery_id},
                   {"about", how.event},
                   {"attempt", how.attempt},
                   {"error", how.error},
                   {"givenUp", how.given_up ? "true" : "false"}});
}

}  // namespace

webhook_delivery::webhook_delivery(const net::asio::any_io_executor& where, store::async_database& database,
                                   const vault::vault& secrets, const net::egress_policy& egress,
                                   const std::filesystem::path& ca_file, const base::clock& clock,
                                   net::asio::thread_pool& threads, event_log& log)
    : transport_(sink::make_http_transport({}, ca_file, allowed_by(egress), stopping_.get_token())),
      sender_(where, {.database = database,
                      .secrets = secrets,
                      .egress = egress,
                      .clock = clock,
                      .transport = *transport_,
                      .threads = threads,
                      .report = [&log](const transfer::delivery_report& how) { tell(log, how); }}) {
    sender_.start();
}

net::awaitable<void> webhook_delivery::stop() {
    stopping_.request_stop();
    co_await sender_.stop();
}

}  // namespace gangway::app
