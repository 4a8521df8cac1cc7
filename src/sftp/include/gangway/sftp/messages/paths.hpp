#pragma once
/// Removing, renaming, links and canonical paths (draft sections 6.5, 6.10 and 6.11).

#include <gangway/sftp/attributes.hpp>
#include <gangway/sftp/messages/status.hpp>

#include <string_view>

namespace gangway::sftp {

/// A NAME reply with exactly one name, as REALPATH and READLINK get; its attributes are dummies (section 6.11).
struct path_reply {
    static constexpr auto type = packet_type::name;

    std::string_view path{};  ///< not empty

    constexpr void fields(this auto& self, auto& codec) {
        attributes dummies;
        codec(field::exactly{1}, field::not_empty(self.path), field::ignored{}, dummies);
    }
};

struct remove_request {
    static constexpr auto type = packet_type::remove;
    static constexpr std::string_view label = "REMOVE";
    using reply_type = status_reply;

    std::string_view path{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::path(self.path)); }
};

/// The draft wants it to fail if `new_path` exists; some servers replace it.
struct rename_request {
    static constexpr auto type = packet_type::rename;
    static constexpr std::string_view label = "RENAME";
    using reply_type = status_reply;

    std::string_view old_path{};
    std::string_view new_path{};

    constexpr void fields(this auto& self, auto& codec) {
        codec(field::path(self.old_path), field::path(self.new_path));
    }
};

struct realpath_request {
    static constexpr auto type = packet_type::realpath;
    static constexpr std::string_view label = "REALPATH";
    using reply_type = path_reply;

    std::string_view path{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::path(self.path)); }
};

struct readlink_request {
    static constexpr auto type = packet_type::readlink;
    static constexpr std::string_view label = "READLINK";
    using reply_type = path_reply;

    std::string_view path{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::path(self.path)); }
};

/// Makes `link_path` a symbolic link to `target`. The draft (6.10) sends the link first; OpenSSH sends and expects the
/// target first (its PROTOCOL, section 4.1), the servers after it followed, and so does this.
struct symlink_request {
    static constexpr auto type = packet_type::symlink;
    static constexpr std::string_view label = "SYMLINK";
    using reply_type = status_reply;

    std::string_view target{};
    std::string_view link_path{};

    constexpr void fields(this auto& self, auto& codec) {
        codec(field::path(self.target), field::path(self.link_path));
    }
};

}  // namespace gangway::sftp
