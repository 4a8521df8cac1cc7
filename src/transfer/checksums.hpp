#pragma once
/// The SHA-256 that senders put beside their files, read before the files are.

#include "landing.hpp"

#include <gangway/model/remote_path.hpp>
#include <gangway/net/sftp_client.hpp>

#include <vector>

namespace gangway::transfer {

/// Reads the file beside each of `files` that `rules.checksum` names, and notes what it tells. Those for which that
/// cannot be done are taken out of `files` and returned with the reason: `checksum_missing`, or what the server says.
/// Without such a rule nothing happens. Runs on the client's strand; a lost connection is in `run.fatal`.
[[nodiscard]] net::awaitable<std::vector<written_file>> read_checksums(run_scope& run, net::sftp_client& client,
                                                                       const model::remote_path& root,
                                                                       std::vector<wanted_file>& files);

}  // namespace gangway::transfer
