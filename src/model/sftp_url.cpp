#include <gangway/model/errors.hpp>
#include <gangway/model/sftp_url.hpp>

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

base::result<endpoint> parse_authority(std::string_view text) {
    const auto colon = text.rfind(':');
    const auto bracket = text.rfind(']');
    const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
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
    if (path.empty() || path == "/~" || path == "/~/") return ".";
    return path.starts_with("/~/") ? path.substr(3) : path;
}

}  // namespace

base::result<sftp_url> sftp_url::parse(std::string_view text) {
    constexpr std::string_view scheme = "sftp://";
    if (!text.starts_with(scheme))
        return invalid(
            field, "write the server as sftp://user@host:port/path (without port: 22; /~/x is in the login folder)");
    text.remove_prefix(scheme.size());
    const auto slash = text.find('/');
    auto authority = text.substr(0, slash);
    auto path = percent_decoded(slash == std::string_view::npos ? std::string_view{} : text.substr(slash));
    if (!path) return std::unexpected(std::move(path.error()));

    std::optional<std::string> username;
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        const auto user = authority.substr(0, at);
        if (user.contains(':'))
            return invalid(field, "the URL holds a password: leave it out and use -i KEY, an agent, or the prompt");
        auto decoded = percent_decoded(user);
        if (!decoded) return std::unexpected(std::move(decoded.error()));
        if (decoded->empty()) return invalid(field, "the URL has an empty user name before '@'");
        username = std::move(*decoded);
        authority.remove_prefix(at + 1);
    }
    auto where = parse_authority(authority);
    if (!where) return std::unexpected(std::move(where.error()));
    return sftp_url{std::move(username), std::move(*where), resolved(std::move(*path))};
}

}  // namespace gangway::model
