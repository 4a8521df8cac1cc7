#include "connection_pool.hpp"

#include <gangway/crypto/digest.hpp>
#include <gangway/net/await_on.hpp>
#include <gangway/net/deadline.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/remote/errors.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <utility>

namespace gangway::remote {
namespace {

constexpr std::chrono::seconds sweep_interval{5};
/// How long an idle connection may take to answer before a new one is made instead.
constexpr std::chrono::seconds check_limit{3};

class pooled_lease final : public lease {
  public:
    pooled_lease(std::shared_ptr<connection_pool> pool, pool_book::connection_id id,
                 std::shared_ptr<pooled_connection> connection, bool reused)
        : pool_(std::move(pool)), id_(id), connection_(std::move(connection)), reused_(reused) {}
    pooled_lease(const pooled_lease&) = delete;
    pooled_lease& operator=(const pooled_lease&) = delete;
    ~pooled_lease() override {
        const bool broken = !client().usable();
        // First, so that the pool holds the last reference and lets it go on the connection's strand.
        connection_.reset();
        pool_->release(id_, broken);
    }

    net::sftp_client& client() noexcept override { return *connection_->connection.client; }
    net::channel_opener more() override { return net::channels_of(connection_->connection, pool_->operation_limit()); }
    bool reused() const noexcept override { return reused_; }
    [[nodiscard]] const model::fingerprint& host_key() const noexcept { return connection_->host_key; }
    [[nodiscard]] const std::string& accepted_signer() const noexcept { return connection_->accepted_signer; }

  private:
    std::shared_ptr<connection_pool> pool_;
    pool_book::connection_id id_;
    std::shared_ptr<pooled_connection> connection_;
    bool reused_;
};

/// Gives a permission to dial back, however the coroutine that has it ends.
class dial_permission {
  public:
    dial_permission(connection_pool& pool, const std::string& host, const std::string& key)
        : pool_(&pool), host_(host), key_(key) {}
    dial_permission(const dial_permission&) = delete;
    dial_permission& operator=(const dial_permission&) = delete;
    ~dial_permission() {
        if (pool_ != nullptr) pool_->dial_ended(host_, key_, nullptr);
    }
    void failed(const base::error& why) { std::exchange(pool_, nullptr)->dial_ended(host_, key_, &why); }
    void used() noexcept { pool_ = nullptr; }

