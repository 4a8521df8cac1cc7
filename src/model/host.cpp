#include <gangway/base/escape.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/model/host.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <ranges>

namespace gangway::model {
namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_label(std::string_view label) noexcept {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
}

/// `12`, `0x1f`, `0b1`: what some resolver somewhere reads as a number.
bool looks_numeric(std::string_view label) noexcept {
    if (std::ranges::all_of(label, is_digit)) return true;
    return label.size() >= 2 && label[0] == '0' && (lower(label[1]) == 'x' || lower(label[1]) == 'b');
}

bool is_canonical_ipv4(std::string_view text) noexcept {
    std::size_t parts = 0;
    for (const auto piece : std::views::split(text, '.')) {
        const std::string_view part{piece.begin(), piece.end()};
        if (part.empty() || part.size() > 3 || !std::ranges::all_of(part, is_digit)) return false;
        if (part.size() > 1 && part.front() == '0') return false;
        int value = 0;
        for (const char c : part)
            value = value * 10 + (c - '0');
        if (value > 255) return false;
        ++parts;
    }
    return parts == 4;
}

std::unexpected<base::error> refuse(std::string_view field, std::string_view text, std::string_view why) {
    return invalid(field, "\"" + base::escape(text, 80) + "\" is not a host: " + std::string{why});
}

}  // namespace

base::result<host> host::parse(std::string_view text, std::string_view field) {
    if (text.empty()) return invalid(field, "the host is empty");
    if (text.size() > 255) return refuse(field, text, "it is longer than 253 characters");
    const bool bracketed = text.front() == '[' && text.back() == ']' && text.size() > 2;
    if (bracketed || text.contains(':')) {
        const std::string inner{bracketed ? text.substr(1, text.size() - 2) : text};
        in6_addr address{};
        if (inner.contains('\0') || ::inet_pton(AF_INET6, inner.c_str(), &address) != 1)
            return refuse(field, text, "write an IPv6 address without zone, and the port in its own field");
        std::array<char, INET6_ADDRSTRLEN> canonical{};
        ::inet_ntop(AF_INET6, &address, canonical.data(), canonical.size());
        return host{canonical.data(), kind::ipv6};
    }
    if (is_canonical_ipv4(text)) return host{std::string{text}, kind::ipv4};

    std::string_view name = text;
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || name.size() > 253) return refuse(field, text, "a name has 1 to 253 characters");
    std::string_view last;
    for (const auto piece : std::views::split(name, '.')) {
        last = std::string_view{piece.begin(), piece.end()};
        if (!is_label(last))
            return refuse(field, text,
                          "a name is made of ASCII letters, digits, hyphens and dots, without user, port or scheme");
    }
    if (looks_numeric(last)) return refuse(field, text, "write an IPv4 address as four decimal numbers");
    std::string normal{name};
    std::ranges::transform(normal, normal.begin(), lower);
    return host{std::move(normal), kind::name};
}

}  // namespace gangway::model
