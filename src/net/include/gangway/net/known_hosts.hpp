#pragma once
/// The OpenSSH known_hosts file: reading (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT") and pinning on first contact.

#include <gangway/net/host_key.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::net {

/// What a file says about one server.
struct known_keys {
    std::vector<host_key> trusted;
    std::vector<host_key> revoked;  ///< lines marked @revoked
};

/// The keys in the text of a known_hosts file that apply to `server`: plain, wildcard, negated and hashed host
/// patterns, `[host]:port`. Lines that cannot be read, and @cert-authority lines, are passed over.
[[nodiscard]] known_keys find_known_keys(std::string_view file, const model::endpoint& server);

/// The line that pins `key` for `server`, with its line end; the port is written when it is not 22.
[[nodiscard]] std::string known_hosts_line(const model::endpoint& server, const host_key& key);

/// What to do with a server that no file knows.
enum class first_contact { pin, refuse };

/// Trust by known_hosts files: `own` is read and written, the `others` are only read.
///
/// On a first contact (with `first_contact::pin`)
/// - the new file is written beside the old one and synced *before* any credential is sent, so that a full disk ends
///   the connection and not the pin; it takes the old one's place when the login succeeded;
/// - first contacts with one server go one after the other, so that with two keys on offer exactly one is pinned and
///   whoever meets the other one fails;
/// - other processes are kept out by a lock on the file while it changes.
/// Safe from any thread.
[[nodiscard]] std::unique_ptr<host_key_policy> make_known_hosts_policy(std::filesystem::path own,
                                                                       std::vector<std::filesystem::path> others,
                                                                       first_contact unknown);

}  // namespace gangway::net
