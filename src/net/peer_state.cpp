#include <gangway/net/peer_state.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace gangway::net {

bool has_hung_up(tcp::socket& socket) noexcept {
    ::tcp_info info{};
    ::socklen_t size = sizeof info;
    if (::getsockopt(socket.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return true;
    return info.tcpi_state != TCP_ESTABLISHED;
}

}  // namespace gangway::net
