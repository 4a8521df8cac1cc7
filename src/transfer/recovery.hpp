#pragma once
/// What earlier holders of the lease have left behind in a folder: finished, or given back.

#include "run_scope.hpp"

#include <string>

namespace gangway::transfer {

/// Takes the rows of the connection over and brings those of the folder as far as `next_step` says: what may have been
/// published is asked about and recorded, what was never known to be complete is released. A failure of the ledger is
/// in `run.fatal`. Awaits its blocking calls whatever happens, and stops between them when cancelled.
[[nodiscard]] net::awaitable<void> recover_folder(run_scope& run);

/// Removes the parts of nobody from the destination. What cannot be removed now is removed another time.
[[nodiscard]] net::awaitable<void> sweep_destination(run_scope& run);

/// Removes from a destination what was under way in a folder that was removed (`store::files::given_up`), whether or
/// not it had been published: what is visible stays. Errors: those of sinks, of `store`.
[[nodiscard]] net::async_result<void> tidy_destination(store::async_database& database,
                                                       net::asio::thread_pool& blocking, open_sink destination,
                                                       std::string folder);

}  // namespace gangway::transfer
