#pragma once
/// Several addresses, one connection (RFC 8305, "happy eyeballs").

#include <gangway/model/endpoint.hpp>
#include <gangway/net/asio.hpp>

#include <chrono>
#include <vector>

namespace gangway::net {

/// The same endpoints with the families taking turns, the first one's first (section 4); otherwise in their order.
[[nodiscard]] std::vector<tcp::endpoint> interleaved(const std::vector<tcp::endpoint>& endpoints);

/// On loopback, a connection to a free port that the system happens to choose as our own connects to itself.
[[nodiscard]] bool is_connected_to_itself(const tcp::socket& socket);

/// How long an address may take before the next one is tried beside it (section 5).
constexpr std::chrono::milliseconds connection_attempt_delay{250};

/// Connects to the first of `targets` that answers; they are started in order, one after each `delay` or as soon as
/// another failed (section 5). `server` is only named in errors. The caller runs on a strand, to which the socket
/// belongs. Errors: `connection_refused` if any was, otherwise `timed_out`, the system's own code where this machine
/// has no descriptor or memory left, or `unreachable`; phase tcp. Cancelling closes every attempt.
[[nodiscard]] async_result<tcp::socket> connect_first(model::endpoint server, std::vector<tcp::endpoint> targets,
                                                      std::chrono::milliseconds delay = connection_attempt_delay);

}  // namespace gangway::net
