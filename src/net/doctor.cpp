#include <gangway/base/escape.hpp>
#include <gangway/net/deadline.hpp>
#include <gangway/net/doctor.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/tcp_connect.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

namespace gangway::net {
namespace {

using steady = std::chrono::steady_clock;

/// What helps most against a failure in this stage.
std::string_view advice_for(const base::error& failure) {
    if (failure.code == errc::host_blocked || failure.code == errc::cloudflare_blocked)
        return "The gateway's operator decides which addresses may be reached (setting egress_allow).";
    if (failure.code == errc::host_key_mismatch)
        return "Ask the server's operator for the new fingerprint by another way; only then remove the old pin.";
    switch (failure.where) {
        case base::phase::dns:
            return "Check the spelling of the host name, and that it resolves from this machine.";
        case base::phase::tcp:
            return "Check host and port, and that firewalls on both sides let this machine through.";
        case base::phase::ssh:
            return "Check that the port is the SSH port; servers with old algorithms only are refused.";
        case base::phase::auth:
            return "Check user name and credential; the public key must stand in the account's authorized_keys.";
        case base::phase::subsystem:
            return "Ask the server's operator to enable SFTP for this account.";
        default:
            return "";
    }
}

/// Runs steps one after the other and keeps what they showed.
class examination {
  public:
    explicit examination(checkup& into) : into_(into) {}

    void begin(std::string name, base::phase where) {
        into_.steps.push_back({.name = std::move(name)});
        where_ = where;
        begun_ = steady::now();
    }
    /// Ends the step; false if it failed, and nothing may follow.
    template <class T>
    [[nodiscard]] bool end(const base::result<T>& outcome) {
        auto& step = into_.steps.back();
        step.duration = std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - begun_);
        if (outcome) return true;
        step.failure = outcome.error();
        step.advice = advice_for(outcome.error());
        return false;
    }
    /// Ends the step that the caller has cancelled.
    void cut_off() {
        static_cast<void>(end(base::result<void>{
            base::fail(std::make_error_code(std::errc::operation_canceled), where_, "this step was cut off")}));
    }
    void note(std::string name, std::string value) {
        into_.steps.back().findings.push_back({std::move(name), std::move(value)});
    }
    void advise(std::string_view sentence) { into_.steps.back().advice = sentence; }

  private:
    checkup& into_;
    base::phase where_ = base::phase::dns;
    steady::time_point begun_{};
};

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words)
        text.append(text.empty() ? "" : ", ").append(word);
    return text;
}

awaitable<std::optional<tcp::socket>> reach(examination& exam, dial_context context, const model::endpoint& server) {
    exam.begin("dns", base::phase::dns);
    const auto addresses = co_await with_deadline(resolve(server, context.egress, context.blocking),
                                                  context.limits.connect, base::phase::dns, "looking up the host");
    if (!exam.end(addresses)) co_return std::nullopt;
    std::vector<std::string> found;
    for (const auto& each : *addresses)
        found.push_back(each.address().to_string());
    exam.note("addresses", joined(found));

    exam.begin("tcp", base::phase::tcp);
    auto reached = base::phase::dns;  // its errors say it themselves
    auto socket = co_await tcp_connect(server, context.egress, context.blocking, context.limits.connect, reached);
    if (!exam.end(socket)) co_return std::nullopt;
    boost::system::error_code failure;
    const auto peer = socket->remote_endpoint(failure);
    if (!failure) exam.note("address", peer.address().to_string());
    co_return std::move(*socket);
}

awaitable<std::unique_ptr<ssh_link>> shake_hands(examination& exam, dial_context context, const model::endpoint& server,
                                                 tcp::socket socket) {
    exam.begin("identification", base::phase::ssh);
    const auto greeting = co_await await_identification(socket, context.limits.identification);
    if (!exam.end(greeting)) co_return nullptr;
    exam.note("banner", base::escape(greeting->line));
    exam.note("software", base::escape(greeting->software));

    exam.begin("key exchange", base::phase::ssh);
    auto link = co_await ssh_link::open(std::move(socket), context.host_keys.known_types(server), context.limits);
    if (!exam.end(link)) co_return nullptr;
    const auto& chosen = (*link)->algorithms();
    exam.note("keyExchange", chosen.key_exchange);
    exam.note("cipher", chosen.cipher_in);
    if (!chosen.mac_in.empty()) exam.note("mac", chosen.mac_in);
    co_return std::move(*link);
}

