#pragma once
/// What a user has to prove who they are.

#include <gangway/base/secret.hpp>

#include <optional>
#include <string>

namespace gangway::model {

/// A private key file as it was given, not yet decoded.
struct key_file {
    base::secret text;
    base::secret passphrase;  ///< empty: none was given
};

/// At least one of `key`, `agent` and `password` is set. The key is tried first, then the agent's keys; the password
/// serves servers that ask for both (`publickey,password`), or stands alone.
struct credentials {
    std::string username;
    std::optional<key_file> key{};
    std::optional<base::secret> password{};
    bool agent = false;  ///< offer the keys of the agent at SSH_AUTH_SOCK: only for a user's own command line
};

}  // namespace gangway::model
