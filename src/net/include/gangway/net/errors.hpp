#pragma once
/// What can go wrong between us and a server, before and beside SFTP itself.

#include <gangway/base/error.hpp>

#include <system_error>

namespace gangway::net {

enum class errc {
    host_blocked = 1,       ///< the egress policy refuses the address
    cloudflare_blocked,     ///< the same, because a proxy of Cloudflare listens there and never SSH
    dns_failed,             ///< the name has no address, or no name server answered
    connection_refused,     ///< nobody listens there
    unreachable,            ///< no route, or the connection could not be made for another reason
    connection_lost,        ///< closed or reset by the other side
    channel_closed,         ///< the server ended the SFTP session, and the connection is still there
    not_ssh,                ///< somebody listens, but does not speak SSH 2
    handshake_failed,       ///< no common algorithm, or the key exchange is wrong
    host_key_mismatch,      ///< facts "expectedFingerprint" and "presentedFingerprint"
    host_key_unknown,       ///< never seen, and first contact is not trusted here; fact "presentedFingerprint"
    host_key_store_failed,  ///< the pin cannot be stored, so no credential is sent
    auth_failed,            ///< the server refused what we have
    subsystem_unavailable,  ///< logged in, but the server offers no SFTP
    timed_out,              ///< our own deadline, in the phase the error names
    listing_too_large,      ///< a folder beyond the limits
    remote_changed,         ///< the file changed while it was read
    incomplete_write,       ///< the server said OK, and the file is not what was written
};

[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc value) noexcept;

}  // namespace gangway::net

template <>
struct std::is_error_code_enum<gangway::net::errc> : std::true_type {};
