#include <gangway/base/escape.hpp>
#include <gangway/base/utf8.hpp>

#include <algorithm>
#include <cstdint>

namespace gangway::base {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

std::uint32_t code_point(std::string_view sequence) noexcept {
    const auto lead = static_cast<unsigned char>(sequence.front());
    if (sequence.size() == 1) return lead;
    std::uint32_t value = lead & (0x7FU >> sequence.size());
    for (const char c : sequence.substr(1))
        value = value << 6 | (static_cast<unsigned char>(c) & 0x3FU);
    return value;
}

bool is_unsafe(std::uint32_t point) noexcept {
    return point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == 0x061C || point == 0x200E || point == 0x200F ||
           (point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF ||
           (point >= 0xE0000 && point <= 0xE007F);
}

void append_octet(std::string& text, unsigned char octet) {
    text.append("\\x");
    text.push_back(hex_digits[octet >> 4]);
    text.push_back(hex_digits[octet & 15]);
}

void append_point(std::string& text, std::uint32_t point) {
    switch (point) {
        case '\n':
            text.append("\\n");
            return;
        case '\r':
            text.append("\\r");
            return;
        case '\t':
            text.append("\\t");
            return;
        default:
            break;
    }
    if (point < 0x80) return append_octet(text, static_cast<unsigned char>(point));
    text.append("\\u{");
    bool leading = true;
    for (int shift = 20; shift >= 0; shift -= 4) {
        const auto digit = point >> shift & 15;
        if (leading && digit == 0 && shift >= 16) continue;
        leading = false;
        text.push_back(hex_digits[digit]);
    }
    text.push_back('}');
}

}  // namespace

std::string escape(std::string_view octets, std::size_t limit) {
    std::string text;
    text.reserve(std::min(octets.size(), limit) + 8);
    for (std::size_t shown = 0; !octets.empty(); ++shown) {
        if (shown == limit) return text += "…";
        const auto length = utf8_sequence(octets);
        const auto sequence = octets.substr(0, std::max<std::size_t>(length, 1));
        if (length == 0)
            append_octet(text, static_cast<unsigned char>(sequence.front()));
        else if (sequence == "\\")
            text.append("\\\\");
        else if (const auto point = code_point(sequence); is_unsafe(point))
            append_point(text, point);
        else
            text.append(sequence);
        octets.remove_prefix(sequence.size());
    }
    return text;
}

}  // namespace gangway::base
