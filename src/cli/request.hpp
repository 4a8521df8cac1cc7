#pragma once
/// What the command line asks for: as it was written, and as it was understood.

#include <gangway/model/remote_path.hpp>
#include <gangway/model/sftp_url.hpp>
#include <gangway/net/timers.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gangway::cli {

enum class verb : std::uint8_t { ls, get, put, rm, rmdir, mkdir, mv, stat, probe };

/// The options of all commands together; a command only sets its own.
struct command_line {
    verb what = verb::ls;
    std::string url{};
    std::string local{};   ///< get, put: a file, or "-"
    std::string target{};  ///< mv: a path or a URL
    std::string mode{};    ///< mkdir, put: octal
    bool all = false;
    bool long_format = false;
    bool append = false;
    bool parents = false;
    bool atomic = false;
    bool no_overwrite = false;
    bool sync = false;
    bool force = false;
    bool lstat = false;
    bool recursive = false;
    bool preserve = false;
    bool resume = false;
    unsigned parallel = 0;  ///< get, put: channels or files at once; 0: as many as it takes

    std::vector<std::string> identities{};
    std::string known_hosts{};  ///< empty: the usual files
    std::string timeout{};      ///< empty: the usual limits
    bool accept_new = false;
    bool password_stdin = false;
    bool passphrase_stdin = false;
    bool json = false;
    bool quiet = false;
};

struct request {
    command_line line;  ///< for what needs no understanding
    model::sftp_url where;
    model::remote_path path;                     ///< of `where`; for put with "/" at its end: with the local name added
    std::optional<model::remote_path> target{};  ///< mv
    std::optional<std::filesystem::path> local{};  ///< get, put; absent: standard output or input
    std::optional<std::uint32_t> mode{};
    net::timers limits{};
};

/// Checks everything that can be checked without a connection. Errors: `invalid_value`.
[[nodiscard]] base::result<request> understand(command_line line);

}  // namespace gangway::cli
