#pragma once
/// Whether the other side of a connection is still there, without reading from it.

#include <gangway/net/asio.hpp>

namespace gangway::net {

/// Whether the other side has closed its half, or the whole connection is gone. Octets that came before and were not
/// read yet do not hide it.
[[nodiscard]] bool has_hung_up(tcp::socket& socket) noexcept;

}  // namespace gangway::net
