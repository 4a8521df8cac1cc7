#pragma once
/// `gangway serve`: everything put together, from start to stop.

#include <gangway/app/settings.hpp>

namespace gangway::app {

/// Serves until SIGTERM, SIGINT or SIGHUP; running requests then have `stop_limit` to finish, and a second signal ends
/// the process at once. Returns the exit code: 0 after a stop, 2 if it could not start.
[[nodiscard]] int serve(settings decided);

}  // namespace gangway::app
