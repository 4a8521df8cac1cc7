#include "managed_host_keys.hpp"

#include <gangway/net/deadline.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/remote/errors.hpp>
#include <gangway/remote/managed_connections.hpp>

#include <ranges>
#include <system_error>
#include <utility>
#include <vector>

namespace gangway::remote {
namespace {

base::result<model::endpoint> endpoint_of(const store::connection& row) {
    auto host = model::host::parse(row.host);
    if (!host) return std::unexpected(host.error());
    return model::endpoint{std::move(*host), row.port};
}

std::unexpected<base::error> refuse(errc code, std::string message) {
    return base::fail(code, base::phase::request, std::move(message));
}

/// What the answer of a login says about a connection; nothing if it says nothing new.
std::optional<store::health> health_after(const base::error& why) {
    if (why.code == net::errc::auth_failed) return store::health::auth_failed;
    // The policy has noted a mismatch; a key that waits to be confirmed is no failure.
    if (why.code == net::errc::host_key_mismatch || why.code == net::errc::host_key_unknown) return std::nullopt;
    return store::health::failing;
}

/// Looks at the key and lets nothing follow.
class looking_policy final : public net::host_key_policy {
  public:
    explicit looking_policy(net::host_key_policy& asked) : asked_(asked) {}
    std::vector<std::string> known_types(const model::endpoint& server) override { return asked_.known_types(server); }
    net::async_result<std::unique_ptr<net::host_key_ticket>> check(model::endpoint, net::host_key presented) override {
        seen = {presented.fingerprint().text(), presented.type};
        co_return base::fail(net::errc::host_key_unknown, base::phase::hostkey, "only looked at");
    }

    std::optional<presented_key> seen{};

  private:
    net::host_key_policy& asked_;  ///< knows which of the server's keys a login would see
};

/// The doctor, as something that a deadline can be put on: one that is cut off still tells what it has found.
net::async_result<net::checkup> examined(net::dial_context context, model::endpoint server, model::credentials who) {
    co_return co_await net::examine(context, std::move(server), std::move(who), std::nullopt);
}

/// The step that a deadline has cut off says so.
void name_deadline(net::checkup& found, std::chrono::milliseconds limit) {
    if (found.steps.empty()) return;
    auto& last = found.steps.back();
    if (last.failure && last.failure->code == std::errc::operation_canceled)
        last.failure =
            net::timed_out(last.failure->where, "the test, which stopped in the step \"" + last.name + "\",", limit);
}

}  // namespace

/// Everything about a connection that a login needs, read at one moment.
struct managed_connections::material {
    struct sealed_key {
        store::connection_key row;
        store::sealed_secret sealed;
    };
    store::connection row;
    std::optional<store::host_key_pin> pinned{};
    std::vector<sealed_key> keys{};  ///< newest first
    std::optional<store::sealed_secret> password{};

    [[nodiscard]] std::string version() const {
        std::string text = std::to_string(row.revision);
        text.append(" ").append(pinned ? pinned->fingerprint : "-");
        for (const auto& key : keys)
            text.append(" ").append(key.row.id);
        if (password) text.append(" ").append(std::to_string(password->updated_at.time_since_epoch().count()));
        return text;
    }
};

class managed_connections::keeper final : public login_keeper {
  public:
    keeper(managed_connections& owner, const material& from, generation when)
        : owner_(owner),
          id_(from.row.id),
          version_(from.version()),
          when_(when),
          policy_(owner.database_, owner.gate_, from.row.id, from.row.authentication, from.pinned, owner.told_) {}

    const std::string& connection_id() const noexcept override { return id_; }
    const std::string& version() const noexcept override { return version_; }
    bool is_current() const override { return owner_.generation_of(id_) == when_; }
    net::host_key_policy& host_keys() noexcept override { return policy_; }

    net::awaitable<void> ended(const net::dial_report& report, const base::error* why) override {
        // The login stands whether or not it can be noted.
        static_cast<void>(co_await owner_.database_.write([&](store::transaction& tx) {
            if (!report.accepted_signer.empty()) store::keys::accepted(tx, report.accepted_signer);
            if (why == nullptr)
                store::connections::set_health(tx, id_, store::health::healthy, "");
            else if (const auto health = health_after(*why))
                store::connections::set_health(tx, id_, *health, why->message);
        }));
    }

