#pragma once
/// The implementations of `ssh_link::open`; see there.

#include <gangway/net/ssh_link.hpp>

#include <memory>
#include <string>
#include <vector>

namespace gangway::net {

[[nodiscard]] async_result<std::unique_ptr<ssh_link>> open_libssh_link(tcp::socket socket,
                                                                       std::vector<std::string> preferred_host_keys,
                                                                       timers limits);
[[nodiscard]] async_result<std::unique_ptr<ssh_link>> open_native_link(tcp::socket socket,
                                                                       std::vector<std::string> preferred_host_keys,
                                                                       timers limits);

}  // namespace gangway::net
