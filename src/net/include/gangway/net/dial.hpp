#pragma once
/// From an endpoint to a logged-in SFTP client, in the one order that is safe: address check, connection,
/// identification, key exchange, host-key check, and only then credentials.

#include <gangway/model/credentials.hpp>
#include <gangway/model/endpoint.hpp>
#include <gangway/net/egress_policy.hpp>
#include <gangway/net/host_key.hpp>
#include <gangway/net/sftp_client.hpp>
#include <gangway/net/ssh_link.hpp>
#include <gangway/net/timers.hpp>

#include <memory>
#include <optional>

namespace gangway::net {

/// What every connection needs; all of it outlives the connections.
struct dial_context {
    const egress_policy& egress;
    host_key_policy& host_keys;
    asio::thread_pool& blocking;  ///< name lookups and key files
    timers limits{};
    /// Whether the client need not have its VERSION yet, where `takes_requests_ahead`: see `sftp_client::begin`.
    bool hasty = false;
};

/// A logged-in connection. The client goes before the link: members are destroyed from the last to the first.
struct sftp_connection {
    std::unique_ptr<ssh_link> link;
    std::unique_ptr<sftp_client> client;
};

/// What is known of the host key even when dialling failed after the key exchange.
struct dial_report {
    std::optional<model::fingerprint> host_key{};
    std::string accepted_signer{};           ///< `model::signer::id`; empty for other credentials
    base::phase reached = base::phase::dns;  ///< the stage dialling is in, for whoever gives up from outside
};

/// Runs on the coroutine's executor, which must be a strand of its own; the connection stays on it.
/// `expected` is compared as well as, not instead of, what `context.host_keys` knows. `report` is filled as far as
/// dialling came. Cancelling closes everything.
[[nodiscard]] async_result<sftp_connection> dial(dial_context context, model::endpoint server, model::credentials who,
                                                 std::optional<model::fingerprint> expected, dial_report& report);

/// The key file of `who`, decoded on `blocking` because that may take two seconds of computation; nothing if there is
/// none. `who` lives until the end. Errors: `crypto::errc`, phase request.
[[nodiscard]] async_result<std::optional<crypto::private_key>> decode_key(const model::credentials& who,
                                                                          asio::thread_pool& blocking);

/// Only the identification, over TCP; nothing is sent. `reached` is the stage it is in, as in a `dial_report`.
/// Errors: as of `tcp_connect` and `await_identification`.
[[nodiscard]] async_result<identification> identify(dial_context context, model::endpoint server, base::phase& reached);

}  // namespace gangway::net
