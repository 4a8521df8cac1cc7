#pragma once
/// What can go wrong in an SFTP session, and how a server's STATUS becomes an error.

#include <gangway/base/error.hpp>
#include <gangway/sftp/messages/status.hpp>

#include <string>
#include <string_view>
#include <system_error>

namespace gangway::sftp {

enum class errc {
    // The server refused: its STATUS, by meaning.
    end_of_file = 1,
    no_such_file,
    permission_denied,
    failure,  ///< the server says only that it failed; what its code means to no caller ends here too
    bad_message,
    no_connection,
    connection_lost,
    op_unsupported,
    already_exists,
    not_empty,
    not_a_directory,
    is_a_directory,
    invalid_handle,
    no_space,      ///< the file system is full, or the user's quota is
    other_status,  ///< a code above 8 without a meaning here

    // The server misbehaved.
    protocol_error,       ///< malformed, or not what was asked for; the session is lost
    unsupported_version,  ///< VERSION was not 3; the session is lost
    remote_changed,       ///< the file is not what it was when the transfer began: shorter, or ending in two places

    // The caller did.
    too_long,               ///< a path, handle or message exceeds the limits
    incomplete_attributes,  ///< owner without group or the reverse, or one of the two times
    extension_missing,      ///< the server did not offer this extension in its VERSION
    busy,                   ///< too many requests in flight, or too many octets waiting to be sent
    closed,                 ///< the session is not ready yet, has failed or was closed
};

[[nodiscard]] const std::error_category& error_category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc code) noexcept;

/// What a status means. Codes of later drafts count too: servers send them in version 3 sessions.
/// Not for `status_code::ok`.
[[nodiscard]] errc meaning_of(status_code code) noexcept;

/// "OPENDIR failed: NO_SUCH_FILE — No such file", or without the last part if the server wrote no text. The server's
/// text is escaped and cut to what may be shown. `label` is the request's.
[[nodiscard]] base::error status_error(std::string_view label, const status_reply& status);

/// `errc::protocol_error`; `what` completes "the server broke the SFTP protocol: …" and holds no raw peer text.
[[nodiscard]] base::error protocol_error(std::string_view what);

}  // namespace gangway::sftp

template <>
struct std::is_error_code_enum<gangway::sftp::errc> : std::true_type {};
