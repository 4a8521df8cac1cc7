#pragma once
/// The program: its command line, and what it runs.

namespace gangway::app {

/// Parses, runs, and returns the exit code. Errors of the command line and of settings are 2.
[[nodiscard]] int run(int count, const char* const* arguments);

}  // namespace gangway::app
