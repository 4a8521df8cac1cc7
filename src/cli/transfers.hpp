#pragma once
/// get and put: a remote file and this machine, with progress.

#include "request.hpp"

#include <gangway/net/dial.hpp>

#include <string>

namespace gangway::cli {

/// Returns what to print. Cancelling leaves no local file behind.
[[nodiscard]] net::async_result<std::string> get(net::sftp_client& client, const request& wanted);

/// Returns what to print. With --atomic, failure and cancelling leave no remote file behind; without it, the server has
/// what was written so far.
[[nodiscard]] net::async_result<std::string> put(net::sftp_connection& connection, const request& wanted);

/// A folder and everything in it. Each failure is told on standard error as it comes, and the rest goes on; the error
/// that is returned counts them. Returns what to print.
[[nodiscard]] net::async_result<std::string> get_tree(net::sftp_client& client, const request& wanted);
[[nodiscard]] net::async_result<std::string> put_tree(net::sftp_connection& connection, const request& wanted);

}  // namespace gangway::cli
