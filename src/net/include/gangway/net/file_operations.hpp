#pragma once
/// What people do with files on a server, each as one call that behaves the same on every server.
///
/// Servers differ: status codes, RENAME over an existing file, RMDIR of a file, EXCL ignored (design, "Servers
/// differ"). These functions look first where a server could do harm, and translate what the server says into
/// `sftp::errc`. The message of an error is that of the request that failed: "OPENDIR failed: NO_SUCH_FILE — No such
/// file".
///
/// All run on the client's strand. Cancelling one closes the handle it holds, and removes a temporary file it made,
/// as far as the connection still allows.

#include <gangway/model/remote_path.hpp>
#include <gangway/net/directory_reader.hpp>
#include <gangway/net/sftp_client.hpp>
#include <gangway/sftp/attributes.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::net {

struct directory_entry {
    std::string name;  ///< octets; always a name that an entry can have
    sftp::attributes attributes;
};

struct listing {
    std::vector<directory_entry> entries{};  ///< in the server's order, without "." and ".."
    std::size_t dropped = 0;                 ///< names that no entry can have: empty, "/" in it, NUL in it

    listing() = default;
    listing(listing&&) noexcept = default;
    listing& operator=(listing&&) noexcept = default;
    /// The memory of a long list goes back to the system: it lies in so many small pieces that the allocator would keep
    /// it.
    ~listing();
};

/// Errors: `listing_too_large`; sftp::errc::not_a_directory where STAT shows a file.
[[nodiscard]] async_result<listing> list_directory(sftp_client& client, model::remote_path path,
                                                   listing_limits limits = {});

[[nodiscard]] async_result<sftp::attributes> stat(sftp_client& client, model::remote_path path);
[[nodiscard]] async_result<sftp::attributes> lstat(sftp_client& client, model::remote_path path);

struct file_content {
    std::string octets;
    bool truncated = false;  ///< the file has more than `limit` octets
};

/// The first `limit` octets of a file, whatever size it claims to have.
/// Errors: `is_a_directory` where STAT shows a folder.
[[nodiscard]] async_result<file_content> read_file(sftp_client& client, model::remote_path path, std::size_t limit);

struct write_options {
    std::optional<std::uint32_t> mode{};  ///< permission bits (07777), set also when the file exists
    bool append = false;                  ///< at the end of what is there
    bool parents = false;                 ///< make missing folders
    bool atomic = false;  ///< under a temporary name, synced where offered, then renamed over the target
};

/// Writes a whole file and returns the number of octets. The file is reported as written only when every WRITE and
/// the CLOSE were acknowledged and FSTAT (or STAT) shows the size. `content` must live until the end.
[[nodiscard]] async_result<std::uint64_t> write_file(sftp_client& client, model::remote_path path,
                                                     std::string_view content, write_options options);

/// REMOVE of a file, link or special file. Errors: `is_a_directory` where it is a folder.
[[nodiscard]] async_result<void> remove_file(sftp_client& client, model::remote_path path);

/// RMDIR of an empty folder; looks first, because some servers remove a file this way.
/// Errors: `not_a_directory`, `not_empty` where a listing shows entries.
[[nodiscard]] async_result<void> remove_directory(sftp_client& client, model::remote_path path);

struct mkdir_options {
    std::optional<std::uint32_t> mode{};
    bool parents = false;  ///< make missing folders above it; an existing folder is then no error
};
/// Errors: `already_exists`.
[[nodiscard]] async_result<void> make_directory(sftp_client& client, model::remote_path path, mkdir_options options);

/// Without `overwrite` an existing target is refused (`already_exists`) on every server. With it, posix-rename is used,
/// and where that is not offered the server's own RENAME, which may refuse; the target is never deleted first.
[[nodiscard]] async_result<void> rename(sftp_client& client, model::remote_path from, model::remote_path to,
                                        bool overwrite);

/// SETSTAT of the fields that are present.
[[nodiscard]] async_result<void> set_attributes(sftp_client& client, model::remote_path path, sftp::attributes wanted);
[[nodiscard]] async_result<void> make_symlink(sftp_client& client, std::string target, model::remote_path link);
/// The target of a link: octets, as the server has them.
[[nodiscard]] async_result<std::string> read_link(sftp_client& client, model::remote_path path);
/// The server's absolute form of a path; for display, not for requests.
[[nodiscard]] async_result<std::string> real_path(sftp_client& client, model::remote_path path);
/// Errors: `op_unsupported` where the server does not offer it.
[[nodiscard]] async_result<sftp::statvfs_reply> file_system(sftp_client& client, model::remote_path path);

}  // namespace gangway::net
