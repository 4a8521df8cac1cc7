#pragma once
/// STATUS: how a request ended (draft section 7).

#include <gangway/sftp/fields.hpp>
#include <gangway/sftp/protocol.hpp>

#include <string_view>

namespace gangway::sftp {

/// Servers that speak earlier drafts leave out the two texts, and some append more; neither is an error.
struct status_reply {
    static constexpr auto type = packet_type::status;

    status_code code = status_code::ok;
    std::string_view message{};   ///< for people, the server's octets: escape before showing
    std::string_view language{};  ///< RFC 1766

    constexpr void fields(this auto& self, auto& codec) {
        codec(self.code, field::if_sent{self.message}, field::if_sent{self.language}, field::ignored_rest{});
    }
};

}  // namespace gangway::sftp
