#pragma once
/// statvfs@openssh.com and fstatvfs@openssh.com: the space on a file system (OpenSSH PROTOCOL, section 4.4).

#include <gangway/sftp/fields.hpp>
#include <gangway/sftp/server_features.hpp>

#include <cstdint>
#include <string_view>

namespace gangway::sftp {

/// As statvfs(3). Sizes are in units of `fragment_size` octets.
struct statvfs_reply {
    static constexpr auto type = packet_type::extended_reply;
    static constexpr std::uint64_t read_only = 0x1, no_setuid = 0x2;  ///< bits of `flags`

    std::uint64_t block_size = 0;
    std::uint64_t fragment_size = 0;
    std::uint64_t blocks = 0;
    std::uint64_t blocks_free = 0;
    std::uint64_t blocks_available = 0;  ///< to users without privilege
    std::uint64_t files = 0;
    std::uint64_t files_free = 0;
    std::uint64_t files_available = 0;
    std::uint64_t file_system_id = 0;
    std::uint64_t flags = 0;
    std::uint64_t max_name = 0;

    constexpr void fields(this auto& self, auto& codec) {
        codec(self.block_size, self.fragment_size, self.blocks, self.blocks_free, self.blocks_available, self.files,
              self.files_free, self.files_available, self.file_system_id, self.flags, self.max_name);
    }
};

struct statvfs_request {
    static constexpr auto type = packet_type::extended;
    static constexpr std::string_view label = "STATVFS";
    static constexpr std::string_view extension = "statvfs@openssh.com";
    static constexpr auto feature = &server_features::statvfs;
    using reply_type = statvfs_reply;

    std::string_view path{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::path(self.path)); }
};

struct fstatvfs_request {
    static constexpr auto type = packet_type::extended;
    static constexpr std::string_view label = "FSTATVFS";
    static constexpr std::string_view extension = "fstatvfs@openssh.com";
    static constexpr auto feature = &server_features::fstatvfs;
    using reply_type = statvfs_reply;

    std::string_view handle{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::handle(self.handle)); }
};

}  // namespace gangway::sftp