  private:
    connection_pool* pool_;
    const std::string& host_;
    const std::string& key_;
};

base::error exhausted(const std::string& host, std::chrono::milliseconds waited) {
    const auto seconds = std::to_string(std::chrono::ceil<std::chrono::seconds>(waited).count());
    return base::error{errc::too_many_connections, base::phase::tcp,
                       "all connections to " + host +
                           " that the gateway may have at once are busy, and none became "
                           "free within " +
                           seconds + " s"}
        .with("retryAfter", "1");
}

base::error outdated() {
    return {errc::connection_changed, base::phase::request,
            "The connection was changed while it was used, so its sessions were closed; try again"};
}

/// From any thread: the session and what is under way on it ends with that error.
void give_up(const std::shared_ptr<pooled_connection>& connection) {
    net::asio::post(connection->connection.client->executor(),
                    [connection] { connection->connection.client->give_up(outdated()); });
}

}  // namespace

net::async_result<std::unique_ptr<lease>> connection_pool::acquire(target where, net::dial_report& report) {
    auto key = refusals_.key_of(where.server, where.who);
    if (const auto wait = refusals_.blocked_for(key)) co_return std::unexpected(refused_twice(where.server, *wait));
    if (where.managed)
        key = where.managed->connection_id() + ' ' + where.managed->version();
    else if (where.expected_key)
        key += where.expected_key->text();
    const auto host = where.server.text();
    for (;;) {
        if (where.managed && !where.managed->is_current()) co_return std::unexpected(outdated());
        const auto decision = co_await decide(host, key);
        if (!decision) co_return std::unexpected(decision.error());
        if (decision->what == pool_book::verdict::dial) co_return co_await dial(host, key, std::move(where), report);
        auto mine = lease_on(decision->connection);
        if (!co_await answers(decision->connection, mine->client())) continue;
        report.host_key = static_cast<pooled_lease&>(*mine).host_key();
        report.accepted_signer = static_cast<pooled_lease&>(*mine).accepted_signer();
        report.reached = base::phase::sftp;
        co_return mine;
    }
}

net::async_result<pool_book::decision> connection_pool::decide(std::string host, std::string key) {
    const auto mine = std::make_shared<asking>(key);
    pool_book::asker_id id = 0;
    {
        const std::scoped_lock lock{mutex_};
        id = book_.ask(host, key, clock::now());
        askings_.emplace(id, mine);
        settle();
        if (mine->decision && !mine->failure) {  // as usual
            askings_.erase(id);
            co_return *mine->decision;
        }
    }
    /// Leaves the queue if the coroutine ends before it has taken its decision.
    struct place {
        connection_pool& pool;
        const std::string& host;
        pool_book::asker_id id;
        bool taken = false;
        ~place() {
            if (!taken) pool.withdraw(host, id);
        }
    } queued{*this, host, id};

    constexpr auto ring = [](std::shared_ptr<net::bell> bell) -> net::async_result<void> {
        co_await bell->wait();
        co_return base::result<void>{};
    };
    const auto in_time = co_await net::with_deadline(ring(mine->decided), limits_.longest_wait, base::phase::tcp, "");
    if (!in_time) co_return std::unexpected(exhausted(host, limits_.longest_wait));
    const std::scoped_lock lock{mutex_};
    queued.taken = true;
    askings_.erase(id);
    if (mine->failure) co_return std::unexpected(*mine->failure);
    co_return *mine->decision;
}

net::async_result<std::unique_ptr<lease>> connection_pool::dial(std::string host, std::string key, target where,
                                                                net::dial_report& report) {
    dial_permission permission{*this, host, key};
    if (gate_ != nullptr)
        if (auto open = gate_->pass(where.on_behalf_of); !open) co_return std::unexpected(std::move(open.error()));
    ++dials_;
    const auto credential = refusals_.key_of(where.server, where.who);
    const auto strand = net::asio::make_strand(executor_);
    const auto& managed = where.managed;
    const net::dial_context context{context_.egress, managed ? managed->host_keys() : context_.host_keys,
                                    context_.blocking, context_.limits};
    auto connection = co_await net::await_on(
        strand, net::dial(context, std::move(where.server), std::move(where.who), where.expected_key, report));
    if (managed) co_await managed->ended(report, connection ? nullptr : &connection.error());
    if (!connection) {
        if (connection.error().code == net::errc::auth_failed) refusals_.refused(credential);
        permission.failed(connection.error());
        co_return std::unexpected(std::move(connection.error()));
    }
    refusals_.accepted(credential);
    auto pooled =
        std::make_shared<pooled_connection>(std::move(*connection), *report.host_key,
                                            managed ? managed->connection_id() : std::string{}, report.accepted_signer);
    std::unique_lock lock{mutex_};
    permission.used();
    const auto id = book_.dialled(host, key, clock::now());
    connections_.emplace(id, pooled);
    settle();
    sweep_later();
    net::asio::post(strand, [watched = pooled, pool = weak_from_this(), id] {
        watched->connection.client->on_end([pool, id] {
            if (const auto self = pool.lock()) self->ended(id);
        });
    });
    lock.unlock();
    auto mine = std::make_unique<pooled_lease>(shared_from_this(), id, pooled, false);
    // After the connection is in the books: whoever changes it later finds it there.
    if (!managed || managed->is_current()) co_return mine;
    give_up(pooled);
    co_return std::unexpected(outdated());
}

void connection_pool::retire(const std::string& managed) {
    const std::scoped_lock lock{mutex_};
    for (const auto& [id, connection] : connections_)
        if (connection->managed == managed) give_up(connection);
}

net::awaitable<bool> connection_pool::answers(pool_book::connection_id id, net::sftp_client& client) {
    if (!client.usable()) co_return false;
    {
        const std::scoped_lock lock{mutex_};
        if (clock::now() - book_.idle_since(id) < limits_.unchecked) co_return true;
    }
    constexpr auto ask = [](net::sftp_client& session) -> net::awaitable<bool> {
        const auto here = *model::remote_path::parse(".");
        const auto answer = co_await net::with_deadline(net::real_path(session, here), check_limit, base::phase::sftp,
                                                        "the check of an idle session");
        // A status is an answer too.
        if (!answer && answer.error().code == net::errc::timed_out) session.give_up(answer.error());
        co_return session.usable();
    };
    co_return co_await net::await_on(client.executor(), ask(client));
}

std::unique_ptr<lease> connection_pool::lease_on(pool_book::connection_id id) {
    const std::scoped_lock lock{mutex_};
    return std::make_unique<pooled_lease>(shared_from_this(), id, connections_.at(id), true);
}

void connection_pool::release(pool_book::connection_id id, bool broken) {
    const std::scoped_lock lock{mutex_};
    book_.released(id, clock::now(), broken);
    settle();
}

void connection_pool::ended(pool_book::connection_id id) {
    const std::scoped_lock lock{mutex_};
    book_.ended(id, clock::now());
    settle();
}

void connection_pool::withdraw(const std::string& host, pool_book::asker_id asker) {
    const std::scoped_lock lock{mutex_};
    const auto mine = askings_.extract(asker);
    if (book_.withdraw(host, asker, clock::now())) return settle();
    if (mine.empty() || !mine.mapped()->decision) return;
    // The decision came when nobody waited for it any more.
    const auto& decision = *mine.mapped()->decision;
    if (decision.what == pool_book::verdict::use) book_.released(decision.connection, clock::now(), false);
    if (decision.what == pool_book::verdict::dial) book_.not_dialled(host, mine.mapped()->key, clock::now(), false);
    settle();
}

void connection_pool::dial_ended(const std::string& host, const std::string& key, const base::error* why) {
    const std::scoped_lock lock{mutex_};
    if (why != nullptr) ++failures_[why->code];
    book_.not_dialled(host, key, clock::now(), why != nullptr);
    settle(why);
}

pool_statistics connection_pool::statistics() const {
    const std::scoped_lock lock{mutex_};
    const auto now = book_.count();
    return {.connections = book_.connections(),
            .dialling = now.dialling,
            .leases = now.leases,
            .waiting = now.waiting,
            .dials = dials_,
            .failures = {failures_.begin(), failures_.end()}};
}

void connection_pool::settle(const base::error* why) {
    for (const auto& decision : book_.take_decisions()) {
        const auto found = askings_.find(decision.asker);
        if (found == askings_.end()) continue;
        found->second->decision = decision;
        if (decision.what == pool_book::verdict::fail && why != nullptr) found->second->failure = *why;
        found->second->decided->ring();
    }
    for (const auto id : book_.take_closings()) {
        auto node = connections_.extract(id);
        auto strand = node.mapped()->connection.client->executor();
        net::asio::post(strand, [last = std::move(node.mapped())] {});
    }
}

void connection_pool::sweep_later() {
    if (std::exchange(sweeping_, true)) return;
    sweep_.expires_after(sweep_interval);
    sweep_.async_wait([weak = weak_from_this()](boost::system::error_code stopped) {
        const auto self = weak.lock();
        if (stopped || !self) return;
        const std::scoped_lock lock{self->mutex_};
        self->sweeping_ = false;
        self->book_.expire(clock::now());
        self->settle();
        if (self->book_.connections() != 0) self->sweep_later();
    });
}

}  // namespace gangway::remote
