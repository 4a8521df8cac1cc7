#pragma once
/// Keeps a run within the path root of its connection, also where links lead out of it.

#include "landing.hpp"

#include <gangway/model/remote_path.hpp>
#include <gangway/net/sftp_client.hpp>

#include <vector>

namespace gangway::transfer {

/// Asks the server where each of `files`, and the file with its checksum, really is. Those that lie outside of the path
/// root are taken out of `files` and returned with the reason. Without a path root nothing is asked. Runs on the
/// client's strand; a lost connection is in `run.fatal`.
[[nodiscard]] net::awaitable<std::vector<written_file>> take_out_strays(run_scope& run, net::sftp_client& client,
                                                                        const model::remote_path& root,
                                                                        std::vector<wanted_file>& files);

}  // namespace gangway::transfer
