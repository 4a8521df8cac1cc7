#pragma once
/// What can go wrong in this room. The message of the `base::error` beside a code says what to do; the phase is
/// `storage`.

#include <gangway/base/error.hpp>

#include <string>
#include <system_error>
#include <type_traits>

namespace gangway::store {

enum class errc {
    busy = 1,         ///< another process or node held the database for too long: nothing was changed, try again
    full,             ///< no room on the disk: nothing was changed, try again when there is
    read_only,        ///< the database may be read but not written
    damaged,          ///< what is stored breaks its own rules; never repaired without being told to
    newer_schema,     ///< a newer Gangway wrote this database
    foreign_schema,   ///< not a database of Gangway's, or one whose migrations were others
    unavailable,      ///< it cannot be opened, or the connection to it is lost: nothing was changed, try again
    outcome_unknown,  ///< the connection was lost during COMMIT: read again to find out
    conflict,         ///< another change came first, or a name is taken
    invalid_text,     ///< text that is not UTF-8 or has a NUL in it
    overloaded,       ///< too much is waiting for the database: try again
    failure,          ///< anything else; the message has the database's words
};

[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc value) noexcept;

/// Whether the same call may succeed later without anybody changing it.
[[nodiscard]] bool is_retryable(const std::error_code& code) noexcept;

/// An error of phase storage.
[[nodiscard]] std::unexpected<base::error> refuse(errc code, std::string message);

}  // namespace gangway::store

template <>
struct std::is_error_code_enum<gangway::store::errc> : std::true_type {};
