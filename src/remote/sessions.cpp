#include "connection_pool.hpp"

#include <gangway/remote/sessions.hpp>

namespace gangway::remote {
namespace {

class pooled_sessions final : public sessions {
  public:
    pooled_sessions(net::dial_context context, net::asio::any_io_executor executor, pool_limits limits, dial_gate* gate)
        : context_(context), pool_(std::make_shared<connection_pool>(context, std::move(executor), limits, gate)) {}

    net::async_result<std::unique_ptr<lease>> acquire(target where, net::dial_report& report) override {
        return pool_->acquire(std::move(where), report);
    }
    void retire(const std::string& connection_id) override { pool_->retire(connection_id); }
    void accepted(const target& where) override { pool_->accepted(where); }
    net::async_result<net::identification> identify(model::endpoint server, base::phase& reached) override {
        return net::identify(context_, std::move(server), reached);
    }
    net::awaitable<net::checkup> examine(model::endpoint server, std::optional<model::credentials> who,
                                         std::optional<model::fingerprint> expected) override {
        return net::examine(context_, std::move(server), std::move(who), expected);
    }
    pool_statistics statistics() const override { return pool_->statistics(); }

  private:
    net::dial_context context_;
    std::shared_ptr<connection_pool> pool_;
};

}  // namespace

std::unique_ptr<sessions> make_sessions(net::dial_context context, net::asio::any_io_executor executor,
                                        pool_limits limits, dial_gate* gate) {
    return std::make_unique<pooled_sessions>(context, std::move(executor), limits, gate);
}

}  // namespace gangway::remote