  private:
    managed_connections& owner_;
    std::string id_, version_;
    generation when_;
    managed_host_keys policy_;
};

managed_connections::generation managed_connections::generation_of(const std::string& id) const {
    const std::scoped_lock lock{mutex_};
    const auto found = generations_.find(id);
    return found == generations_.end() ? 0 : found->second;
}

void managed_connections::changed(const std::string& id) {
    {
        const std::scoped_lock lock{mutex_};
        ++generations_[id];
    }
    servers_.retire(id);
}

net::async_result<managed_connections::material> managed_connections::load(std::string id) {
    co_return co_await database_.read([&id](store::transaction& tx) -> base::result<material> {
        auto row = store::connections::find(tx, id);
        if (!row) return refuse(errc::no_such_connection, "There is no such connection");
        material found{.row = std::move(*row)};
        found.pinned = store::host_keys::find(tx, id);
        for (auto& key : store::keys::list(tx, id) | std::views::reverse) {
            if (key.revoked_at || found.keys.size() == most_keys) continue;
            if (auto sealed = store::secrets::find(tx, store::secrets::of_key, key.id, vault::private_key_purpose))
                found.keys.push_back({std::move(key), std::move(*sealed)});
        }
        found.password = store::secrets::find(tx, store::secrets::of_connection, id, vault::password_purpose);
        return found;
    });
}

base::result<target> managed_connections::make_target(material from, generation when) {
    auto server = endpoint_of(from.row);
    if (!server) return std::unexpected(server.error());
    target made{.server = std::move(*server), .who = {.username = from.row.username}};
    made.path_root = from.row.path_root;
    made.managed = std::make_shared<keeper>(*this, from, when);
    if (from.row.authentication == store::authentication::password) {
        if (!from.password) return refuse(errc::no_credential, "This connection has no password yet: set one");
        auto opened = secrets_.text(*from.password);
        if (!opened) return std::unexpected(opened.error());
        made.who.password = std::move(*opened);
        return made;
    }
    for (auto& key : from.keys)
        made.who.signers.push_back(secrets_.signer(key.row, std::move(key.sealed)));
    if (made.who.signers.empty()) return refuse(errc::no_credential, "This connection has no active key: generate one");
    return made;
}

net::async_result<target> managed_connections::prepare(std::string id, wanted what) {
    // Before the row is read: a change in between makes the target outdated, never the other way round.
    const auto when = generation_of(id);
    auto found = co_await load(id);
    if (!found) co_return std::unexpected(found.error());
    if (what == wanted::to_work) {
        if (found->row.paused) co_return refuse(errc::connection_paused, "This connection is paused: resume it first");
        if (found->pinned && found->pinned->presented_fingerprint) {
            const auto server = endpoint_of(found->row);
            if (!server) co_return std::unexpected(server.error());
            co_return std::unexpected(pin_mismatch(*server, *found->pinned, *found->pinned->presented_fingerprint));
        }
    }
    co_return make_target(std::move(*found), when);
}

net::async_result<target> managed_connections::find(std::string id) {
    co_return co_await prepare(std::move(id), wanted::to_work);
}

net::async_result<net::checkup> managed_connections::test(std::string id, std::chrono::milliseconds limit) {
    auto where = co_await prepare(id, wanted::to_test);
    if (!where) co_return std::unexpected(where.error());
    const auto keeper = where->managed;
    const net::dial_context context{context_.egress, keeper->host_keys(), context_.blocking, context_.limits};
    auto found = co_await net::with_deadline(examined(context, where->server, std::move(where->who)), limit,
                                             base::phase::request, "the test");
    if (!found) co_return std::unexpected(std::move(found.error()));
    name_deadline(*found, limit);
    net::dial_report report;
    const base::error* failure = nullptr;
    for (const auto& step : found->steps) {
        if (step.failure) failure = &*step.failure;
        for (const auto& finding : step.findings)
            if (finding.name == "keyId") report.accepted_signer = finding.value;
    }
    co_await keeper->ended(report, failure);
    if (found->healthy())
        if (const auto again = co_await prepare(std::move(id), wanted::to_test)) servers_.accepted(*again);
    co_return found;
}

net::async_result<presented_key> managed_connections::handshake(std::string id) {
    const auto found = co_await load(std::move(id));
    if (!found) co_return std::unexpected(found.error());
    auto server = endpoint_of(found->row);
    if (!server) co_return std::unexpected(server.error());
    managed_host_keys pinned{database_, gate_, found->row.id, found->row.authentication, found->pinned, told_};
    looking_policy look{pinned};
    const net::dial_context context{context_.egress, look, context_.blocking, context_.limits};
    net::dial_report report;
    const auto dialled = co_await net::dial(context, std::move(*server), {}, std::nullopt, report);
    if (look.seen) co_return std::move(*look.seen);
    co_return std::unexpected(dialled.error());
}

}  // namespace gangway::remote
