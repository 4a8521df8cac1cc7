#pragma once
/// Trust in the server of one managed connection, by the pin in the database.

#include <gangway/net/first_contact_gate.hpp>
#include <gangway/net/host_key.hpp>
#include <gangway/remote/managed_connections.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/store/connections.hpp>
#include <gangway/store/host_keys.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gangway::remote {

/// Decides by the pin that was read with the connection.
///
/// - Another key than the pinned one is noted in the database (quarantine, health, audit), `told` is called in that
///   transaction, and the key is refused; also where that note cannot be written.
/// - Without a pin, a connection with a password is refused: somebody has to confirm the fingerprint first.
/// - Without a pin, a connection with keys is pinned when the login succeeds. Before a signature leaves, the presented
///   fingerprint is written to the audit: a database that cannot be written ends the connection there. First contacts
///   go one after the other in this process; between processes the row decides, and whoever finds another key pinned
///   meanwhile fails.
///
/// Errors: `host_key_mismatch`, `host_key_unknown`, `host_key_store_failed`. Safe from any thread. What the constructor
/// is given by reference outlives it.
class managed_host_keys final : public net::host_key_policy {
  public:
    managed_host_keys(store::async_database& database, net::first_contact_gate& gate, std::string connection_id,
                      store::authentication how, std::optional<store::host_key_pin> pinned,
                      quarantine_listener told = {});

    std::vector<std::string> known_types(const model::endpoint& server) override;
    net::async_result<std::unique_ptr<net::host_key_ticket>> check(model::endpoint server,
                                                                   net::host_key presented) override;

  private:
    [[nodiscard]] net::async_result<std::unique_ptr<net::host_key_ticket>> compare(store::host_key_pin pinned,
                                                                                   model::endpoint server,
                                                                                   net::host_key presented);

    store::async_database& database_;
    net::first_contact_gate& gate_;
    std::string id_;
    store::authentication how_;
    std::optional<store::host_key_pin> pinned_;
    quarantine_listener told_;
};

/// The error for a pin that a server does not match; no credential was sent.
[[nodiscard]] base::error pin_mismatch(const model::endpoint& server, const store::host_key_pin& pinned,
                                       const std::string& presented);

}  // namespace gangway::remote
