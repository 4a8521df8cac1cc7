#pragma once
/// What a user has to prove who they are.

#include <gangway/base/secret.hpp>
#include <gangway/model/signer.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gangway::model {

/// A private key file as it was given, not yet decoded.
struct key_file {
    base::secret text;
    base::secret passphrase;  ///< empty: none was given
};

/// At least one of `key`, `agent`, `signers` and `password` is set. The key is tried first, then the agent's keys, then
/// the signers in their order, each of which is asked about before it signs; the password
/// serves servers that ask for both (`publickey,password`), or stands alone.
struct credentials {
    std::string username;
    std::optional<key_file> key{};
    std::optional<base::secret> password{};
    bool agent = false;  ///< offer the keys of the agent at SSH_AUTH_SOCK: only for a user's own command line
    std::vector<std::shared_ptr<const signer>> signers{};  ///< shared with every copy of these credentials
};

}  // namespace gangway::model
