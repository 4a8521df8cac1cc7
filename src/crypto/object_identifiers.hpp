#pragma once
/// The object identifiers of key files, as DER contents.

#include <string_view>

namespace gangway::crypto::oid {

// RFC 8017, RFC 5480, RFC 8410, RFC 3279
inline constexpr std::string_view rsa = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01";
inline constexpr std::string_view elliptic_curve = "\x2A\x86\x48\xCE\x3D\x02\x01";
inline constexpr std::string_view ed25519 = "\x2B\x65\x70";
inline constexpr std::string_view dsa = "\x2A\x86\x48\xCE\x38\x04\x01";

// Key derivation: RFC 8018, RFC 7914, RFC 7292
inline constexpr std::string_view pbes2 = "\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0D";
inline constexpr std::string_view pbkdf2 = "\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0C";
inline constexpr std::string_view scrypt = "\x2B\x06\x01\x04\x01\xDA\x47\x04\x0B";
inline constexpr std::string_view pkcs12_sha1_3des = "\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x03";

// PBKDF2's pseudo-random functions
inline constexpr std::string_view hmac_sha1 = "\x2A\x86\x48\x86\xF7\x0D\x02\x07";
inline constexpr std::string_view hmac_sha224 = "\x2A\x86\x48\x86\xF7\x0D\x02\x08";
inline constexpr std::string_view hmac_sha256 = "\x2A\x86\x48\x86\xF7\x0D\x02\x09";
inline constexpr std::string_view hmac_sha384 = "\x2A\x86\x48\x86\xF7\x0D\x02\x0A";
inline constexpr std::string_view hmac_sha512 = "\x2A\x86\x48\x86\xF7\x0D\x02\x0B";

// Ciphers
inline constexpr std::string_view des_ede3_cbc = "\x2A\x86\x48\x86\xF7\x0D\x03\x07";
inline constexpr std::string_view aes128_cbc = "\x60\x86\x48\x01\x65\x03\x04\x01\x02";
inline constexpr std::string_view aes192_cbc = "\x60\x86\x48\x01\x65\x03\x04\x01\x16";
inline constexpr std::string_view aes256_cbc = "\x60\x86\x48\x01\x65\x03\x04\x01\x2A";

}  // namespace gangway::crypto::oid
