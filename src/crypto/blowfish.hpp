#pragma once
/// Blowfish (Schneier, 1993) with the salted key schedule of bcrypt (Provos and Mazières, 1999): as much of it as
/// bcrypt_pbkdf needs. libcrypto has neither the salted schedule nor, in its default provider, the cipher.

#include "pi_fraction.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace gangway::crypto {

/// 64 octets of key or salt as the big-endian words the schedule cycles through; zeroed when it goes.
class schedule_words {
  public:
    /// `octets` are exactly 64.
    explicit schedule_words(std::string_view octets) noexcept;
    schedule_words(const schedule_words&) = delete;
    schedule_words& operator=(const schedule_words&) = delete;
    ~schedule_words();

    [[nodiscard]] std::uint32_t operator[](std::size_t i) const noexcept { return words_[i % words_.size()]; }

  private:
    std::array<std::uint32_t, 16> words_{};
};

/// The cipher's state; zeroed when it goes.
class blowfish {
  public:
    /// Starts as the digits of pi. The first one made in a process computes them (some ten milliseconds).
    blowfish() noexcept;
    blowfish(const blowfish&) = delete;
    blowfish& operator=(const blowfish&) = delete;
    ~blowfish();

    /// Mixes `key` in ("expand0state").
    void expand(const schedule_words& key) noexcept;
    /// Mixes `key` in, and `salt` into every block that becomes state ("expandstate").
    void expand(const schedule_words& key, const schedule_words& salt) noexcept;
    /// Encrypts one block in place.
    void encrypt(std::uint32_t& left, std::uint32_t& right) const noexcept;

  private:
    static constexpr std::size_t subkeys = 18;

    std::array<std::uint32_t, blowfish_words> state_;  ///< the subkeys, then the four boxes, as the schedule fills them
};

}  // namespace gangway::crypto
