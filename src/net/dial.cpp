#include <gangway/net/blocking.hpp>
#include <gangway/net/deadline.hpp>
#include <gangway/net/dial.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/tcp_connect.hpp>

#include <boost/asio/this_coro.hpp>

namespace gangway::net {
namespace {

/// The caller's own expectation first, then what is pinned.
async_result<std::unique_ptr<host_key_ticket>> trust(dial_context context, model::endpoint server, host_key presented,
                                                     std::optional<model::fingerprint> expected) {
    const auto shown = presented.fingerprint();
    if (expected && *expected != shown) co_return std::unexpected(host_key_mismatch(server, *expected, shown));
    // First contacts with one server wait for each other, so the bound is a whole login.
    co_return co_await with_deadline(context.host_keys.check(server, std::move(presented)),
                                     context.limits.key_exchange + context.limits.authentication, base::phase::hostkey,
                                     "another first login to this server");
}

}  // namespace

async_result<std::optional<crypto::private_key>> decode_key(const model::credentials& who,
                                                            asio::thread_pool& blocking) {
    if (!who.key) co_return std::optional<crypto::private_key>{};
    auto decoded = co_await run_blocking(
        blocking, [&key = *who.key] { return crypto::decode_private_key(key.text, key.passphrase); });
    if (!decoded) co_return std::unexpected(decoded.error());
    co_return std::optional{std::move(*decoded)};
}

async_result<sftp_connection> dial(dial_context context, model::endpoint server, model::credentials who,
                                   std::optional<model::fingerprint> expected, dial_report& report) {
    // A key that cannot be read is known before anything is connected.
    report.reached = base::phase::request;
    const auto key = co_await decode_key(who, context.blocking);
    if (!key) co_return std::unexpected(key.error());

    auto socket =
        co_await tcp_connect(server, context.egress, context.blocking, context.limits.connect, report.reached);
    if (!socket) co_return std::unexpected(socket.error());

    report.reached = base::phase::ssh;
    sftp_connection connection;
    auto link = co_await ssh_link::open(std::move(*socket), context.host_keys.known_types(server), context.limits);
    if (!link) co_return std::unexpected(link.error());
    connection.link = std::move(*link);

    report.reached = base::phase::hostkey;
    report.host_key = connection.link->server_key().fingerprint();
    const auto ticket = co_await trust(context, server, connection.link->server_key(), expected);
    if (!ticket) co_return std::unexpected(ticket.error());

    report.reached = base::phase::auth;
    auto logged_in = co_await connection.link->login(who, *key ? &**key : nullptr);
    if (!logged_in) co_return std::unexpected(logged_in.error());
    report.accepted_signer = std::move(*logged_in);
    const auto pinned = co_await (*ticket)->confirm();
    if (!pinned) co_return std::unexpected(pinned.error());

    report.reached = base::phase::subsystem;
    auto channel = co_await connection.link->open_sftp();
    if (!channel) co_return std::unexpected(channel.error());
    connection.client = sftp_client::begin(std::move(*channel), context.limits.operation);
    if (!context.hasty || !takes_requests_ahead(connection.link->server()))
        if (const auto ready = co_await connection.client->greeted(); !ready) co_return std::unexpected(ready.error());
    report.reached = base::phase::sftp;
    co_return connection;
}

async_result<identification> identify(dial_context context, model::endpoint server, base::phase& reached) {
    auto socket = co_await tcp_connect(server, context.egress, context.blocking, context.limits.connect, reached);
    if (!socket) co_return std::unexpected(socket.error());
    reached = base::phase::ssh;
    co_return co_await await_identification(*socket, context.limits.identification);
}

}  // namespace gangway::net
