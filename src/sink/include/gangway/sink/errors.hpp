#pragma once
/// Why a file could not be put where it belongs.

#include <gangway/base/error.hpp>

#include <string>
#include <string_view>
#include <system_error>

namespace gangway::sink {

enum class errc {
    no_space = 1,         ///< disk or quota is full
    read_only,            ///< the file system takes no writes
    permission_denied,    ///< this process, or these credentials, may not write there
    destination_missing,  ///< the folder or bucket is not there
    unsafe_destination,   ///< a link or another kind of file stands where a folder of ours should be
    conflict,             ///< something else with other content has the name
    too_large,            ///< more than the destination takes in one file
    fenced_off,           ///< what was staged is gone: another owner has taken the file over
    unavailable,          ///< does not answer, or says to come back later
    damaged,              ///< what arrived is not what was sent
    bad_answer,           ///< an answer that makes no sense
    refused,              ///< the destination will not do this however often it is asked
    io_failure,           ///< anything else the system says
    cancelled,            ///< the caller wanted to stop
};

[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc value) noexcept;

/// Whether the same may work later without anybody changing anything here: the engine waits and tries again.
[[nodiscard]] bool is_transient(const std::error_code& code) noexcept;

/// "cannot <what>: <the system's reason>", phase storage; the code follows from `reason`, an errno.
[[nodiscard]] base::error system_failure(std::string_view what, int reason);

}  // namespace gangway::sink

template <>
struct std::is_error_code_enum<gangway::sink::errc> : std::true_type {};
