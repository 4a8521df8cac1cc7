#pragma once
/// limits@openssh.com: how much the server takes at once (OpenSSH PROTOCOL, section 4.8).

#include <gangway/sftp/fields.hpp>
#include <gangway/sftp/protocol.hpp>
#include <gangway/sftp/server_features.hpp>

#include <cstdint>
#include <string_view>

namespace gangway::sftp {

/// As the server wrote it; zero means that it sets no limit. `server_limits::from` makes it safe to use.
struct limits_reply {
    static constexpr auto type = packet_type::extended_reply;

    std::uint64_t max_packet_length = 0;
    std::uint64_t max_read_length = 0;
    std::uint64_t max_write_length = 0;
    std::uint64_t max_open_handles = 0;

    constexpr void fields(this auto& self, auto& codec) {
        codec(self.max_packet_length, self.max_read_length, self.max_write_length, self.max_open_handles);
    }
};

/// The session asks by itself as soon as VERSION allows it; see `session::features`.
struct limits_request {
    static constexpr auto type = packet_type::extended;
    static constexpr std::string_view label = "LIMITS";
    static constexpr std::string_view extension = "limits@openssh.com";
    static constexpr auto feature = &server_features::limits_request;
    using reply_type = limits_reply;

    constexpr void fields(this auto&, auto&) {}
};

}  // namespace gangway::sftp
