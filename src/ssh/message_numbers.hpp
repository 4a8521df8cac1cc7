#pragma once
/// Message numbers of RFC 4250 section 4.1, RFC 4419, RFC 4256 and RFC 8308.

#include <cstdint>

namespace gangway::ssh::msg {

inline constexpr std::uint8_t disconnect = 1;
inline constexpr std::uint8_t ignore = 2;
inline constexpr std::uint8_t unimplemented = 3;
inline constexpr std::uint8_t debug = 4;
inline constexpr std::uint8_t service_request = 5;
inline constexpr std::uint8_t service_accept = 6;
inline constexpr std::uint8_t ext_info = 7;
inline constexpr std::uint8_t kexinit = 20;
inline constexpr std::uint8_t newkeys = 21;

// 30 to 49 belong to the key exchange method that was agreed on.
inline constexpr std::uint8_t kex_init = 30;
inline constexpr std::uint8_t kex_reply = 31;
inline constexpr std::uint8_t gex_group = 31;
inline constexpr std::uint8_t gex_init = 32;
inline constexpr std::uint8_t gex_reply = 33;
inline constexpr std::uint8_t gex_request = 34;

inline constexpr std::uint8_t userauth_request = 50;
inline constexpr std::uint8_t userauth_failure = 51;
inline constexpr std::uint8_t userauth_success = 52;
inline constexpr std::uint8_t userauth_banner = 53;
// 60 to 79 belong to the authentication method that is being tried.
inline constexpr std::uint8_t userauth_pk_ok = 60;
inline constexpr std::uint8_t userauth_passwd_changereq = 60;
inline constexpr std::uint8_t userauth_info_request = 60;
inline constexpr std::uint8_t userauth_info_response = 61;

inline constexpr std::uint8_t global_request = 80;
inline constexpr std::uint8_t request_success = 81;
inline constexpr std::uint8_t request_failure = 82;
inline constexpr std::uint8_t channel_open = 90;
inline constexpr std::uint8_t channel_open_confirmation = 91;
inline constexpr std::uint8_t channel_open_failure = 92;
inline constexpr std::uint8_t channel_window_adjust = 93;
inline constexpr std::uint8_t channel_data = 94;
inline constexpr std::uint8_t channel_extended_data = 95;
inline constexpr std::uint8_t channel_eof = 96;
inline constexpr std::uint8_t channel_close = 97;
inline constexpr std::uint8_t channel_request = 98;
inline constexpr std::uint8_t channel_success = 99;
inline constexpr std::uint8_t channel_failure = 100;

// Reason codes of DISCONNECT (RFC 4253 section 11.1).
inline constexpr std::uint32_t reason_protocol_error = 2;
inline constexpr std::uint32_t reason_key_exchange_failed = 3;
inline constexpr std::uint32_t reason_mac_error = 5;
inline constexpr std::uint32_t reason_host_key_not_verifiable = 9;
inline constexpr std::uint32_t reason_by_application = 11;

}  // namespace gangway::ssh::msg
