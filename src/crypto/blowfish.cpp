#include "blowfish.hpp"

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/secret.hpp>

namespace gangway::crypto {

schedule_words::schedule_words(std::string_view octets) noexcept {
    base::byte_reader reader(octets);
    for (auto& word : words_)
        word = reader.u32();
}

schedule_words::~schedule_words() {
    base::wipe(words_.data(), sizeof words_);
}

blowfish::blowfish() noexcept {
    static const auto initial = pi_fraction();
    state_ = initial;
}

blowfish::~blowfish() {
    base::wipe(state_.data(), sizeof state_);
}

void blowfish::encrypt(std::uint32_t& left, std::uint32_t& right) const noexcept {
    const std::uint32_t* const subkey = state_.data();
    const std::uint32_t* const box = subkey + subkeys;
    const auto mix = [box](std::uint32_t x) noexcept {
        return ((box[x >> 24] + box[256 + (x >> 16 & 255)]) ^ box[512 + (x >> 8 & 255)]) + box[768 + (x & 255)];
    };
    std::uint32_t l = left ^ subkey[0], r = right;
    for (std::size_t round = 1; round < 17; round += 2) {
        r ^= mix(l) ^ subkey[round];
        l ^= mix(r) ^ subkey[round + 1];
    }
    left = r ^ subkey[17];
    right = l;
}

void blowfish::expand(const schedule_words& key) noexcept {
    for (std::size_t i = 0; i < subkeys; ++i)
        state_[i] ^= key[i];
    std::uint32_t left = 0, right = 0;
    for (std::size_t i = 0; i < state_.size(); i += 2) {
        encrypt(left, right);
        state_[i] = left;
        state_[i + 1] = right;
    }
}

void blowfish::expand(const schedule_words& key, const schedule_words& salt) noexcept {
    for (std::size_t i = 0; i < subkeys; ++i)
        state_[i] ^= key[i];
    std::uint32_t left = 0, right = 0;
    for (std::size_t i = 0; i < state_.size(); i += 2) {
        left ^= salt[i];
        right ^= salt[i + 1];
        encrypt(left, right);
        state_[i] = left;
        state_[i + 1] = right;
    }
}

}  // namespace gangway::crypto
