#pragma once
/// The mpint of RFC 4251 section 5.

#include "octets.hpp"
#include "secret_octets.hpp"

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>

#include <openssl/bn.h>

#include <cstddef>
#include <string_view>

namespace gangway::crypto {

/// The big-endian octets of a number that is not negative; a negative one is a failure of the reader.
inline std::string_view read_mpint(base::byte_reader& reader) noexcept {
    const auto octets = reader.string();
    if (!octets.empty() && (static_cast<unsigned char>(octets.front()) & 0x80) != 0) reader.fail();
    return octets;
}

/// Writes a number that is not negative. The caller reserves memory if the number is secret.
inline void write_mpint(base::byte_writer& writer, const BIGNUM* number) {
    const auto bits = static_cast<std::size_t>(::BN_num_bits(number));
    secret_octets octets(bits == 0 ? 0 : bits / 8 + 1);  // a leading zero octet where the first bit would be set
    ::BN_bn2binpad(number, octets.data(), static_cast<int>(octets.size()));
    writer.string(view(octets));
}

}  // namespace gangway::crypto
