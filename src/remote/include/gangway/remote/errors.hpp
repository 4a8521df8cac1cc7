#pragma once
/// What can keep a session from being given out.

#include <gangway/base/error.hpp>

#include <system_error>

namespace gangway::remote {

enum class errc {
    too_many_refusals = 1,  ///< this credential was refused twice here; fact "retryAfter" in seconds
    too_many_sessions,      ///< the store of sessions is full; fact "retryAfter" in seconds
    too_many_connections,   ///< the server has all the connections it may have; fact "retryAfter" in seconds
    no_such_connection,     ///< no managed connection has this id
    connection_paused,      ///< a managed connection that people have paused
    connection_changed,     ///< a managed connection was changed while it was used: its sessions are over
    no_credential,          ///< a managed connection without an active key, or without its password
    outside_root,           ///< a path that leads out of the connection's path root
};

[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc value) noexcept;

}  // namespace gangway::remote

template <>
struct std::is_error_code_enum<gangway::remote::errc> : std::true_type {};
