#pragma once
/// The user's key agent (draft-ietf-sshm-ssh-agent): which keys it has, and signatures by them.

#include <gangway/net/asio.hpp>

#include <boost/asio/local/stream_protocol.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace gangway::net {

/// A connection to the agent at SSH_AUTH_SOCK. The agent belongs to the user, and is still only given 256 KiB and 32
/// keys. Errors: `auth_failed`, phase auth. Deadlines are the caller's; cancelling leaves the connection unusable.
class ssh_agent {
  public:
    explicit ssh_agent(asio::any_io_executor executor);

    /// The blobs of its keys.
    [[nodiscard]] async_result<std::vector<std::string>> keys();
    /// A signature of `octets`, as `string algorithm, string octets`; `algorithm` chooses the hash of an RSA key.
    [[nodiscard]] async_result<std::string> sign(std::string blob, std::string octets, std::string algorithm);

  private:
    [[nodiscard]] async_result<std::string> ask(std::string request);

    asio::local::stream_protocol::socket socket_;
};

}  // namespace gangway::net
