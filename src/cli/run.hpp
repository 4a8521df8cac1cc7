#pragma once
/// One command from its line to its exit code.

#include "request.hpp"

namespace gangway::cli {

/// Runs the command and prints: what it found on standard output, why it failed and how far it is on standard error.
/// Ctrl-C and SIGTERM cancel it cleanly; a second one ends the process at once. Returns a value of `exit_code`.
[[nodiscard]] int run(const command_line& line);

}  // namespace gangway::cli
