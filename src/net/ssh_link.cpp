#include "ssh_channel.hpp"
#include "ssh_core.hpp"
#include "ssh_login.hpp"

#include <gangway/net/deadline.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/ssh_link.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

namespace gangway::net {
namespace {

/// All host-key algorithms, those of the preferred key types first.
std::vector<std::string> host_key_order(const std::vector<std::string>& preferred) {
    auto names = ssh::default_algorithms().host_keys;
    std::vector<std::string> order;
    const auto append = [&](auto belongs) {
        for (const auto& name : names)
            if (belongs(name) && std::ranges::find(order, name) == order.end()) order.push_back(name);
    };
    for (const auto& type : preferred)
        append([&](const auto& name) { return name == type || (type == "ssh-rsa" && name.starts_with("rsa-")); });
    append([](const auto&) { return true; });
    return order;
}

ssh::options options_for(const std::vector<std::string>& preferred_host_keys) {
    ssh::options how;
    how.algorithms.host_keys = host_key_order(preferred_host_keys);
    return how;
}

/// Notes how long it lived, if nothing was shorter so far.
class answer_clock {
  public:
    explicit answer_clock(std::chrono::steady_clock::duration& shortest) noexcept : shortest_(shortest) {}
    answer_clock(const answer_clock&) = delete;
    answer_clock& operator=(const answer_clock&) = delete;
    ~answer_clock() { shortest_ = std::min(shortest_, std::chrono::steady_clock::now() - began_); }

  private:
    std::chrono::steady_clock::duration& shortest_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// The SSH link on the project's own client.
class client_link final : public ssh_link {
  public:
    client_link(tcp::socket socket, const std::vector<std::string>& preferred, timers limits)
        : core_(std::make_shared<ssh_core>(std::move(socket), options_for(preferred))), limits_(limits) {}
    ~client_link() override { core_->stop(); }

    async_result<void> exchange_keys() {
        auto greeting = co_await core_->exchange_identifications(limits_.identification);
        if (!greeting) co_return std::unexpected(std::move(greeting.error()));
        server_ = std::move(*greeting);
        const answer_clock one{round_trip_};
        co_return co_await with_deadline(handshake(), limits_.key_exchange, base::phase::ssh, "the SSH key exchange");
    }

    asio::any_io_executor executor() const override { return core_->executor(); }
    const identification& server() const noexcept override { return server_; }
    const host_key& server_key() const noexcept override { return key_; }
    const ssh_algorithms& algorithms() const noexcept override { return algorithms_; }

    async_result<std::string> login(const model::credentials& who, const crypto::private_key* key) override {
        accept_host_key();
        if (takes_requests_ahead(server_)) ahead_.push_back(std::make_unique<ssh_channel>(core_));
        const answer_clock one{round_trip_};
        co_return co_await with_deadline(ssh_login(*core_, who, key, ahead_), limits_.authentication, base::phase::auth,
                                         "the login");
    }

    async_result<login_progress> login_methods(std::string username) override {
        accept_host_key();
        co_return co_await with_deadline(ssh_methods(*core_, std::move(username)), limits_.authentication,
                                         base::phase::auth, "asking for the login methods");
    }

    async_result<std::unique_ptr<byte_channel>> open_sftp() override {
        core_->start();
        if (ahead_.empty()) ahead_.push_back(std::make_unique<ssh_channel>(core_));
        auto channel = std::move(ahead_.front());
        ahead_.pop_front();
        const auto opened = co_await with_deadline(channel->open_sftp(), limits_.operation, base::phase::subsystem,
                                                   "opening the SFTP channel");
        if (!opened) co_return std::unexpected(opened.error());
        co_return channel;
    }

    void ask_for_channels(std::size_t count) override {
        for (; count > 0; --count)
            ahead_.emplace_back(std::make_unique<ssh_channel>(core_))->ask();
    }

    std::chrono::steady_clock::duration round_trip() const noexcept override { return round_trip_; }

  private:
    async_result<void> handshake() {
        const auto news = co_await core_->next_event(base::phase::ssh);
        if (!news) co_return std::unexpected(news.error());
        const auto& shown = std::get<ssh::host_key_presented>(*news);
        key_ = {.type = std::string(shown.type), .blob = std::string(shown.blob)};
        const auto& agreed = core_->machine().algorithms();
        algorithms_ = {.key_exchange = agreed.key_exchange,
                       .host_key = key_.type,
                       .cipher_in = agreed.cipher_in,
                       .cipher_out = agreed.cipher_out,
                       .mac_in = agreed.mac_in,
                       .mac_out = agreed.mac_out};
        co_return base::result<void>{};
    }

    /// Whoever logs in has checked the key; until then the machine sends nothing.
    void accept_host_key() {
        if (!std::exchange(accepted_, true)) (void)core_->machine().accept_host_key();
    }

    std::shared_ptr<ssh_core> core_;  ///< shared with its channels and the handlers that wait for the socket
    timers limits_;
    std::chrono::steady_clock::duration round_trip_ = std::chrono::seconds{1};
    std::deque<std::unique_ptr<ssh_channel>> ahead_{};  ///< asked for before they are needed
    identification server_{};
    host_key key_{};
    ssh_algorithms algorithms_{};
    bool accepted_ = false;
};

}  // namespace

async_result<std::unique_ptr<ssh_link>> ssh_link::open(tcp::socket socket, std::vector<std::string> preferred_host_keys,
                                                       timers limits) {
    auto link = std::make_unique<client_link>(std::move(socket), preferred_host_keys, limits);
    const auto done = co_await link->exchange_keys();
    if (!done) co_return std::unexpected(done.error());
    co_return link;
}

}  // namespace gangway::net
