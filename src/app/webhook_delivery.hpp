#pragma once
/// Webhooks of a running gateway: their deliveries, over HTTP, under the egress policy, in the log.

#include <gangway/app/event_log.hpp>
#include <gangway/base/clock.hpp>
#include <gangway/net/egress_policy.hpp>
#include <gangway/sink/http_transport.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/transfer/webhook_sender.hpp>
#include <gangway/vault/vault.hpp>

#include <filesystem>
#include <memory>
#include <stop_token>

namespace gangway::app {

class webhook_delivery {
  public:
    /// Begins at once. All of it outlives this.
    webhook_delivery(const net::asio::any_io_executor& where, store::async_database& database,
                     const vault::vault& secrets, const net::egress_policy& egress,
                     const std::filesystem::path& ca_file, const base::clock& clock, net::asio::thread_pool& threads,
                     event_log& log);

    /// Takes a second or so where a receiver keeps us waiting.
    [[nodiscard]] net::awaitable<void> stop();

  private:
    std::stop_source stopping_{};
    std::unique_ptr<sink::http_transport> transport_;
    transfer::webhook_sender sender_;
};

}  // namespace gangway::app
