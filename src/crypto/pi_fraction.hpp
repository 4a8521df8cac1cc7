#pragma once
/// The fractional part of pi in binary: where Blowfish takes its initial state from.

#include <array>
#include <cstddef>
#include <cstdint>

namespace gangway::crypto {

/// 18 subkeys and four boxes of 256 words.
inline constexpr std::size_t blowfish_words = 18 + 4 * 256;

/// The first 33344 bits of pi after the binary point, in words, most significant first. Takes some ten milliseconds.
[[nodiscard]] std::array<std::uint32_t, blowfish_words> pi_fraction() noexcept;

}  // namespace gangway::crypto
