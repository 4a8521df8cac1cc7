#pragma once
/// Delivers what is queued for webhooks.
///
/// A delivery is one POST of its payload with the headers `Gangway-Event`, `Gangway-Delivery` (its id, the same in
/// every try), `Gangway-Timestamp` (seconds since 1970) and `Gangway-Signature`: "v1=" and, as hexadecimal digits, the
/// HMAC-SHA256 of "<timestamp>.<body>" under the webhook's secret. An answer of 200 to 299 ends it. Everything else is
/// tried again after waits that double from 5 s to 1 h, until the delivery is a day old. A receiver may see a delivery
/// twice, where its answer was lost.

#include <gangway/model/backoff.hpp>
#include <gangway/net/asio.hpp>
#include <gangway/net/bell.hpp>
#include <gangway/net/egress_policy.hpp>
#include <gangway/sink/http_transport.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/store/secrets.hpp>
#include <gangway/store/webhooks.hpp>
#include <gangway/vault/vault.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace gangway::transfer {

/// How one try went.
struct delivery_report {
    std::string webhook_id, delivery_id, event;
    std::int64_t attempt = 0;
    std::string error{};    ///< empty: delivered
    bool given_up = false;  ///< there is no further try
};

/// What a sender works with. All of it outlives the sender.
struct webhook_tools {
    store::async_database& database;
    const vault::vault& secrets;
    const net::egress_policy& egress;  ///< asked with the name, each time; `transport` asks it with the address
    const base::clock& clock;
    sink::http_transport& transport;  ///< used on `threads`, by four calls at a time
    net::asio::thread_pool& threads;
    std::function<void(const delivery_report&)> report{};
};

class webhook_sender {
  public:
    /// How long a delivery that was taken stays with this process. If it dies, another one tries then.
    static constexpr std::chrono::minutes taken_for{5};
    static constexpr std::chrono::hours give_up_after{24};
    static constexpr model::backoff between_tries{.first = std::chrono::seconds{5}, .longest = std::chrono::hours{1}};
    /// How often the queue is looked at.
    static constexpr std::chrono::seconds look_every{2};

    webhook_sender(const net::asio::any_io_executor& where, webhook_tools with);

    /// Looks at the queue from now on, until `stop`.
    void start();
    /// Returns when nothing is under way any more; what was is tried again at the next start. `transport` should be
    /// told to stop before, or this takes as long as its time limit. Only after `start`.
    [[nodiscard]] net::awaitable<void> stop();

    /// Tries what is due now, once: of each webhook one after the other, of four webhooks at a time. Where a receiver
    /// does not answer, its other deliveries wait as well. How many were delivered. Errors: of the database.
    [[nodiscard]] net::async_result<std::size_t> deliver_due();

  private:
    struct order;
    struct outcome;
    using orders = std::vector<order>;  ///< of one webhook

    [[nodiscard]] net::async_result<std::size_t> round();
    [[nodiscard]] net::async_result<std::vector<orders>> take();
    [[nodiscard]] net::awaitable<void> work(std::vector<orders>& left, std::size_t& delivered);
    [[nodiscard]] net::async_result<void> deliver(const orders& of_one, std::size_t& delivered);
    [[nodiscard]] net::awaitable<outcome> attempt(const order& which);
    [[nodiscard]] net::async_result<void> note(const order& which, const outcome& how);
    [[nodiscard]] net::awaitable<void> look_again_and_again();

    net::asio::strand<net::asio::any_io_executor> strand_;
    webhook_tools tools_;
    net::asio::steady_timer pause_;
    bool stopping_ = false;                                             ///< on the strand
    std::shared_ptr<net::bell> ended_ = std::make_shared<net::bell>();  ///< shared with whoever waits in `stop`
};

}  // namespace gangway::transfer
