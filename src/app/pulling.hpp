#pragma once
/// Pulls of a running gateway: the service, what it works with, and the log.

#include "periodic_check.hpp"

#include <gangway/app/event_log.hpp>
#include <gangway/app/settings.hpp>
#include <gangway/base/clock.hpp>
#include <gangway/net/egress_policy.hpp>
#include <gangway/remote/managed_connections.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/transfer/pull_service.hpp>
#include <gangway/vault/vault.hpp>

#include <chrono>
#include <memory>

namespace gangway::app {

/// Writes runs and their troubles into the log.
class logged_pulls final : public transfer::pull_watch {
  public:
    /// `log` outlives this.
    explicit logged_pulls(event_log& log) : log_(log) {}

    void run_started(const transfer::run_order& order) noexcept override;
    void run_ended(const transfer::run_order& order, const transfer::run_result& result) noexcept override;
    void file_missing(const store::folder& folder, std::string_view like, store::timestamp due_by) noexcept override;
    void rescheduled(std::string_view folder_id, store::timestamp before, store::timestamp now_due) noexcept override;
    void removed(const store::removed& what) noexcept override;
    void trouble(std::string_view where, const base::error& why) noexcept override;

  private:
    event_log& log_;
};

struct pull_parts {
    store::async_database& database;
    const vault::vault& secrets;
    remote::sessions& servers;
    remote::managed_connections& managed;
    const net::egress_policy& egress;
    const base::clock& clock;
    net::asio::thread_pool& blocking;
};

class pulling {
  public:
    /// All of it outlives this. Nothing begins before `service().start()`.
    pulling(const net::asio::any_io_executor& where, const pull_parts& parts, const settings& decided, event_log& log);

    [[nodiscard]] transfer::pull_service& service() noexcept { return service_; }
    /// Stops the service; what is not over after `limit` is left as it is, and goes on with the next start.
    [[nodiscard]] net::awaitable<void> stop(std::chrono::milliseconds limit);

  private:
    logged_pulls watch_;
    transfer::timer_sleeper sleeper_{};
    std::unique_ptr<transfer::folder_runner> runner_;
    transfer::pull_service service_;
};

/// Whether schedules are followed.
class pull_check final : public periodic_check {
  public:
    /// Both outlive this.
    pull_check(const transfer::pull_service& service, const base::clock& clock)
        : periodic_check(clock), service_(service) {}

  protected:
    /// "pulls", or nothing.
    [[nodiscard]] net::awaitable<std::vector<std::string>> look() override;

  private:
    const transfer::pull_service& service_;
};

}  // namespace gangway::app
