#include "s3_address.hpp"

#include <gangway/model/errors.hpp>
#include <gangway/model/host.hpp>

#include <algorithm>
#include <charconv>

namespace gangway::sink {
namespace {

bool is_letter_or_digit(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// The scheme with its slashes, and the authority. The second is empty where it is no http or https address.
std::pair<std::string_view, std::string_view> endpoint_parts(std::string_view endpoint) {
    for (const std::string_view scheme : {"https://", "http://"})
        if (endpoint.starts_with(scheme)) return {scheme, endpoint.substr(scheme.size())};
    return {};
}

bool is_authority(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos && !text.ends_with(']')) {
        unsigned port = 0;
        const char* const end = text.data() + text.size();
        const auto [stop, failure] = std::from_chars(text.data() + colon + 1, end, port);
        if (failure != std::errc{} || stop != end || port < 1 || port > 65535) return false;
        text = text.substr(0, colon);
    }
    const bool bare_ipv6 = text.contains(':') && !text.starts_with('[');
    return !bare_ipv6 && model::host::parse(text).has_value();
}

/// The rules of S3 for new buckets, without dots for names in front of the host.
bool is_bucket(std::string_view name, bool dots) {
    const auto fits = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || (dots && c == '.');
    };
    return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, fits) &&
           is_letter_or_digit(name.front()) && is_letter_or_digit(name.back()) && !name.contains("..");
}

}  // namespace

base::result<void> s3_settings::check() const {
    if (!is_authority(endpoint_parts(endpoint).second))
        return model::invalid("endpoint", "an endpoint is http:// or https://, a host, and a port if needed");
    if (!is_bucket(bucket, path_style))
        return model::invalid("bucket", "a bucket has 3 to 63 lower-case letters, digits, hyphens and, in paths, dots");
    if (!prefix.empty()) {
        const auto key = model::destination_key::parse(prefix.substr(0, prefix.size() - 1));
        if (!prefix.ends_with('/') || !key || prefix.size() > 512)
            return model::invalid("prefix", "a prefix is a relative path of at most 512 octets that ends with a slash");
    }
    const auto in_region = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; };
    if (region.empty() || region.size() > 64 || !std::ranges::all_of(region, in_region))
        return model::invalid("region", "a region has letters, digits and hyphens");
    return {};
}

std::string percent_encoded(std::string_view octets, bool keep_slashes) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char octet : octets) {
        const auto value = static_cast<unsigned char>(octet);
        if (is_letter_or_digit(octet) || std::string_view{"-._~"}.contains(octet) || (keep_slashes && octet == '/'))
            out += octet;
        else
            out += {'%', digits[value >> 4U], digits[value & 0xfU]};
    }
    return out;
}

std::string s3_url(const s3_settings& settings, std::string_view key, s3_query query) {
    const auto [scheme, authority] = endpoint_parts(settings.endpoint);
    std::string url{scheme};
    if (settings.path_style)
        url.append(authority).append("/").append(settings.bucket);
    else
        url.append(settings.bucket).append(".").append(authority);
    url += '/';
    if (!key.empty()) url += percent_encoded(settings.prefix + std::string{key}, true);
    std::ranges::sort(query);
    for (char separator = '?'; const auto& [name, value] : query) {
        url.append(1, separator).append(percent_encoded(name, false)).append("=").append(percent_encoded(value, false));
        separator = '&';
    }
    return url;
}

}  // namespace gangway::sink
