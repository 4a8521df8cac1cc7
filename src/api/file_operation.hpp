#pragma once
/// One-shot operations on a logged-in session, decoded and ready to run.

#include <gangway/api/answer.hpp>
#include <gangway/api/fields.hpp>
#include <gangway/net/asio.hpp>
#include <gangway/net/sftp_client.hpp>

#include <memory>

namespace gangway::api {

/// Holds everything it needs: the request it was decoded from is gone when it runs.
class file_operation {
  public:
    virtual ~file_operation() = default;
    /// The answer, without what every answer has. Runs on the client's strand; cancelling it does what cancelling the
    /// underlying call does. This object outlives the run.
    [[nodiscard]] virtual net::async_result<answer> run(net::sftp_client& client) const = 0;
    /// Whether it leaves everything on the server as it was, so that it may be run again when a connection was lost.
    [[nodiscard]] virtual bool only_looks() const noexcept { return false; }
};

/// Reads an operation's own fields. What is wrong with them is remembered by `fields`; the operation is then not run.
using decoder = std::unique_ptr<file_operation> (*)(fields&);

[[nodiscard]] std::unique_ptr<file_operation> decode_list(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_download(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_upload(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_delete(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_rmdir(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_mkdir(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_rename(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_remove(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_copy(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_checksum(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_setstat(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_symlink(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_stat(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_lstat(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_readlink(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_realpath(fields& from);
[[nodiscard]] std::unique_ptr<file_operation> decode_statvfs(fields& from);

}  // namespace gangway::api
