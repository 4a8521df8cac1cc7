#pragma once
/// The session pool: carries out what the books decide.

#include "pool_book.hpp"
#include "refused_logins.hpp"

#include <gangway/base/clock.hpp>
#include <gangway/net/bell.hpp>
#include <gangway/net/dial.hpp>
#include <gangway/remote/sessions.hpp>

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <unordered_map>

namespace gangway::remote {

/// A connection with its strand; destroyed on that strand. Owned by the pool, and by the leases on it.
struct pooled_connection {
    net::sftp_connection connection;
    model::fingerprint host_key;
    std::string managed{};          ///< the id of a managed connection
    std::string accepted_signer{};  ///< of the login, as a `dial_report` has it
};

/// Safe from any thread. Owned by the sessions, by the leases and weakly by its timer.
class connection_pool : public std::enable_shared_from_this<connection_pool> {
  public:
    /// `gate` outlives this; null lets all pass.
    connection_pool(net::dial_context context, net::asio::any_io_executor executor, pool_limits limits, dial_gate* gate)
        : context_(context),
          executor_(std::move(executor)),
          limits_(limits),
          gate_(gate),
          book_(limits),
          sweep_(executor_) {}

    [[nodiscard]] net::async_result<std::unique_ptr<lease>> acquire(target where, net::dial_report& report);

    void accepted(const target& where) { refusals_.accepted(refusals_.key_of(where.server, where.who)); }

    [[nodiscard]] pool_statistics statistics() const;
    void retire(const std::string& managed);

    // -- for its leases and askers
    [[nodiscard]] std::chrono::milliseconds operation_limit() const noexcept { return context_.limits.operation; }
    void release(pool_book::connection_id id, bool broken);
    void ended(pool_book::connection_id id);
    void withdraw(const std::string& host, pool_book::asker_id asker);
    void dial_ended(const std::string& host, const std::string& key, const base::error* why);

  private:
    using clock = std::chrono::steady_clock;

    /// Somebody who waits for a decision; shared by the coroutine and the map.
    struct asking {
        std::string key;
        std::shared_ptr<net::bell> decided = std::make_shared<net::bell>();
        std::optional<pool_book::decision> decision{};
        std::optional<base::error> failure{};
    };

    [[nodiscard]] net::async_result<pool_book::decision> decide(std::string host, std::string key);
    [[nodiscard]] net::async_result<std::unique_ptr<lease>> dial(std::string host, std::string key, target where,
                                                                 net::dial_report& report);
    [[nodiscard]] net::awaitable<bool> answers(pool_book::connection_id id, net::sftp_client& client);
    [[nodiscard]] std::unique_ptr<lease> lease_on(pool_book::connection_id id);
    void settle(const base::error* why = nullptr);
    void sweep_later();

    net::dial_context context_;
    net::asio::any_io_executor executor_;
    pool_limits limits_;
    dial_gate* gate_;
    base::system_clock clock_{};
    refused_logins refusals_{clock_};
    std::atomic<std::uint64_t> dials_ = 0;

    mutable std::mutex mutex_{};  ///< guards the rest
    pool_book book_;
    std::unordered_map<pool_book::asker_id, std::shared_ptr<asking>> askings_{};
    std::unordered_map<pool_book::connection_id, std::shared_ptr<pooled_connection>> connections_{};
    std::map<std::error_code, std::uint64_t> failures_{};  ///< of dials; bounded by how many errors there are
    net::asio::steady_timer sweep_;
    bool sweeping_ = false;
};

}  // namespace gangway::remote
