#pragma once
/// Whether a server holds the host key it shows (RFC 4253 section 8).

#include <gangway/base/error.hpp>

#include <string_view>

namespace gangway::ssh {

/// Checks `signature` over `octets` by the key `blob`. Both have to be of the agreed `algorithm`, one of
/// `algorithm_preferences::host_keys`; RSA keys of 2048 to 16384 bits.
/// Errors: `key_exchange_failed` for a key, `bad_signature` for a signature that is not what it should be.
[[nodiscard]] base::result<void> verify_host_key(std::string_view algorithm, std::string_view blob,
                                                 std::string_view signature, std::string_view octets);

}  // namespace gangway::ssh
