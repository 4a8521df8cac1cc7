#pragma once
/// From what a user has to a logged-in connection: which host key is trusted, and which credential is tried when.

#include "identities.hpp"
#include "person.hpp"

#include <gangway/model/credentials.hpp>
#include <gangway/model/endpoint.hpp>
#include <gangway/net/dial.hpp>
#include <gangway/net/known_hosts.hpp>

#include <optional>
#include <string>
#include <vector>

namespace gangway::cli {

/// Makes connections; a test has its own.
class dialer {
  public:
    virtual ~dialer() = default;
    /// As `net::dial`; `unknown` says what becomes of a server that no known_hosts file has.
    [[nodiscard]] virtual net::async_result<net::sftp_connection> dial(model::credentials who,
                                                                       net::first_contact unknown,
                                                                       std::optional<model::fingerprint> expected) = 0;
};

/// What may be tried, in this order: the agent, each key, and the password.
struct login_means {
    std::string username;
    bool agent = false;
    std::vector<identity> identities{};
    std::optional<base::secret> password{};    ///< from --password-stdin; without it the person may be asked
    std::optional<base::secret> passphrase{};  ///< from --passphrase-stdin: for every encrypted key
    bool accept_new = false;                   ///< pin an unknown server without asking
};

/// Dials until a credential is accepted; each try is a connection of its own.
///
/// An unknown host key is shown to the person, and what they accept is the only key that is then pinned; without a
/// person it is `host_key_unknown`. A password is asked for only after a connection has shown that the host key is
/// right and that the server takes passwords. Of each secret three wrong ones are taken.
/// Errors: those of `net::dial` and of the key files given with -i.
[[nodiscard]] net::async_result<net::sftp_connection> log_in(dialer& dial, person& asked, model::endpoint server,
                                                             login_means means);

}  // namespace gangway::cli
