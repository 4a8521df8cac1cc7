#include "refused_logins.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/remote/errors.hpp>
#include <gangway/remote/sessions.hpp>

namespace gangway::remote {
namespace {

class owned_connection final : public lease {
  public:
    explicit owned_connection(net::sftp_connection connection) : connection_(std::move(connection)) {}
    net::sftp_client& client() noexcept override { return *connection_.client; }

  private:
    net::sftp_connection connection_;
};

class dialled_sessions final : public sessions {
  public:
    explicit dialled_sessions(net::dial_context context) : context_(context) {}

    net::async_result<std::unique_ptr<lease>> acquire(target where, net::dial_report& report) override {
        const auto key = refusals_.key_of(where.server, where.who);
        if (const auto wait = refusals_.blocked_for(key)) co_return std::unexpected(blocked(where.server, *wait));
        auto connection =
            co_await net::dial(context_, std::move(where.server), std::move(where.who), where.expected_key, report);
        if (!connection) {
            if (connection.error().code == net::errc::auth_failed) refusals_.refused(key);
            co_return std::unexpected(std::move(connection.error()));
        }
        refusals_.accepted(key);
        co_return std::make_unique<owned_connection>(std::move(*connection));
    }

    net::async_result<net::identification> identify(model::endpoint server) override {
        return net::identify(context_, std::move(server));
    }

    net::awaitable<net::checkup> examine(model::endpoint server, std::optional<model::credentials> who,
                                         std::optional<model::fingerprint> expected) override {
        return net::examine(context_, std::move(server), std::move(who), expected);
    }

  private:
    static base::error blocked(const model::endpoint& server, std::chrono::seconds wait) {
        const auto seconds = std::to_string(wait.count());
        return base::error{errc::too_many_refusals, base::phase::auth,
                           server.text() +
                               " refused this login twice; to keep the account from being locked it is not "
                               "tried again for " +
                               seconds + " s. Change the credential, or wait."}
            .with("retryAfter", seconds);
    }

    net::dial_context context_;
    base::system_clock clock_{};
    refused_logins refusals_{clock_};
};

}  // namespace

std::unique_ptr<sessions> make_sessions(net::dial_context context) {
    return std::make_unique<dialled_sessions>(context);
}

}  // namespace gangway::remote
