#include <gangway/base/escape.hpp>
#include <gangway/base/utf8.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/transfer/safe_name.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gangway::transfer {
namespace {

constexpr std::string_view unsafe_ascii = R"(%~/\:*?"<>|)";
constexpr std::size_t longest_extension = 16;

void append_escaped(std::string& out, char octet) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto value = static_cast<unsigned char>(octet);
    out += {'%', digits[value >> 4U], digits[value & 0xfU]};
}

bool is_plain(char octet) noexcept {
    return octet >= ' ' && octet <= '~' && !unsafe_ascii.contains(octet);
}

/// CON, PRN, AUX, NUL, COM0 to COM9, LPT0 to LPT9, alone or before a dot.
bool is_device(std::string_view name) noexcept {
    std::string base{name.substr(0, name.find('.'))};
    while (base.ends_with(' '))
        base.pop_back();
    std::ranges::transform(base, base.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    if (base == "CON" || base == "PRN" || base == "AUX" || base == "NUL") return true;
    return base.size() == 4 && (base.starts_with("COM") || base.starts_with("LPT")) && base[3] >= '0' && base[3] <= '9';
}

/// The most of the front of `escaped` that fits into `limit` octets without cutting a character or an escape.
std::string_view front_of(std::string_view escaped, std::size_t limit) noexcept {
    std::size_t end = 0;
    while (end < escaped.size()) {
        const auto length =
            escaped[end] == '%' ? 3 : std::max<std::size_t>(base::utf8_sequence(escaped.substr(end)), 1);
        if (end + length > limit) break;
        end += length;
    }
    return escaped.substr(0, end);
}

std::string shortened(std::string_view escaped) {
    std::string hash;
    for (const char octet : crypto::sha256(escaped).substr(0, 16))
        hash += fmt::format("{:02x}", static_cast<unsigned char>(octet));
    const auto dot = escaped.rfind('.');
    auto extension = dot == std::string_view::npos ? std::string_view{} : escaped.substr(dot);
    if (extension.size() > longest_extension) extension = {};
    const auto room = longest_safe_component - hash.size() - 1 - extension.size();
    return fmt::format("{}~{}{}", front_of(escaped, room), hash, extension);
}

}  // namespace

std::string escape_octets(std::string_view octets) {
    std::string out;
    out.reserve(octets.size());
    while (!octets.empty()) {
        const auto length = std::max<std::size_t>(base::utf8_sequence(octets), 1);
        const auto sequence = octets.substr(0, length);
        if (length == 1 ? is_plain(sequence[0]) : base::escape(sequence) == sequence) {
            out += sequence;
        } else {
            for (const char octet : sequence)
                append_escaped(out, octet);
        }
        octets.remove_prefix(length);
    }
    return out;
}

std::string finish_component(std::string_view escaped) {
    if (escaped.empty()) return "~";
    std::string out;
    const bool hidden = std::string_view{".- "}.contains(escaped.front());
    hidden || is_device(escaped) ? append_escaped(out, escaped.front()) : out.push_back(escaped.front());
    out += escaped.substr(1);
    // The end of a name of one octet that was escaped is its escape.
    if (out.back() == '.' || out.back() == ' ') {
        const char last = out.back();
        out.pop_back();
        append_escaped(out, last);
    }
    return out.size() > longest_safe_component ? shortened(out) : out;
}

}  // namespace gangway::transfer
