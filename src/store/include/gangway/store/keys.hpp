#pragma once
/// The public halves of the key pairs that connections log in with. The private halves are in `secrets`, sealed.

#include <gangway/store/transaction.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::store {

struct connection_key {
    std::string id{};
    std::string connection_id{};
    std::string algorithm{};    ///< "ssh-ed25519", …
    std::string public_line{};  ///< for authorized_keys
    std::string fingerprint{};  ///< "SHA256:…"
    timestamp created_at{};
    std::optional<timestamp> last_accepted_at{};
    std::optional<timestamp> revoked_at{};

    friend bool operator==(const connection_key&, const connection_key&) = default;
};

namespace keys {

/// Sets `created_at`.
void add(transaction& tx, connection_key row);
[[nodiscard]] std::optional<connection_key> find(transaction& tx, std::string_view id);
/// Oldest first, revoked ones too.
[[nodiscard]] std::vector<connection_key> list(transaction& tx, std::string_view connection);
/// Those to log in with: not revoked, the one that was accepted last first, then the newest.
[[nodiscard]] std::vector<connection_key> active(transaction& tx, std::string_view connection);
/// The server has accepted it, now.
void accepted(transaction& tx, std::string_view id);
/// Ends its use and deletes its sealed half; false if that was done before, or there is no such key.
bool revoke(transaction& tx, std::string_view id);

}  // namespace keys
}  // namespace gangway::store
