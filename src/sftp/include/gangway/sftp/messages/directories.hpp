#pragma once
/// Listing, making and removing directories (draft sections 6.6 and 6.7).

#include <gangway/sftp/attributes.hpp>
#include <gangway/sftp/messages/files.hpp>
#include <gangway/sftp/messages/status.hpp>
#include <gangway/sftp/sequence.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gangway::sftp {

/// One name in a NAME reply. The "longname" between the two (a line like that of `ls -l`) is skipped: it is for
/// people, in no defined form, and may contradict the attributes.
struct name_entry {
    static constexpr std::size_t least_octets = 12;

    std::string_view name{};  ///< the server's octets: may be empty, hold a slash, or not be UTF-8
    attributes attrs{};

    constexpr void fields(this auto& self, auto& codec) { codec(self.name, field::ignored{}, self.attrs); }
};

/// Entries of a directory, "." and ".." among them where the server sends them. Range-for over `entries`.
struct name_reply {
    static constexpr auto type = packet_type::name;

    std::uint32_t count = 0;
    sequence<name_entry> entries{};

    constexpr void fields(this auto& self, auto& codec) { codec(self.count, field::counted{self.count, self.entries}); }
};

struct opendir_request {
    static constexpr auto type = packet_type::opendir;
    static constexpr std::string_view label = "OPENDIR";
    using reply_type = handle_reply;

    std::string_view path{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::path(self.path)); }
};

/// Answered with some of the names each time, and with STATUS EOF when there are no more.
struct readdir_request {
    static constexpr auto type = packet_type::readdir;
    static constexpr std::string_view label = "READDIR";
    using reply_type = name_reply;

    std::string_view handle{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::handle(self.handle)); }
};

struct mkdir_request {
    static constexpr auto type = packet_type::mkdir;
    static constexpr std::string_view label = "MKDIR";
    using reply_type = status_reply;

    std::string_view path{};
    attributes attrs{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::path(self.path), self.attrs); }
};

struct rmdir_request {
    static constexpr auto type = packet_type::rmdir;
    static constexpr std::string_view label = "RMDIR";
    using reply_type = status_reply;

    std::string_view path{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::path(self.path)); }
};

}  // namespace gangway::sftp
