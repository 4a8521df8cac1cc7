#include "logged_access.hpp"

#include <gangway/base/escape.hpp>

#include <array>
#include <utility>

namespace gangway::app {
namespace {

/// Confirms, and then tells. Holds what it tells: the policy may have forgotten.
class logging_ticket final : public net::host_key_ticket {
  public:
    logging_ticket(std::unique_ptr<net::host_key_ticket> ticket, model::endpoint server, net::host_key key,
                   event_log& log)
        : ticket_(std::move(ticket)), server_(std::move(server)), key_(std::move(key)), log_(log) {}

    [[nodiscard]] net::async_result<void> confirm() override {
        const auto confirmed = co_await ticket_->confirm();
        if (confirmed)
            log_.write(log_level::info, "pinned",
                       {{"host", server_.host.text()},
                        {"port", server_.port},
                        {"keyType", key_.type},
                        {"fingerprint", key_.fingerprint().text()}});
        co_return confirmed;
    }

  private:
    std::unique_ptr<net::host_key_ticket> ticket_;
    model::endpoint server_;
    net::host_key key_;
    event_log& log_;
};

class logging_policy final : public net::host_key_policy {
  public:
    logging_policy(std::unique_ptr<net::host_key_policy> policy, event_log& log)
        : policy_(std::move(policy)), log_(log) {}

    [[nodiscard]] std::vector<std::string> known_types(const model::endpoint& server) override {
        return policy_->known_types(server);
    }
    [[nodiscard]] net::async_result<std::unique_ptr<net::host_key_ticket>> check(model::endpoint server,
                                                                                 net::host_key presented) override {
        auto ticket = co_await policy_->check(server, presented);
        // Asked after the check: of two first contacts at once the second finds the pin of the first.
        if (!ticket || !policy_->known_types(server).empty()) co_return ticket;
        co_return std::make_unique<logging_ticket>(std::move(*ticket), std::move(server), std::move(presented), log_);
    }

  private:
    std::unique_ptr<net::host_key_policy> policy_;
    event_log& log_;
};

}  // namespace

void logged_access::request(const api::request_event& event) noexcept {
    const auto milliseconds = static_cast<double>(event.duration.count()) / 1000;
    const auto level = event.status >= 500 ? log_level::warning : log_level::info;
    log_.write(level, "request",
               {{"method", event.method},
                {"path", event.path},
                {"status", event.status},
                {"duration_ms", milliseconds},
                {"bytes_in", event.bytes_in},
                {"bytes_out", event.bytes_out},
                {"client", event.client},
                {"operation", event.operation},
                {"host", event.host},
                {"code", event.code}});
}

void logged_access::trouble(std::string_view where, std::string_view what) noexcept {
    log_.write(log_level::error, "trouble", {{"where", where}, {"what", what}});
}

std::unique_ptr<net::host_key_policy> logging_pins(std::unique_ptr<net::host_key_policy> policy, event_log& log) {
    return std::make_unique<logging_policy>(std::move(policy), log);
}

}  // namespace gangway::app
