#pragma once
/// From a key exchange to keys (RFC 4253 sections 7.2 and 8).

#include "algorithms.hpp"
#include "key_exchange.hpp"
#include "packet_cipher.hpp"

#include <string>
#include <string_view>

namespace gangway::ssh {

/// What both sides have said before the exchange; all of it is signed.
struct exchange_transcript {
    std::string client_identification, server_identification;  ///< without line ends
    std::string client_kexinit, server_kexinit;                ///< payloads
};

/// H. `hash` is libcrypto's name of the method's hash.
[[nodiscard]] std::string exchange_hash(const char* hash, const exchange_transcript& said,
                                        const exchange_result& result);

/// Keys of one direction. `letters` are those of IV, key and MAC key: "ACE" from client to server, "BDF" back.
[[nodiscard]] cipher_keys derive_keys(const char* hash, const base::secret& shared_secret, std::string_view exchange,
                                      std::string_view session, std::string_view letters, const cipher_sizes& sizes);

}  // namespace gangway::ssh
