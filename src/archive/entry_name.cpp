#include <gangway/archive/entry_name.hpp>
#include <gangway/base/utf8.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace gangway::archive {
namespace {

void append_encoded(std::string& out, std::string_view octets) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char octet : octets) {
        out += '%';
        out += digits[static_cast<unsigned char>(octet) >> 4];
        out += digits[static_cast<unsigned char>(octet) & 15];
    }
}

bool is_hex(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Of one well-formed sequence.
std::uint32_t code_point(std::string_view octets) noexcept {
    const auto first = static_cast<unsigned char>(octets[0]);
    if (octets.size() == 1) return first;
    std::uint32_t value = first & (0xFFU >> (octets.size() + 1));
    for (const char octet : octets.substr(1))
        value = value << 6 | (static_cast<unsigned char>(octet) & 0x3FU);
    return value;
}

/// What can change how the rest of a line is shown, or is not shown at all.
bool is_hidden(std::uint32_t c) noexcept {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x61C || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF ||
           (c >= 0xE0000 && c <= 0xE0FFF);
}

char upper(char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// Windows takes "con", "CON.txt" and "Con .x" for the device.
bool is_device(std::string_view component) noexcept {
    auto stem = component.substr(0, component.find('.'));
    while (stem.ends_with(' '))
        stem.remove_suffix(1);
    std::array<char, 4> name{};
    if (stem.size() < 3 || stem.size() > name.size()) return false;
    std::ranges::transform(stem, name.begin(), upper);
    const std::string_view shown{name.data(), stem.size()};
    constexpr std::array plain{std::string_view{"CON"}, std::string_view{"PRN"}, std::string_view{"AUX"},
                               std::string_view{"NUL"}};
    if (std::ranges::find(plain, shown) != plain.end()) return true;
    return shown.size() == 4 && (shown.starts_with("COM") || shown.starts_with("LPT")) && shown[3] >= '0' &&
           shown[3] <= '9';
}

void append_component(std::string& out, std::string_view component) {
    if (component == "." || component == "..") return append_encoded(out, component);
    const auto kept = component.find_last_not_of(" .") + 1;  // what follows is dropped by Windows
    for (std::size_t at = 0; at < component.size();) {
        const auto rest = component.substr(at);
        const auto length = std::max<std::size_t>(base::utf8_sequence(rest), 1);
        const auto octets = rest.substr(0, length);
        const bool looks_encoded = rest.size() > 2 && rest[0] == '%' && is_hex(rest[1]) && is_hex(rest[2]);
        const bool encode = base::utf8_sequence(rest) == 0 || is_hidden(code_point(octets)) || rest[0] == '\\' ||
                            rest[0] == ':' || looks_encoded || at >= kept || (at == 0 && is_device(component));
        if (encode)
            append_encoded(out, octets);
        else
            out += octets;
        at += length;
    }
}

}  // namespace

std::string safe_entry_name(std::string_view path) {
    std::string name;
    name.reserve(path.size());
    for (std::size_t at = 0; at < path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        if (end > at) {
            if (!name.empty()) name += '/';
            append_component(name, path.substr(at, end - at));
        }
        at = end + 1;
    }
    return name;
}

}  // namespace gangway::archive
