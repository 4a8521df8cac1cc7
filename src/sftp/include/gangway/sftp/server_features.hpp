#pragma once
/// What a server said about itself: its VERSION and its answer to limits@openssh.com.

#include <gangway/sftp/protocol.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gangway::sftp {

struct limits_reply;
struct version_reply;

/// One announcement in VERSION: octets of the server's choice.
struct extension {
    std::string name;
    std::string data;
    friend bool operator==(const extension&, const extension&) = default;
};

/// How much a server takes at once, made safe to use: what it left open or made absurd is replaced.
struct server_limits {
    std::uint32_t read = default_transfer;        ///< octets to ask for in one READ: 1 KiB to 255 KiB
    std::uint32_t write = default_transfer;       ///< octets to send in one WRITE: 1 KiB to 255 KiB
    std::optional<std::uint64_t> open_handles{};  ///< only if the server limits them; says nothing about requests
    bool told = false;                            ///< whether the server answered, or these are the defaults

    /// Zero means "no limit of its own" (PROTOCOL 4.8) and takes what all servers take.
    [[nodiscard]] static server_limits from(const limits_reply& reply) noexcept;
    friend bool operator==(const server_limits&, const server_limits&) = default;
};

/// An extension is on only if VERSION announced it in the revision known here; no other request may be sent.
struct server_features {
    std::uint32_t version = 0;            ///< 3 once VERSION came
    bool posix_rename = false;            ///< posix-rename@openssh.com 1
    bool statvfs = false;                 ///< statvfs@openssh.com 2
    bool fstatvfs = false;                ///< fstatvfs@openssh.com 2
    bool hardlink = false;                ///< hardlink@openssh.com 1
    bool fsync = false;                   ///< fsync@openssh.com 1
    bool lsetstat = false;                ///< lsetstat@openssh.com 1
    bool limits_request = false;          ///< limits@openssh.com 1
    bool copy_data = false;               ///< copy-data 1
    bool users_groups_by_id = false;      ///< users-groups-by-id@openssh.com 1
    bool check_file_name = false;         ///< check-file or check-file-name, any data
    bool check_file_handle = false;       ///< check-file or check-file-handle, any data
    std::vector<extension> extensions{};  ///< all of them as announced, for people
    server_limits limits{};

    /// Nothing if there are more announcements than the limits allow. The same name may come several times, e.g. with
    /// different revisions (PROTOCOL 4.2).
    [[nodiscard]] static std::optional<server_features> from(const version_reply& reply);
};

}  // namespace gangway::sftp
