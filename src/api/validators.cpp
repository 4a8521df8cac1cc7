#include "validators.hpp"

#include <gangway/api/request_head.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <limits>

namespace gangway::api {
namespace {

/// Whether a list of tags names this one. `weakly`: "W/" does not matter (RFC 9110 section 8.8.3.2).
bool names(std::string_view list, std::string_view tag, bool weakly) {
    while (!list.empty()) {
        auto rest = trimmed(list);
        const bool weak = rest.starts_with("W/");
        if (weak) rest.remove_prefix(2);
        // A comma may stand inside of the quotes.
        const auto end = rest.starts_with('"') ? rest.find('"', 1) : std::string_view::npos;
        if (end == std::string_view::npos) return false;
        if (rest.substr(0, end + 1) == tag && (weakly || !weak)) return true;
        rest = trimmed(rest.substr(end + 1));
        if (!rest.starts_with(',')) return false;
        list = rest.substr(1);
    }
    return false;
}

/// RFC 9110 sections 13.1.1 and 13.1.2.
bool matches(std::string_view field, const std::optional<sftp::attributes>& about, bool weakly) {
    if (trimmed(field) == "*") return about.has_value();
    const auto tag = about ? entity_tag(*about) : std::string{};
    return !tag.empty() && names(field, tag, weakly);
}

}  // namespace

std::string entity_tag(const sftp::attributes& about) {
    if (!about.size || !about.mtime) return {};
    return fmt::format("\"{:x}-{:x}\"", *about.size, *about.mtime);
}

std::string http_date(std::uint32_t seconds) {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

std::optional<std::uint32_t> parse_http_date(std::string_view text) {
    std::tm parts{};
    const std::string owned{text};
    const char* const end = ::strptime(owned.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    const auto seconds = ::timegm(&parts);
    if (seconds < 0 || seconds > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return static_cast<std::uint32_t>(seconds);
}

verdict check_conditions(const resource_request& request, const std::optional<sftp::attributes>& about) {
    const bool looks = request.method == "GET" || request.method == "HEAD";
    const auto modified_after = [&](std::string_view name) -> std::optional<bool> {
        const auto field = request.field(name);
        const auto date = field ? parse_http_date(*field) : std::nullopt;
        if (!date || !about || !about->mtime) return std::nullopt;
        return *about->mtime > *date;
    };
    if (const auto wanted = request.field("If-Match")) {
        if (!matches(*wanted, about, false)) return verdict::failed;
    } else if (modified_after("If-Unmodified-Since").value_or(false)) {
        return verdict::failed;
    }
    if (const auto known = request.field("If-None-Match")) {
        if (matches(*known, about, true)) return looks ? verdict::not_modified : verdict::failed;
    } else if (looks && !modified_after("If-Modified-Since").value_or(true)) {
        return verdict::not_modified;
    }
    return verdict::go_on;
}

bool range_applies(const resource_request& request, const sftp::attributes& about) {
    const auto field = request.field("If-Range");
    if (!field) return true;
    if (const auto date = parse_http_date(*field)) return about.mtime == date;
    return trimmed(*field) == entity_tag(about) && !entity_tag(about).empty();
}

}  // namespace gangway::api
