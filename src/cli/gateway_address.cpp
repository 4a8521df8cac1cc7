#include "gateway_address.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/model/errors.hpp>

#include <algorithm>
#include <utility>

namespace gangway::cli {
namespace {

constexpr std::string_view field = "gateway";
constexpr std::uint16_t http_port = 80, https_port = 443;

std::unexpected<base::error> wrong(std::string_view text, std::string_view why) {
    return model::invalid(field, "the address of the gateway, " + base::escape(text) + ", " + std::string{why});
}

bool is_path_character(char c) noexcept {
    return c > 0x20 && c < 0x7F && c != '?' && c != '#' && c != '"' && c != '<' && c != '>' && c != '\\';
}

/// "host", "host:port", "[v6]:port" into its two parts.
std::pair<std::string_view, std::string_view> host_and_port(std::string_view authority) {
    const auto bracket = authority.find(']');
    const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon == std::string_view::npos) return {authority, {}};
    return {authority.substr(0, colon), authority.substr(colon + 1)};
}

}  // namespace

base::result<gateway_address> gateway_address::parse(std::string_view text) {
    auto rest = text;
    const bool tls = rest.starts_with("https://");
    if (!tls && !rest.starts_with("http://")) return wrong(text, "does not begin with http:// or https://");
    rest.remove_prefix(tls ? 8 : 7);
    const auto end = std::min(rest.find('/'), rest.size());
    const auto authority = rest.substr(0, end);
    auto prefix = rest.substr(end);
    while (prefix.ends_with('/'))
        prefix.remove_suffix(1);
    if (authority.contains('@')) return wrong("with a user name", "is refused: the token is given by --token-file");
    if (!std::ranges::all_of(prefix, is_path_character)) return wrong(text, "has characters that no path has");
    const auto [name, digits] = host_and_port(authority);
    auto host = model::host::parse(name, field);
    if (!host) return std::unexpected(std::move(host.error()));
    std::uint16_t port = tls ? https_port : http_port;
    if (authority.size() != name.size()) {
        const auto given = model::parse_port(digits, field);
        if (!given) return std::unexpected(given.error());
        port = *given;
    }
    return gateway_address{.tls = tls, .server = {std::move(*host), port}, .prefix = std::string{prefix}};
}

std::string gateway_address::text() const {
    return (tls ? "https://" : "http://") + host_field() + prefix;
}

std::string gateway_address::host_field() const {
    if (server.port != (tls ? https_port : http_port)) return server.text();
    return server.host.is_ipv6() ? "[" + server.host.text() + "]" : server.host.text();
}

}  // namespace gangway::cli
