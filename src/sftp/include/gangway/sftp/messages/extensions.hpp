#pragma once
/// Requests beyond the draft that OpenSSH and others answer; each only if VERSION announced it.
/// Sources: OpenSSH PROTOCOL, sections 4.3 to 4.10.

#include <gangway/sftp/attributes.hpp>
#include <gangway/sftp/messages/status.hpp>
#include <gangway/sftp/server_features.hpp>

#include <cstdint>
#include <string_view>

namespace gangway::sftp {

/// Renames as POSIX rename(2): an existing file at `new_path` is replaced at once.
struct posix_rename_request {
    static constexpr auto type = packet_type::extended;
    static constexpr std::string_view label = "POSIX_RENAME";
    static constexpr std::string_view extension = "posix-rename@openssh.com";
    static constexpr auto feature = &server_features::posix_rename;
    using reply_type = status_reply;

    std::string_view old_path{};
    std::string_view new_path{};

    constexpr void fields(this auto& self, auto& codec) {
        codec(field::path(self.old_path), field::path(self.new_path));
    }
};

/// Makes `new_path` another name of the file at `old_path`, as link(2).
struct hardlink_request {
    static constexpr auto type = packet_type::extended;
    static constexpr std::string_view label = "HARDLINK";
    static constexpr std::string_view extension = "hardlink@openssh.com";
    static constexpr auto feature = &server_features::hardlink;
    using reply_type = status_reply;

    std::string_view old_path{};
    std::string_view new_path{};

    constexpr void fields(this auto& self, auto& codec) {
        codec(field::path(self.old_path), field::path(self.new_path));
    }
};

/// Writes the file's octets to stable storage, as fsync(2).
struct fsync_request {
    static constexpr auto type = packet_type::extended;
    static constexpr std::string_view label = "FSYNC";
    static constexpr std::string_view extension = "fsync@openssh.com";
    static constexpr auto feature = &server_features::fsync;
    using reply_type = status_reply;

    std::string_view handle{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::handle(self.handle)); }
};

/// SETSTAT of a symbolic link itself.
struct lsetstat_request {
    static constexpr auto type = packet_type::extended;
    static constexpr std::string_view label = "LSETSTAT";
    static constexpr std::string_view extension = "lsetstat@openssh.com";
    static constexpr auto feature = &server_features::lsetstat;
    using reply_type = status_reply;

    std::string_view path{};
    attributes attrs{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::path(self.path), self.attrs); }
};

/// Copies `length` octets between two open files of the server; length 0 is up to the end.
struct copy_data_request {
    static constexpr auto type = packet_type::extended;
    static constexpr std::string_view label = "COPY_DATA";
    static constexpr std::string_view extension = "copy-data";
    static constexpr auto feature = &server_features::copy_data;
    using reply_type = status_reply;

    std::string_view from_handle{};
    std::uint64_t from_offset = 0;
    std::uint64_t length = 0;
    std::string_view to_handle{};
    std::uint64_t to_offset = 0;

    constexpr void fields(this auto& self, auto& codec) {
        codec(field::handle(self.from_handle), self.from_offset, self.length, field::handle(self.to_handle),
              self.to_offset);
    }
};

}  // namespace gangway::sftp
