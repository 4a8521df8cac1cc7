#pragma once
/// The one door to a server: whoever needs files gets a logged-in session here.

#include <gangway/model/credentials.hpp>
#include <gangway/model/endpoint.hpp>
#include <gangway/model/fingerprint.hpp>
#include <gangway/net/dial.hpp>
#include <gangway/net/doctor.hpp>
#include <gangway/net/sftp_client.hpp>

#include <memory>
#include <optional>

namespace gangway::remote {

/// Where to, and as whom.
struct target {
    model::endpoint server;
    model::credentials who;
    std::optional<model::fingerprint> expected_key{};
};

/// A session for one piece of work. Destroying it gives the session back, or closes it.
class lease {
  public:
    virtual ~lease() = default;
    /// Used only on `client().executor()`.
    [[nodiscard]] virtual net::sftp_client& client() noexcept = 0;
};

/// Safe from any thread; outlives its leases.
class sessions {
  public:
    virtual ~sessions() = default;
    /// A logged-in session, on the calling coroutine's executor, which must be a strand. `report` tells the host key
    /// even where an error follows. After two refused logins with the same credential no third is tried for a while:
    /// `errc::too_many_refusals` (fact "retryAfter", seconds).
    [[nodiscard]] virtual net::async_result<std::unique_ptr<lease>> acquire(target where, net::dial_report& report) = 0;
    /// Only what the server says of itself; no login.
    [[nodiscard]] virtual net::async_result<net::identification> identify(model::endpoint server) = 0;
    /// The doctor; without credentials if `who` is empty.
    [[nodiscard]] virtual net::awaitable<net::checkup> examine(model::endpoint server,
                                                               std::optional<model::credentials> who,
                                                               std::optional<model::fingerprint> expected) = 0;
};

/// Sessions that are opened for each lease and closed after it.
[[nodiscard]] std::unique_ptr<sessions> make_sessions(net::dial_context context);

}  // namespace gangway::remote
