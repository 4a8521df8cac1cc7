#pragma once
/// The commands that need one answer: ls, stat, rm, rmdir, mkdir, mv. Each returns what to print.

#include "request.hpp"

#include <gangway/net/doctor.hpp>
#include <gangway/net/sftp_client.hpp>

#include <string>

namespace gangway::cli {

/// Runs the command that `wanted` names, of these six.
[[nodiscard]] net::async_result<std::string> operate(net::sftp_client& client, const request& wanted);

/// The doctor's findings for people: a line per step, then what it showed, then what to do.
[[nodiscard]] std::string checkup_text(const model::endpoint& server, const net::checkup& result);

}  // namespace gangway::cli
