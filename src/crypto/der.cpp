#include "der.hpp"

#include <gangway/base/byte_reader.hpp>

namespace gangway::crypto {

std::string_view der_reader::fail() noexcept {
    failed_ = true;
    rest_ = {};
    return {};
}

bool der_reader::next_is(der_tag tag) const noexcept {
    return !rest_.empty() && static_cast<unsigned char>(rest_.front()) == static_cast<unsigned char>(tag);
}

std::string_view der_reader::take(der_tag tag) noexcept {
    if (!next_is(tag)) return fail();
    base::byte_reader reader(rest_.substr(1));
    std::size_t length = reader.u8();
    if (length >= 0x80) {  // X.690 8.1.3.5: the low bits count the octets of the length; DER wants as few as possible
        const std::size_t width = length & 0x7F;
        if (width == 0 || width > 4) return fail();
        length = 0;
        for (std::size_t i = 0; i < width; ++i)
            length = length << 8 | reader.u8();
        if (length < 0x80 || length >> (8 * (width - 1)) == 0) return fail();
    }
    const auto contents = reader.take(length);
    if (!reader.ok()) return fail();
    rest_ = reader.rest();
    return contents;
}

std::string_view der_reader::magnitude() noexcept {
    auto contents = take(der_tag::integer);
    if (contents.empty()) return fail();
    const auto high = [&](std::size_t i) { return (static_cast<unsigned char>(contents[i]) & 0x80) != 0; };
    if (high(0)) return fail();
    if (contents[0] != '\0') return contents;
    if (contents.size() > 1 && !high(1)) return fail();
    return contents.substr(1);
}

std::uint64_t der_reader::number() noexcept {
    const auto octets = magnitude();
    if (octets.size() > 8) {
        fail();
        return 0;
    }
    std::uint64_t value = 0;
    for (const char octet : octets)
        value = value << 8 | static_cast<unsigned char>(octet);
    return value;
}

}  // namespace gangway::crypto
