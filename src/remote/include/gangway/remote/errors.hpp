#pragma once
/// What can keep a session from being given out.

#include <gangway/base/error.hpp>

#include <system_error>

namespace gangway::remote {

enum class errc {
    too_many_refusals = 1,  ///< this credential was refused twice here; fact "retryAfter" in seconds
    too_many_sessions,      ///< the store of sessions is full; fact "retryAfter" in seconds
    too_many_connections,   ///< the server has all the connections it may have; fact "retryAfter" in seconds
};

[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc value) noexcept;

}  // namespace gangway::remote

template <>
struct std::is_error_code_enum<gangway::remote::errc> : std::true_type {};
