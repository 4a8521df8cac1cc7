#pragma once
/// Logging in through libssh (RFC 4252, RFC 4256).

#include "libssh_core.hpp"

#include <gangway/crypto/private_key.hpp>
#include <gangway/model/credentials.hpp>
#include <gangway/net/ssh_link.hpp>

namespace gangway::net {

/// Asks with the method "none" what the server accepts for this user.
[[nodiscard]] async_result<login_progress> libssh_methods(libssh_core& core, std::string username);

/// See `ssh_link::login`.
[[nodiscard]] async_result<void> libssh_login(libssh_core& core, const model::credentials& who,
                                              const crypto::private_key* key);

}  // namespace gangway::net
