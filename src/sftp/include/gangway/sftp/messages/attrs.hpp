#pragma once
/// Asking for and setting a file's attributes (draft sections 6.8 and 6.9).

#include <gangway/sftp/attributes.hpp>
#include <gangway/sftp/messages/status.hpp>

#include <string_view>

namespace gangway::sftp {

struct attrs_reply {
    static constexpr auto type = packet_type::attrs;

    attributes attrs{};

    constexpr void fields(this auto& self, auto& codec) { codec(self.attrs); }
};

/// Follows symbolic links.
struct stat_request {
    static constexpr auto type = packet_type::stat;
    static constexpr std::string_view label = "STAT";
    using reply_type = attrs_reply;

    std::string_view path{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::path(self.path)); }
};

/// Does not follow a symbolic link.
struct lstat_request {
    static constexpr auto type = packet_type::lstat;
    static constexpr std::string_view label = "LSTAT";
    using reply_type = attrs_reply;

    std::string_view path{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::path(self.path)); }
};

struct fstat_request {
    static constexpr auto type = packet_type::fstat;
    static constexpr std::string_view label = "FSTAT";
    using reply_type = attrs_reply;

    std::string_view handle{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::handle(self.handle)); }
};

/// Sets what `attrs` has; follows symbolic links.
struct setstat_request {
    static constexpr auto type = packet_type::setstat;
    static constexpr std::string_view label = "SETSTAT";
    using reply_type = status_reply;

    std::string_view path{};
    attributes attrs{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::path(self.path), self.attrs); }
};

struct fsetstat_request {
    static constexpr auto type = packet_type::fsetstat;
    static constexpr std::string_view label = "FSETSTAT";
    using reply_type = status_reply;

    std::string_view handle{};
    attributes attrs{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::handle(self.handle), self.attrs); }
};

}  // namespace gangway::sftp
