#include "ssh_link_kinds.hpp"

#include <utility>

namespace gangway::net {

async_result<std::unique_ptr<ssh_link>> ssh_link::open(tcp::socket socket, std::vector<std::string> preferred_host_keys,
                                                       timers limits) {
#ifdef GANGWAY_NATIVE_SSH
    return open_native_link(std::move(socket), std::move(preferred_host_keys), limits);
#else
    return open_libssh_link(std::move(socket), std::move(preferred_host_keys), limits);
#endif
}

}  // namespace gangway::net
