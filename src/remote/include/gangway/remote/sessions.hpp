#pragma once
/// The one door to a server: whoever needs files gets a logged-in session here.

#include <gangway/model/credentials.hpp>
#include <gangway/model/endpoint.hpp>
#include <gangway/model/fingerprint.hpp>
#include <gangway/model/remote_path.hpp>
#include <gangway/net/dial.hpp>
#include <gangway/net/doctor.hpp>
#include <gangway/net/sftp_client.hpp>
#include <gangway/net/striped_writer.hpp>
#include <gangway/remote/login_keeper.hpp>
#include <gangway/remote/pool_limits.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace gangway::remote {

/// Where to, and as whom.
struct target {
    model::endpoint server;
    model::credentials who;
    std::optional<model::fingerprint> expected_key{};
    std::shared_ptr<login_keeper> managed{};  ///< set for a managed connection; shared by the copies of this
    std::string path_root{};                  ///< paths stay under it; empty: anywhere
    std::vector<model::remote_path> paths{};  ///< what the work is about; to be checked with `check_beneath`
    std::string on_behalf_of{};  ///< whoever is told from others by the gate; sessions are shared in spite of it
};

/// Asked right before a connection is made. Safe from any thread.
class dial_gate {
  public:
    virtual ~dial_gate() = default;
    /// An error becomes that of `acquire`, for this caller alone.
    [[nodiscard]] virtual base::result<void> pass(std::string_view on_behalf_of) = 0;
};

/// A session for one piece of work. Destroying it gives the session back, or closes it.
class lease {
  public:
    virtual ~lease() = default;
    /// Used only on `client().executor()`.
    [[nodiscard]] virtual net::sftp_client& client() noexcept = 0;
    /// Opens further channels to the same account for one large file, or is empty. To be used, and what it opened
    /// destroyed, on the same executor and before the lease goes.
    [[nodiscard]] virtual net::channel_opener more() { return {}; }
    /// Whether the session was there before: then its connection may be found dead only by using it, and what changes
    /// nothing on the server deserves one more try on a new one.
    [[nodiscard]] virtual bool reused() const noexcept = 0;
};

/// The pool at one moment, and since the start.
struct pool_statistics {
    std::size_t connections = 0;  ///< logged in
    std::size_t dialling = 0;     ///< connections being made
    std::size_t leases = 0;       ///< pieces of work
    std::size_t waiting = 0;      ///< callers without a connection
    std::uint64_t dials = 0;      ///< connections that were made, or tried
    /// Dials that came to no session, by reason.
    std::vector<std::pair<std::error_code, std::uint64_t>> failures{};
};

/// Safe from any thread; outlives its leases.
class sessions {
  public:
    virtual ~sessions() = default;
    /// A logged-in session, perhaps one that others use too; it has a strand of its own. `report` tells the host key
    /// even where an error follows. Errors, beside those of `net::dial`: after two refused logins with the same
    /// credential no third is tried for a while, `errc::too_many_refusals`; the server has all the connections it may
    /// have, and none became free in time, `errc::too_many_connections`; both with the fact "retryAfter" in seconds.
    /// Cancelling gives the place in the queue up. `connection_changed` where a managed connection is not what it was
    /// when `where` was made.
    [[nodiscard]] virtual net::async_result<std::unique_ptr<lease>> acquire(target where, net::dial_report& report) = 0;
    /// Ends the sessions of a managed connection, with what is under way on them.
    virtual void retire(const std::string& connection_id) = 0;
    /// This login was accepted elsewhere: refusals of the same credential do not count any more.
    virtual void accepted(const target& /*where*/) {}
    /// Only what the server says of itself; no login. `reached` is the stage it is in.
    [[nodiscard]] virtual net::async_result<net::identification> identify(model::endpoint server,
                                                                          base::phase& reached) = 0;
    /// The doctor; without credentials if `who` is empty.
    [[nodiscard]] virtual net::awaitable<net::checkup> examine(model::endpoint server,
                                                               std::optional<model::credentials> who,
                                                               std::optional<model::fingerprint> expected) = 0;
    /// For whoever watches. Empty where there is no pool.
    [[nodiscard]] virtual pool_statistics statistics() const { return {}; }
};

/// Sessions that are kept for a while and shared by everybody who comes with the same server, user, credential and
/// expected host key. Connections run on strands of `executor`. `gate` outlives them; null lets all pass.
[[nodiscard]] std::unique_ptr<sessions> make_sessions(net::dial_context context, net::asio::any_io_executor executor,
                                                      pool_limits limits = {}, dial_gate* gate = nullptr);

}  // namespace gangway::remote
