#include <gangway/base/escape.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/transfer/checksum_file.hpp>

#include <algorithm>
#include <optional>

namespace gangway::transfer {
namespace {

constexpr std::size_t digits = 64;

int digit_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The octets of a hash; nothing for anything else.
std::optional<std::string> hash_octets(std::string_view text) {
    if (text.size() != digits || !std::ranges::all_of(text, [](char c) { return digit_value(c) >= 0; })) return {};
    std::string octets;
    for (std::size_t i = 0; i < digits; i += 2)
        octets += static_cast<char>(digit_value(text[i]) << 4 | digit_value(text[i + 1]));
    return octets;
}

/// A name with its escapes resolved; nothing where one is unknown.
std::optional<std::string> unescaped(std::string_view text) {
    std::string name;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            name += text[i];
            continue;
        }
        const char next = ++i < text.size() ? text[i] : '\0';
        if (next != 'n' && next != 'r' && next != '\\') return {};
        name += next == 'n' ? '\n' : next == 'r' ? '\r' : '\\';
    }
    return name;
}

bool names(std::string_view path, std::string_view name) noexcept {
    return path.substr(path.rfind('/') + 1) == name;
}

/// What one line says about `name`; nothing where it says nothing.
std::optional<std::string> hash_in(std::string_view line, std::string_view name) {
    constexpr std::string_view bsd = "SHA256 (", bsd_end = ") = ";
    if (line.starts_with(bsd)) {
        const auto end = line.rfind(bsd_end);
        if (end == std::string_view::npos || end < bsd.size() ||
            !names(line.substr(bsd.size(), end - bsd.size()), name))
            return {};
        return hash_octets(line.substr(end + bsd_end.size()));
    }
    const bool escaped = line.starts_with('\\');
    if (escaped) line.remove_prefix(1);
    auto hash = hash_octets(line.substr(0, digits));
    auto rest = line.substr(std::min(digits, line.size()));
    if (!hash || rest.find_first_not_of(" \t") == std::string_view::npos) return hash;
    if (rest.size() < 3 || rest[0] != ' ' || (rest[1] != ' ' && rest[1] != '*')) return {};
    rest.remove_prefix(2);
    const auto path = escaped ? unescaped(rest) : std::string{rest};
    return path && names(*path, name) ? hash : std::nullopt;
}

}  // namespace

base::result<std::string> read_checksum(std::string_view content, std::string_view name) {
    const auto refuse = [&](std::string_view why) {
        return model::invalid("checksum", "the checksum of " + base::escape(name) + " " + std::string{why});
    };
    if (content.size() > largest_checksum_file) return refuse("is in a file that is too large");
    std::optional<std::string> found;
    while (!content.empty()) {
        auto line = content.substr(0, content.find('\n'));
        content.remove_prefix(std::min(line.size() + 1, content.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.front() == '#') continue;
        const auto hash = hash_in(line, name);
        if (!hash) continue;
        if (found && *found != *hash) return refuse("is told in two ways");
        found = hash;
    }
    if (!found) return refuse("is not in the file that should have it");
    return std::move(*found);
}

}  // namespace gangway::transfer
