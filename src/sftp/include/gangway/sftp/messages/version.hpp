#pragma once
/// INIT and VERSION: the first message each way (draft section 4).

#include <gangway/sftp/sequence.hpp>

#include <cstdint>
#include <string_view>

namespace gangway::sftp {

/// An extension's name and data, the sender's octets.
struct extension_pair {
    static constexpr std::size_t least_octets = 8;

    std::string_view name{};
    std::string_view data{};

    constexpr void fields(this auto& self, auto& codec) { codec(self.name, self.data); }
};

struct version_reply {
    static constexpr auto type = packet_type::version;

    std::uint32_t version = protocol_version;
    sequence<extension_pair> extensions{};

    constexpr void fields(this auto& self, auto& codec) { codec(self.version, field::until_end{self.extensions}); }
};

struct init_request {
    static constexpr auto type = packet_type::init;
    static constexpr std::string_view label = "INIT";
    using reply_type = version_reply;

    std::uint32_t version = protocol_version;
    sequence<extension_pair> extensions{};

    constexpr void fields(this auto& self, auto& codec) { codec(self.version, field::until_end{self.extensions}); }
};

}  // namespace gangway::sftp
