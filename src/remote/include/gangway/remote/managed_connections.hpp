#pragma once
/// From the id of a managed connection to everything that a login needs.

#include <gangway/base/error.hpp>
#include <gangway/net/dial.hpp>
#include <gangway/net/doctor.hpp>
#include <gangway/net/first_contact_gate.hpp>
#include <gangway/remote/sessions.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/store/connections.hpp>
#include <gangway/store/host_keys.hpp>
#include <gangway/store/keys.hpp>
#include <gangway/vault/vault.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace gangway::remote {

/// A host key that a server has just proved to hold.
struct presented_key {
    std::string fingerprint;
    std::string type;
};

/// Called in the transaction that puts a connection into quarantine, so that others can be told; as a repository, it
/// may throw, and run twice.
using quarantine_listener = std::function<void(store::transaction&, std::string_view connection)>;

/// Safe from any thread; outlives the targets it gives out.
class managed_connections {
  public:
    /// So many keys of one connection are offered in a login, the newest first: servers count each as a try.
    static constexpr std::size_t most_keys = 5;

    /// All of it outlives this.
    managed_connections(net::dial_context context, store::async_database& database, const vault::vault& secrets,
                        sessions& servers, quarantine_listener told = {})
        : context_(context), database_(database), secrets_(secrets), servers_(servers), told_(std::move(told)) {}

    /// What to ask `sessions` for. Nothing is dialled. Errors: `no_such_connection`; `connection_paused`;
    /// `host_key_mismatch` while it is in quarantine; `no_credential`; of `store`; of `vault`.
    [[nodiscard]] net::async_result<target> find(std::string id);

    /// The doctor with the connection's own credentials, also while it is paused or in quarantine: a key other than the
    /// pinned one still ends it before any credential. Pins, and notes health and the accepted key, as any login; after
    /// a success refusals of these credentials do not count any more. What is under way after `limit` is the step that
    /// failed, with `timed_out`. The caller runs on a strand.
    [[nodiscard]] net::async_result<net::checkup> test(std::string id, std::chrono::milliseconds limit);

    /// The host key that the server presents now, with no credential sent and nothing noted. Errors: as of `net::dial`.
    [[nodiscard]] net::async_result<presented_key> handshake(std::string id);

    /// To be called after the connection, its keys, password or pin were changed: its sessions end at once, what is
    /// under way on them fails, and logins that were begun before are given up.
    void changed(const std::string& id);

  private:
    class keeper;
    struct material;
    enum class wanted : bool { to_work, to_test };
    using generation = std::uint64_t;

    [[nodiscard]] generation generation_of(const std::string& id) const;
    [[nodiscard]] net::async_result<material> load(std::string id);
    [[nodiscard]] base::result<target> make_target(material from, generation when);
    [[nodiscard]] net::async_result<target> prepare(std::string id, wanted what);

    net::dial_context context_;
    store::async_database& database_;
    const vault::vault& secrets_;
    sessions& servers_;
    quarantine_listener told_;
    net::first_contact_gate gate_{};
    mutable std::mutex mutex_{};                       ///< guards the rest
    std::map<std::string, generation> generations_{};  ///< of the connections that were changed
};

}  // namespace gangway::remote
