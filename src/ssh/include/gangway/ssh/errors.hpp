#pragma once
/// What can go wrong on an SSH connection. The message of the `base::error` beside a code says what happened.

#include <system_error>
#include <type_traits>

namespace gangway::ssh {

enum class errc {
    not_ssh = 1,            ///< no identification line of SSH 2 within the limits
    no_common_algorithm,    ///< the message names the kind and what the server offers
    key_exchange_failed,    ///< a value of the key exchange is wrong
    bad_signature,          ///< the server did not prove that it holds its host key
    host_key_changed,       ///< a later key exchange showed another host key than the first
    bad_packet,             ///< a packet's length or authentication code is wrong: damaged, or forged
    protocol_error,         ///< a message that may not come now, or is malformed
    limit_exceeded,         ///< the server sends more than a client has to take
    disconnected,           ///< the server said goodbye; the message has its escaped words
    algorithm_unavailable,  ///< no signature algorithm that both sides take fits the key
    out_of_order,           ///< our own call came at the wrong time; nothing was sent
    crypto_failure,         ///< libcrypto failed at something that always works: a lost resource
};

[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc value) noexcept;

}  // namespace gangway::ssh

template <>
struct std::is_error_code_enum<gangway::ssh::errc> : std::true_type {};
