#include <gangway/base/base64.hpp>
#include <gangway/base/byte_reader.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/net/known_hosts.hpp>

#include <algorithm>
#include <optional>

namespace gangway::net {
namespace {

/// The part of `rest` before `separator`, which is removed with it; all of `rest` if there is none.
std::string_view cut(std::string_view& rest, char separator) noexcept {
    const auto end = rest.find(separator);
    const auto part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return part;
}

/// The next word of a line; empty at its end.
std::string_view next_word(std::string_view& rest) noexcept {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    const auto word = rest.substr(0, rest.find_first_of(" \t"));
    rest.remove_prefix(word.size());
    return word;
}

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// `*` and `?` as in ssh_config(5), without regard to case. Linear in the product of the lengths: after a mismatch only
/// the last `*` is tried again.
bool matches_pattern(std::string_view name, std::string_view pattern) noexcept {
    std::size_t at = 0, in = 0, retry_name = 0;
    std::size_t retry_pattern = std::string_view::npos;
    while (at < name.size()) {
        if (in < pattern.size() && pattern[in] == '*') {
            retry_pattern = ++in;
            retry_name = at;
        } else if (in < pattern.size() && (pattern[in] == '?' || lower(pattern[in]) == name[at])) {
            ++in;
            ++at;
        } else if (retry_pattern != std::string_view::npos) {
            in = retry_pattern;
            at = ++retry_name;
        } else {
            return false;
        }
    }
    while (in < pattern.size() && pattern[in] == '*')
        ++in;
    return in == pattern.size();
}

/// `|1|salt|hash`, both in base64: HMAC-SHA1 of the name under the salt.
bool matches_hash(std::string_view name, std::string_view field) {
    if (!field.starts_with("|1|")) return false;
    field.remove_prefix(3);
    const auto salt = base::from_base64(cut(field, '|'));
    const auto hash = base::from_base64(field);
    return salt && hash && crypto::constant_time_equal(crypto::hmac_sha1(*salt, name), *hash);
}

/// Patterns with commas between them; one negated pattern that matches overrules all others.
bool matches_hosts(std::string_view name, std::string_view field) {
    if (field.starts_with('|')) return matches_hash(name, field);
    bool found = false;
    while (!field.empty()) {
        auto pattern = cut(field, ',');
        const bool negated = pattern.starts_with('!');
        if (negated) pattern.remove_prefix(1);
        if (!matches_pattern(name, pattern)) continue;
        if (negated) return false;
        found = true;
    }
    return found;
}

std::optional<host_key> parse_key(std::string_view type, std::string_view text) {
    auto blob = base::from_base64(text);
    if (!blob || type.empty() || base::byte_reader{*blob}.string() != type) return std::nullopt;
    return host_key{std::string{type}, std::move(*blob)};
}

/// How the file writes a server: `[host]:port`, or only the host where the port is 22.
std::string name_of(const model::endpoint& server) {
    if (server.port == model::default_port) return server.host.text();
    return "[" + server.host.text() + "]:" + std::to_string(server.port);
}

}  // namespace

known_keys find_known_keys(std::string_view file, const model::endpoint& server) {
    const auto name = name_of(server);
    known_keys found;
    while (!file.empty()) {
        auto line = cut(file, '\n');
        if (line.ends_with('\r')) line.remove_suffix(1);
        auto hosts = next_word(line);
        if (hosts.empty() || hosts.starts_with('#')) continue;
        const auto marker = hosts.starts_with('@') ? hosts : std::string_view{};
        if (!marker.empty() && marker != "@revoked") continue;
        if (!marker.empty()) hosts = next_word(line);
        if (!matches_hosts(name, hosts)) continue;
        const auto type = next_word(line);
        if (auto key = parse_key(type, next_word(line)))
            (marker.empty() ? found.trusted : found.revoked).push_back(std::move(*key));
    }
    return found;
}

std::string known_hosts_line(const model::endpoint& server, const host_key& key) {
    return name_of(server) + " " + key.type + " " + base::to_base64(key.blob) + "\n";
}

}  // namespace gangway::net
