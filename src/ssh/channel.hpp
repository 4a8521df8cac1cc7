#pragma once
/// What is known about one channel (RFC 4254 section 5).

#include <gangway/ssh/events.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gangway::ssh {

inline constexpr std::uint32_t least_window = std::uint32_t{32} << 10;
inline constexpr std::uint32_t most_window = std::uint32_t{32} << 20;

struct channel {
    std::uint32_t remote = 0;         ///< the server's number of it
    std::uint32_t window = 0;         ///< how far is our receive window opened each time?
    std::uint32_t receive_left = 0;   ///< what may the server still send?
    std::uint32_t send_left = 0;      ///< what may we still send?
    std::uint32_t remote_packet = 0;  ///< how much data takes the server in one packet?
    unsigned requests = 0;            ///< how many of our requests are unanswered?
    bool open = false;                ///< has the server confirmed it?
    bool unwanted = false;            ///< was it closed before it was open?
    bool wants_write = false;         ///< has `write` taken less than it was given?
    bool eof_sent = false;
    bool close_sent = false;
    bool eof_received = false;
    std::optional<std::uint32_t> exit_status{};
    std::string errors{};  ///< the first octets of extended data
};

}  // namespace gangway::ssh
