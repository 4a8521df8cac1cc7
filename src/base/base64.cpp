#include <gangway/base/base64.hpp>

#include <array>
#include <cstdint>

namespace gangway::base {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t outside = 0xFF, blank = 0xFE, pad = 0xFD;

constexpr auto values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(outside);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    for (const char c : {' ', '\t', '\r', '\n'})
        table[static_cast<unsigned char>(c)] = blank;
    table['='] = pad;
    return table;
}();

std::string encode(std::string_view octets, std::string_view characters, base64_padding padding) {
    std::string text;
    text.reserve((octets.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < octets.size(); at += 3) {
        const auto group = octets.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        for (std::size_t i = 0; i <= group.size(); ++i)
            text.push_back(characters[bits >> (18 - 6 * i) & 63]);
        if (padding == base64_padding::with) text.append(3 - group.size(), '=');
    }
    return text;
}

}  // namespace

std::string to_base64(std::string_view octets, base64_padding padding) {
    return encode(octets, alphabet, padding);
}

std::string to_base64url(std::string_view octets) {
    return encode(octets, url_alphabet, base64_padding::without);
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string octets;
    octets.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    std::size_t digits = 0, pads = 0;
    for (const char c : text) {
        const auto value = values[static_cast<unsigned char>(c)];
        if (value == blank) continue;
        if (value == pad) {
            ++pads;
            continue;
        }
        if (value == outside || pads != 0) return std::nullopt;
        bits = bits << 6 | value;
        if (++digits % 4 != 0) continue;
        for (const unsigned shift : {16U, 8U, 0U})
            octets.push_back(static_cast<char>(bits >> shift));
        bits = 0;
    }
    const std::size_t partial = digits % 4;
    if (partial == 1 || pads > (4 - partial) % 4) return std::nullopt;
    if (partial >= 2) octets.push_back(static_cast<char>(bits >> (6 * partial - 8)));
    if (partial == 3) octets.push_back(static_cast<char>(bits >> 2));
    return octets;
}

}  // namespace gangway::base
