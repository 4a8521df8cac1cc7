#include <gangway/model/errors.hpp>
#include <gangway/model/sftp_url.hpp>

#include <algorithm>

namespace gangway::model {
namespace {

constexpr std::string_view field = "url";

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

base::result<std::string> percent_decoded(std::string_view text) {
    std::string octets;
    octets.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            octets.push_back(text[i]);
            continue;
        }
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
        if (low < 0) return invalid(field, "the URL has a '%' that two hexadecimal digits do not follow (write %25)");
        octets.push_back(static_cast<char>(high << 4 | low));
        i += 2;
    }
    if (octets.contains('\0')) return invalid(field, "the URL contains a NUL octet");
    return octets;
}

/// Removes "sftp://" in any case (RFC 3986 section 3.1), if it is there.
bool remove_scheme(std::string_view& text) noexcept {
    constexpr std::string_view scheme = "sftp://";
    const auto front = text.substr(0, scheme.size());
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    if (!std::ranges::equal(front, scheme, {}, lower)) return false;
    text.remove_prefix(scheme.size());
    return true;
}

base::result<std::string> parse_username(std::string_view text) {
    if (text.contains(':'))
        return invalid(field, "the URL holds a password: leave it out and use -i KEY, an agent, or the prompt");
    if (text.contains(';'))
        return invalid(field, "the URL holds connection parameters after ';', which are not read (in a name: %3B)");
    auto name = percent_decoded(text);
    if (name && name->empty()) return invalid(field, "the URL has an empty user name before '@'");
    return name;
}

base::result<endpoint> parse_authority(std::string_view text) {
    const auto colon = text.rfind(':');
    const auto bracket = text.rfind(']');
    const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    // Without brackets the last part of an IPv6 address would be taken for a port.
    if (bracket == std::string_view::npos && text.find(':') != colon)
        return invalid(field, "write an IPv6 address in brackets, as in sftp://user@[2001:db8::1]:22/path");
    auto name = host::parse(has_port ? text.substr(0, colon) : text, field);
    if (!name) return std::unexpected(std::move(name.error()));
    std::uint16_t number = default_port;
    if (has_port) {
        const auto port = parse_port(text.substr(colon + 1), field);
        if (!port) return std::unexpected(port.error());
        number = *port;
    }
    return endpoint{std::move(*name), number};
}

/// `/a` stays absolute, `/~/a` and `/~` become relative to the login folder.
std::string resolved(std::string path) {
    if (path != "/~" && !path.starts_with("/~/")) return path.empty() ? "." : path;
    path.erase(0, path.find_first_not_of('/', 2));
    return path.empty() ? "." : path;
}

}  // namespace

base::result<sftp_url> sftp_url::parse(std::string_view text) {
    if (!remove_scheme(text))
        return invalid(
            field, "write the server as sftp://user@host:port/path (without port: 22; /~/x is in the login folder)");
    const auto slash = text.find('/');
    auto authority = text.substr(0, slash);
    auto path = percent_decoded(slash == std::string_view::npos ? std::string_view{} : text.substr(slash));
    if (!path) return std::unexpected(std::move(path.error()));

    std::optional<std::string> username;
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        auto name = parse_username(authority.substr(0, at));
        if (!name) return std::unexpected(std::move(name.error()));
        username = std::move(*name);
        authority.remove_prefix(at + 1);
    }
    auto where = parse_authority(authority);
    if (!where) return std::unexpected(std::move(where.error()));
    return sftp_url{std::move(username), std::move(*where), resolved(std::move(*path))};
}

}  // namespace gangway::model
