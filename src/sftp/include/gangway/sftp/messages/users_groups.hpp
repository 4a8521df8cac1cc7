#pragma once
/// users-groups-by-id@openssh.com: names for numbers (OpenSSH PROTOCOL, section 4.12).

#include <gangway/sftp/sequence.hpp>
#include <gangway/sftp/server_features.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gangway::sftp {

struct account_id {
    static constexpr std::size_t least_octets = 4;

    std::uint32_t number = 0;

    constexpr void fields(this auto& self, auto& codec) { codec(self.number); }
};

struct account_name {
    static constexpr std::size_t least_octets = 4;

    std::string_view name{};  ///< empty if the server knows none

    constexpr void fields(this auto& self, auto& codec) { codec(self.name); }
};

/// Names in the order of the numbers asked for.
struct users_groups_reply {
    static constexpr auto type = packet_type::extended_reply;

    sequence<account_name> users{};
    sequence<account_name> groups{};

    constexpr void fields(this auto& self, auto& codec) {
        codec(field::nested{self.users}, field::nested{self.groups});
    }
};

/// Either may be empty. `append_item` makes the octets.
struct users_groups_request {
    static constexpr auto type = packet_type::extended;
    static constexpr std::string_view label = "USERS_GROUPS_BY_ID";
    static constexpr std::string_view extension = "users-groups-by-id@openssh.com";
    static constexpr auto feature = &server_features::users_groups_by_id;
    using reply_type = users_groups_reply;

    sequence<account_id> users{};
    sequence<account_id> groups{};

    constexpr void fields(this auto& self, auto& codec) {
        codec(field::nested{self.users}, field::nested{self.groups});
    }
};

}  // namespace gangway::sftp
