#pragma once
/// Authenticated encryption: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03).

#include <gangway/crypto/locked_octets.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::crypto {

inline constexpr std::size_t aead_key_size = 32;
inline constexpr std::size_t aead_nonce_size = 24;
/// How much longer sealed octets are than what was sealed: the nonce before them and the tag behind them.
inline constexpr std::size_t aead_overhead = aead_nonce_size + 16;

/// `plain`, encrypted and bound to `associated`, which is not part of the result. The nonce is random: of 24 octets no
/// two will ever be the same. `key` has 32 octets.
[[nodiscard]] std::string aead_seal(const locked_octets& key, std::string_view associated, std::string_view plain);

/// The reverse; nothing if a bit of the key, of `associated` or of `sealed` is another.
[[nodiscard]] std::optional<locked_octets> aead_open(const locked_octets& key, std::string_view associated,
                                                     std::string_view sealed);

}  // namespace gangway::crypto
