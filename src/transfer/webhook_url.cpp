#include <gangway/model/errors.hpp>
#include <gangway/transfer/webhook_url.hpp>

#include <algorithm>

namespace gangway::transfer {
namespace {

constexpr std::size_t longest = 2048;

/// What is between the slashes of the scheme and the path or query; nothing where the scheme is another.
std::string_view authority_of(std::string_view url) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (!url.starts_with(scheme)) continue;
        url.remove_prefix(scheme.size());
        return url.substr(0, url.find_first_of("/?"));
    }
    return {};
}

}  // namespace

base::result<webhook_url> webhook_url::parse(std::string_view text, std::string_view field) {
    const auto visible = [](char c) { return c > ' ' && c <= '~' && !std::string_view{"\"<>\\^`{|}"}.contains(c); };
    if (text.size() > longest || !std::ranges::all_of(text, visible))
        return model::invalid(field, "a URL has at most 2048 characters of those that RFC 3986 allows");
    auto authority = authority_of(text);
    if (authority.empty()) return model::invalid(field, "a webhook has a URL that begins with https:// or http://");
    if (authority.contains('@'))
        return model::invalid(field, "a webhook's URL has no user name and no password: URLs are shown");
    if (text.contains('#')) return model::invalid(field, "a webhook's URL has no fragment");

    const auto colon = authority.rfind(':');
    if (colon != std::string_view::npos && !authority.ends_with(']')) {
        const auto port = model::parse_port(authority.substr(colon + 1), field);
        if (!port) return std::unexpected(port.error());
        authority = authority.substr(0, colon);
    }
    // Without brackets the last part of an IPv6 address would have been taken for a port.
    if (authority.contains(':') && !authority.starts_with('['))
        return model::invalid(field, "an IPv6 address in a URL stands in brackets");
    auto host = model::host::parse(authority, field);
    if (!host) return std::unexpected(std::move(host.error()));
    return webhook_url{std::string{text}, std::move(*host)};
}

}  // namespace gangway::transfer
