#include "disposition.hpp"

#include <gangway/base/utf8.hpp>

#include <fmt/format.h>

namespace gangway::api {
namespace {

constexpr std::size_t longest = 255;

bool is_continuation(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069, and the line and paragraph separators.
bool misleads(std::string_view character) noexcept {
    if (character.size() == 2) return character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
    if (character.size() != 3 || character[0] != '\xE2') return false;
    const auto second = static_cast<unsigned char>(character[1]), third = static_cast<unsigned char>(character[2]);
    if (second == 0x80) return third == 0x8E || third == 0x8F || (third >= 0xA8 && third <= 0xAE);
    return second == 0x81 && third >= 0xA6 && third <= 0xA9;
}

/// UTF-8 in which every character may be part of a file's name.
std::string safe_name(std::string_view name) {
    std::string safe;
    while (!name.empty()) {
        std::size_t length = 1;
        while (length < name.size() && length < 4 && is_continuation(name[length]))
            ++length;
        auto character = name.substr(0, length);
        if (!base::is_utf8(character)) character = name.substr(0, 1);
        name.remove_prefix(character.size());
        const auto first = static_cast<unsigned char>(character.front());
        const bool refused = first < 0x20 || first == 0x7F || first == '/' || first == '\\' ||
                             !base::is_utf8(character) || misleads(character);
        const auto shown = refused ? std::string_view{"_"} : character;
        if (safe.size() + shown.size() > longest) break;
        safe += shown;
    }
    return safe.empty() ? "download" : safe;
}

/// What needs no quoting in any browser.
std::string ascii_name(std::string_view name) {
    std::string ascii;
    for (const char c : name) {
        if (is_continuation(c)) continue;
        const bool plain = c >= 0x20 && c < 0x7F && c != '"' && c != '%' && c != ';';
        ascii += plain ? c : '_';
    }
    return ascii;
}

/// RFC 8187 section 3.2.1, attr-char.
bool is_attr_char(char c) noexcept {
    constexpr std::string_view others = "!#$&+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || others.contains(c);
}

}  // namespace

std::string attachment(std::string_view name) {
    const auto safe = safe_name(name);
    auto field = fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''", ascii_name(safe));
    for (const char c : safe) {
        if (is_attr_char(c))
            field += c;
        else
            field += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return field;
}

}  // namespace gangway::api
