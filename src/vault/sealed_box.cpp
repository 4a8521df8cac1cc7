#include "sealed_box.hpp"

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/crypto/aead.hpp>

namespace gangway::vault {
namespace {

constexpr std::uint8_t format = 1;

}  // namespace

std::string sealed_box::encode() const {
    std::string octets;
    base::byte_writer out(octets);
    out.u8(format);
    out.u32(key_version);
    out.string(wrapped_key);
    out.string(content);
    return octets;
}

std::optional<sealed_box> sealed_box::decode(std::string_view octets) noexcept {
    base::byte_reader in(octets);
    sealed_box box;
    if (in.u8() != format) in.fail();
    box.key_version = in.u32();
    box.wrapped_key = in.string();
    box.content = in.string();
    const bool fits = box.key_version != 0 && box.content.size() >= crypto::aead_overhead &&
                      box.wrapped_key.size() == crypto::aead_key_size + crypto::aead_overhead;
    if (!in.complete() || !fits) return std::nullopt;
    return box;
}

}  // namespace gangway::vault
