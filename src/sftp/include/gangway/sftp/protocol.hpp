#pragma once
/// The numbers of SFTP version 3 (draft-ietf-secsh-filexfer-02) and this product's limits on them.

#include <cstdint>
#include <string>
#include <string_view>

namespace gangway::sftp {

/// The only version spoken.
inline constexpr std::uint32_t protocol_version = 3;

/// Identifies a request on its channel until it is answered (section 3).
using request_id = std::uint32_t;

/// Section 3.
enum class packet_type : std::uint8_t {
    init = 1,
    version = 2,
    open = 3,
    close = 4,
    read = 5,
    write = 6,
    lstat = 7,
    fstat = 8,
    setstat = 9,
    fsetstat = 10,
    opendir = 11,
    readdir = 12,
    remove = 13,
    mkdir = 14,
    rmdir = 15,
    realpath = 16,
    stat = 17,
    rename = 18,
    readlink = 19,
    symlink = 20,
    status = 101,
    handle = 102,
    data = 103,
    name = 104,
    attrs = 105,
    extended = 200,
    extended_reply = 201,
};

/// "HANDLE", or "packet 77" for a number that is none of these.
[[nodiscard]] std::string to_string(packet_type type);

/// Section 7. Servers send codes of later drafts in version 3 sessions too, so every value is possible; those of
/// draft 13 have names here.
enum class status_code : std::uint32_t {
    ok = 0,
    eof = 1,
    no_such_file = 2,
    permission_denied = 3,
    failure = 4,
    bad_message = 5,
    no_connection = 6,
    connection_lost = 7,
    op_unsupported = 8,
    invalid_handle = 9,
    no_such_path = 10,
    file_already_exists = 11,
    write_protect = 12,
    no_media = 13,
    no_space_on_filesystem = 14,
    quota_exceeded = 15,
    unknown_principal = 16,
    lock_conflict = 17,
    dir_not_empty = 18,
    not_a_directory = 19,
    invalid_filename = 20,
    link_loop = 21,
    cannot_delete = 22,
    invalid_parameter = 23,
    file_is_a_directory = 24,
};

/// "NO_SUCH_FILE", or "STATUS_77" for a code without a name.
[[nodiscard]] std::string to_string(status_code code);

/// Bits of OPEN's pflags, section 6.3.
namespace open_flag {
inline constexpr std::uint32_t read = 0x01;
inline constexpr std::uint32_t write = 0x02;
inline constexpr std::uint32_t append = 0x04;
inline constexpr std::uint32_t create = 0x08;
inline constexpr std::uint32_t truncate = 0x10;
inline constexpr std::uint32_t exclusive = 0x20;
}  // namespace open_flag

/// The longest message (its type and all that follows; the length field itself is not counted) either side may send.
inline constexpr std::uint32_t max_message = 256 * 1024;
/// The longest NAME that answers a READDIR.
inline constexpr std::uint32_t max_listing = 4 * 1024 * 1024;
/// The longest path sent, and the longest handle accepted, in octets.
inline constexpr std::uint32_t max_path = 4096;
inline constexpr std::uint32_t max_handle = 256;
/// The most octets to READ or WRITE at once: what OpenSSH takes, and it leaves room for the other fields.
inline constexpr std::uint32_t max_transfer = 255 * 1024;
/// What every server takes: draft section 3 asks for messages of 34000 octets with at most 32768 of data.
inline constexpr std::uint32_t default_transfer = 32 * 1024;
/// What a server may announce in VERSION: pairs, and octets in all of them together.
inline constexpr std::size_t max_extensions = 128;
inline constexpr std::size_t max_extension_octets = 16 * 1024;

}  // namespace gangway::sftp
