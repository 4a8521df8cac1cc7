#pragma once
/// Logging in through the project's own SSH client (RFC 4252, RFC 4256).

#include "ssh_channel.hpp"
#include "ssh_core.hpp"

#include <gangway/crypto/private_key.hpp>
#include <gangway/model/credentials.hpp>
#include <gangway/net/ssh_link.hpp>

#include <deque>
#include <memory>
#include <string>

namespace gangway::net {

/// Asks with the method "none" what the server accepts for this user. The host key has been accepted.
[[nodiscard]] async_result<login_progress> ssh_methods(ssh_core& core, std::string username);

/// See `ssh_link::login`. The host key has been accepted. `ahead` may hold a channel that is to be asked for together
/// with a proof that should do; it is gone if that did not.
[[nodiscard]] async_result<std::string> ssh_login(ssh_core& core, const model::credentials& who,
                                                  const crypto::private_key* key,
                                                  std::deque<std::unique_ptr<ssh_channel>>& ahead);

}  // namespace gangway::net
