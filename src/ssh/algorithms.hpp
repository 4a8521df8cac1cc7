#pragma once
/// What there is to agree on, and the agreement (RFC 4253 section 7.1).

#include <gangway/base/error.hpp>
#include <gangway/ssh/client.hpp>
#include <gangway/ssh/options.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace gangway::ssh {

// Names in the list of key exchanges that are no key exchanges.
inline constexpr std::string_view ext_info_client = "ext-info-c";                  ///< RFC 8308 section 2.1
inline constexpr std::string_view strict_client = "kex-strict-c-v00@openssh.com";  ///< OpenSSH PROTOCOL 1.10
inline constexpr std::string_view strict_server = "kex-strict-s-v00@openssh.com";

/// The body of a KEXINIT. Views live as long as the payload it was read from.
struct kexinit {
    std::vector<std::string_view> key_exchanges, host_keys;
    std::vector<std::string_view> ciphers_out, ciphers_in, macs_out, macs_in;  ///< out: from client to server
    std::vector<std::string_view> compressions_out, compressions_in;
    bool guess_follows = false;
};

/// Throws `std::invalid_argument` if a name is not implemented or a list is empty.
void check(const algorithm_preferences& offered);

/// `payload` begins with the message number. Error: `protocol_error`.
[[nodiscard]] base::result<kexinit> read_kexinit(std::string_view payload);

/// Our KEXINIT as a payload. `cookie` is 16 random octets; the first exchange also announces strict key exchange and
/// that we read EXT_INFO.
[[nodiscard]] std::string write_kexinit(const algorithm_preferences& offered, std::string_view cookie, bool first);

/// The first of ours that the server has too, for each kind. Error: `no_common_algorithm`.
[[nodiscard]] base::result<agreed_algorithms> agree(const algorithm_preferences& offered, const kexinit& server);

/// Whether the packet that follows a KEXINIT with `guess_follows` is to be thrown away (RFC 4253 section 7).
[[nodiscard]] bool guessed_wrong(const algorithm_preferences& offered, const kexinit& server) noexcept;

/// The type of key that a host key or signature algorithm uses: "ssh-rsa" for rsa-sha2-*.
[[nodiscard]] std::string_view key_type_of(std::string_view algorithm) noexcept;

/// The hash of a key exchange method, by libcrypto's name.
[[nodiscard]] const char* hash_of(std::string_view key_exchange) noexcept;

}  // namespace gangway::ssh
