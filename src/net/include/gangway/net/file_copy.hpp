#pragma once
/// A file of a server copied to another name on the same server.

#include <gangway/model/remote_path.hpp>
#include <gangway/net/sftp_client.hpp>

#include <cstdint>

namespace gangway::net {

struct copy_outcome {
    std::uint64_t octets = 0;
    bool by_server = false;  ///< by copy-data; otherwise every octet came here and went back
};

/// Copies the file `from` (what it leads to, if it is a link) with its permission bits, as far as the server's umask
/// lets them through. The copy has a temporary name beside `to` until it is whole and its size was checked. The server
/// copies by itself where it can; where that fails, the octets are streamed.
///
/// Errors: `is_a_directory` where either is a folder; `already_exists` for `to` without `overwrite`, looked at before
/// anything is copied; `remote_changed`; `incomplete_write`. Cancelling removes the temporary file.
[[nodiscard]] async_result<copy_outcome> copy_file(sftp_client& client, model::remote_path from, model::remote_path to,
                                                   bool overwrite);

}  // namespace gangway::net
