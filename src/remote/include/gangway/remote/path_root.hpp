#pragma once
/// The folder on a server that a managed connection may not leave.

#include <gangway/base/error.hpp>
#include <gangway/model/remote_path.hpp>
#include <gangway/net/sftp_client.hpp>

#include <span>
#include <string>
#include <string_view>

namespace gangway::remote {

/// A path root as people give it: absolute, without empty, "." or ".." segments, without a slash at its end; "" and "/"
/// stand for no root at all, and give "". Error: `invalid_value`.
[[nodiscard]] base::result<std::string> parse_path_root(std::string text, std::string_view field = "pathRoot");

/// `asked` as it is sent to the server: a relative path is meant from the root, an absolute one must lie under it, and
/// ".." is refused. Without a root it is `asked` itself. Error: `outside_root`, with the fact "field".
[[nodiscard]] base::result<model::remote_path> confine(std::string_view root, const model::remote_path& asked,
                                                       std::string_view field);
/// Whether the target of the symbolic link `link`, which is under the root, leads out of it by its text alone.
/// Error: `outside_root`.
[[nodiscard]] base::result<void> check_link_target(std::string_view root, const model::remote_path& link,
                                                   std::string_view target, std::string_view field);

/// Asks the server where `paths`, which are confined, really are: what a symbolic link on the way leads to must lie
/// under the real root. Of a path that does not exist the deepest folder above it that does is looked at. One round
/// trip where everything exists. A server that answers REALPATH without resolving links is found out by LSTAT, and
/// links are then refused.
///
/// What the server's own users change between this check and the use is beyond it. Error: `outside_root`; those of
/// `call_pipeline`. Runs on the client's strand.
[[nodiscard]] net::async_result<void> check_beneath(net::sftp_client& client, std::string root,
                                                    std::span<const model::remote_path> paths);

}  // namespace gangway::remote
