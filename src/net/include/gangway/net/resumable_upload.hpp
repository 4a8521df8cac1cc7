#pragma once
/// A file that comes in several goes, perhaps over several connections, and gets its name when it is whole.
///
/// Nothing is remembered here between the goes: the caller keeps the target and how many octets count, which is what
/// the server has acknowledged without a hole. All run on the client's strand.

#include <gangway/model/remote_path.hpp>
#include <gangway/net/sftp_client.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace gangway::net {

struct upload_target {
    model::remote_path path;
    model::remote_path temporary;         ///< of `temporary_name_beside`; unchanged from the first go to the last
    std::optional<std::uint32_t> mode{};  ///< permission bits of the file when it is whole
    bool overwrite = false;
    bool parents = false;  ///< make missing folders
};

/// Where octets come from.
class octet_source {
  public:
    virtual ~octet_source() = default;
    /// At least one octet, or an empty view at the end. The view lives until the next call.
    [[nodiscard]] virtual async_result<std::string_view> read() = 0;
};

/// How far one go came.
struct upload_progress {
    std::uint64_t octets = 0;              ///< that the server has acknowledged, from the first one on
    std::optional<base::error> failure{};  ///< why it ended before the source did
};

/// Makes the temporary file, empty. Errors: `already_exists` if the path is taken and `overwrite` was not asked for;
/// `is_a_directory`; those of OPEN and MKDIR.
[[nodiscard]] async_result<void> begin_upload(sftp_client& client, const upload_target& target);

/// How many of `counted` octets are still there. Errors: `no_such_file` if the temporary file is gone.
[[nodiscard]] async_result<std::uint64_t> look_at_upload(sftp_client& client, const upload_target& target,
                                                         std::uint64_t counted);

/// Writes what comes from `from` to the temporary file, from `offset` on, until it ends or something fails; what was
/// written is then waited for. When it is cancelled it returns as well, with the failure `operation_aborted`, and the
/// calling coroutine cannot be cancelled any more: it can still note how far it came.
[[nodiscard]] awaitable<upload_progress> continue_upload(sftp_client& client, const upload_target& target,
                                                         std::uint64_t offset, octet_source& from);

/// Sets the mode, syncs where that is offered, checks that the file has `length` octets, and gives it its name. If that
/// fails the temporary file stays, and it may be tried again. Errors: `incomplete_write`; those of `rename`.
[[nodiscard]] async_result<void> publish_upload(sftp_client& client, const upload_target& target, std::uint64_t length);

/// Removes the temporary file; one that is gone is no error.
[[nodiscard]] async_result<void> discard_upload(sftp_client& client, const upload_target& target);

}  // namespace gangway::net
