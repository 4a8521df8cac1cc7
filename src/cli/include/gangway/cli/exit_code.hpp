#pragma once
/// What a script learns from a command that failed: the exit code, and the API's name of the error.

#include <gangway/base/error.hpp>

#include <string_view>

namespace gangway::cli {

/// Stable: scripts decide by these.
enum class exit_code : int {
    ok = 0,
    refused = 1,       ///< connected, but the server did not do it, or what came of it is not what was asked for
    usage = 2,         ///< the command line, a local file, or a key file
    unreachable = 3,   ///< no usable connection, or it was lost: DNS, TCP, time out, not SSH, no SFTP
    host_key = 4,      ///< unknown, or not the one that is known; no credential was sent
    login = 5,         ///< the server refused every credential
    interrupted = 130  ///< Ctrl-C, or SIGTERM
};

struct failure_class {
    std::string_view name;  ///< the "code" of an error answer of the API
    exit_code exit;
};

[[nodiscard]] failure_class classify(const base::error& failure) noexcept;

}  // namespace gangway::cli
