#pragma once
/// Work that Ctrl-C and SIGTERM end.

#include "outcome.hpp"

#include <gangway/net/asio.hpp>

#include <boost/asio/io_context.hpp>

namespace gangway::cli {

/// Runs `io` until `work`, on `strand` of it, has come to its end. The first signal cancels it cleanly, and the
/// failure is then `operation_canceled`; a second one ends the process where it stands.
[[nodiscard]] outcome run_interruptibly(net::asio::io_context& io, const net::asio::any_io_executor& strand,
                                        net::awaitable<outcome> work);

}  // namespace gangway::cli