awaitable<std::unique_ptr<host_key_ticket>> check_host_key(examination& exam, dial_context context,
                                                           const model::endpoint& server, const host_key& key,
                                                           std::optional<model::fingerprint> expected) {
    exam.begin("host key", base::phase::hostkey);
    const auto shown = key.fingerprint();
    exam.note("type", key.type);
    exam.note("fingerprint", shown.text());
    const bool pinned = !context.host_keys.known_types(server).empty();
    base::result<std::unique_ptr<host_key_ticket>> ticket =
        expected && *expected != shown
            ? std::unexpected(host_key_mismatch(server, *expected, shown))
            : co_await with_deadline(context.host_keys.check(server, key), context.limits.authentication,
                                     base::phase::hostkey, "another first login to this server");
    if (!exam.end(ticket)) co_return nullptr;
    exam.note("pinned", pinned ? "true" : "false");
    if (!pinned)
        exam.advise("Compare this fingerprint with the one the server's operator gives you; the first login pins it.");
    co_return std::move(*ticket);
}

awaitable<void> look_at_sftp(examination& exam, dial_context context, ssh_link& link) {
    exam.begin("sftp", base::phase::subsystem);
    auto channel = co_await link.open_sftp();
    if (!exam.end(channel)) co_return;
    const auto client = co_await sftp_client::start(std::move(*channel), context.limits.operation);
    if (!exam.end(client)) co_return;
    const auto here = model::remote_path::parse(".");
    const auto home = co_await real_path(**client, *here);
    const auto asked = steady::now();
    const auto there = co_await stat(**client, *here);
    const auto round_trip = std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - asked);
    if (!exam.end(there)) co_return;
    const auto& features = (*client)->features();
    std::vector<std::string> extensions;
    for (const auto& extension : features.extensions)
        extensions.push_back(base::escape(extension.name, 64));
    exam.note("version", std::to_string(features.version));
    exam.note("extensions", joined(extensions));
    exam.note("readLength", std::to_string(features.limits.read));
    exam.note("writeLength", std::to_string(features.limits.write));
    if (home) exam.note("home", base::escape(*home));
    exam.note("roundTripMicroseconds", std::to_string(round_trip.count()));
}

awaitable<bool> log_in(examination& exam, dial_context context, ssh_link& link, host_key_ticket& ticket,
                       const model::credentials& who) {
    exam.begin("login", base::phase::auth);
    const auto key = co_await decode_key(who, context.blocking);
    if (!exam.end(key)) co_return false;
    const auto logged_in = co_await link.login(who, *key ? &**key : nullptr);
    if (!exam.end(logged_in)) co_return false;
    if (!logged_in->empty()) exam.note("keyId", *logged_in);
    co_return exam.end(co_await ticket.confirm());
}

awaitable<void> go_through(examination& exam, dial_context context, const model::endpoint& server,
                           const std::optional<model::credentials>& who,
                           const std::optional<model::fingerprint>& expected) {
    auto socket = co_await reach(exam, context, server);
    if (!socket) co_return;
    const auto link = co_await shake_hands(exam, context, server, std::move(*socket));
    if (!link) co_return;
    const auto ticket = co_await check_host_key(exam, context, server, link->server_key(), expected);
    if (!ticket) co_return;

    exam.begin("methods", base::phase::auth);
    const auto methods = co_await link->login_methods(who ? who->username : "gangway");
    if (!exam.end(methods)) co_return;
    exam.note("methods", joined(methods->methods));
    if (!who) co_return;

    if (co_await log_in(exam, context, *link, *ticket, *who)) co_await look_at_sftp(exam, context, *link);
}

}  // namespace

bool checkup::healthy() const noexcept {
    return !steps.empty() && std::ranges::none_of(steps, [](const auto& step) { return step.failure.has_value(); });
}

awaitable<checkup> examine(dial_context context, model::endpoint server, std::optional<model::credentials> who,
                           std::optional<model::fingerprint> expected) {
    checkup found;
    examination exam{found};
    try {
        co_await go_through(exam, context, server, who, expected);
    } catch (const boost::system::system_error& failure) {
        if (failure.code() != asio::error::operation_aborted) throw;
        exam.cut_off();
    }
    co_return found;
}

}  // namespace gangway::net
