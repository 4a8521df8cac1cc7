#pragma once
/// What happens on the server after files are safe here: nothing, removal, or a move.

#include "run_scope.hpp"

#include <gangway/model/remote_path.hpp>
#include <gangway/net/sftp_client.hpp>

namespace gangway::transfer {

/// Carries out what is due in the folder, of this run and of earlier ones. Looks at each source first: one that is gone
/// is done with, one that is another version by now stays. What fails is tried again by a later run, on its own.
///
/// A file is moved to its path below the target folder; where another one is there already, with a mark of its row
/// behind the name. Runs on the client's strand. A lost connection, or ledger, is in `run.fatal`.
[[nodiscard]] net::awaitable<void> carry_out_post_actions(run_scope& run, net::sftp_client& client,
                                                          model::remote_path root);

}  // namespace gangway::transfer
