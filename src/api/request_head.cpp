#include <gangway/api/errors.hpp>
#include <gangway/api/request_head.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace gangway::api {
namespace {

/// RFC 9110 section 5.6.2.
bool is_token_char(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && std::string_view{"!#$%&'*+-.^_`|~"}.contains(c));
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, is_token_char);
}

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The line at the front of `octets`, which is taken off with its CR LF.
std::string_view take_line(std::string_view& octets) noexcept {
    const auto line = octets.substr(0, octets.find("\r\n"));
    octets.remove_prefix(std::min(octets.size(), line.size() + 2));
    return line;
}

/// Visible ASCII without a fragment; only the origin form, because everything else names a host a second time.
bool is_origin_form(std::string_view target) noexcept {
    return target.starts_with('/') &&
           std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7F && c != '#'; });
}

base::result<void> parse_request_line(std::string_view line, request_head& head, head_limits limits) {
    const auto method_end = line.find(' ');
    const auto target_end = line.rfind(' ');
    if (method_end == std::string_view::npos || method_end == target_end)
        return refuse(errc::bad_request, "The request line is not METHOD SP target SP HTTP/1.1");
    head.method = line.substr(0, method_end);
    head.target = line.substr(method_end + 1, target_end - method_end - 1);
    const auto version = line.substr(target_end + 1);
    if (!is_token(head.method)) return refuse(errc::bad_request, "The method is not a token");
    if (head.target.size() > limits.target)
        return refuse(errc::uri_too_long,
                      "The request target is longer than " + std::to_string(limits.target) + " octets");
    if (!is_origin_form(head.target)) return refuse(errc::bad_request, "The request target is not an absolute path");
    head.http_1_0 = version == "HTTP/1.0";
    if (!head.http_1_0 && version != "HTTP/1.1")
        return refuse(errc::bad_request, "Only HTTP/1.1 and HTTP/1.0 are spoken here");
    return {};
}

bool has_value_octets(std::string_view value) noexcept {
    return std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) >= 0x20 || c == '\t'; }) &&
           !value.contains('\x7F');
}

base::result<std::uint64_t> parse_length(std::string_view digits) {
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const bool only_digits = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    const auto parsed = std::from_chars(digits.data(), end, value);
    if (!only_digits || parsed.ec != std::errc{} || parsed.ptr != end)
        return refuse(errc::bad_request, "Content-Length is not one decimal number");
    return value;
}

/// Whether the comma-separated list `value` has `element`.
bool lists(std::string_view value, std::string_view element) noexcept {
    for (;;) {
        const auto comma = value.find(',');
        if (equal_ignoring_case(trimmed(value.substr(0, comma)), element)) return true;
        if (comma == std::string_view::npos) return false;
        value.remove_prefix(comma + 1);
    }
}

}  // namespace

bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept {
    return std::ranges::equal(left, right, [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

base::result<std::optional<std::size_t>> head_scanner::scan(std::string_view octets) {
    const auto within = octets.substr(0, limits_.octets);
    for (; seen_ < within.size(); ++seen_) {
        const auto octet = static_cast<unsigned char>(within[seen_]);
        const bool after_cr = seen_ != 0 && within[seen_ - 1] == '\r';
        if (after_cr != (octet == '\n')) return refuse(errc::bad_request, "A line does not end with CR LF");
        if (octet == '\n') {
            if (seen_ == line_start_ + 1) return ++seen_;
            line_start_ = seen_ + 1;
        } else if ((octet < 0x20 && octet != '\r' && octet != '\t') || octet == 0x7F) {
            return refuse(errc::bad_request, "The request's head contains a control character");
        }
    }
    if (octets.size() >= limits_.octets)
        return refuse(errc::headers_too_large,
                      "The request's head is longer than " + std::to_string(limits_.octets) + " octets");
    return std::nullopt;
}

std::optional<std::string_view> request_head::query() const noexcept {
    const auto mark = target.find('?');
    if (mark == std::string_view::npos) return std::nullopt;
    return target.substr(mark + 1);
}

std::optional<std::string_view> request_head::field(std::string_view name) const noexcept {
    for (const auto& each : fields)
        if (equal_ignoring_case(each.name, name)) return each.value;
    return std::nullopt;
}

base::result<request_head> parse_head(std::string_view octets, head_limits limits) {
    request_head head;
    if (auto parsed = parse_request_line(take_line(octets), head, limits); !parsed)
        return std::unexpected(std::move(parsed.error()));
    while (!octets.empty()) {
        const auto line = take_line(octets);
        if (line.empty()) break;
        // A folded line starts with white space, so it has no token before its colon.
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
            return refuse(errc::bad_request, "A header line is not \"name: value\"");
        const auto value = trimmed(line.substr(colon + 1));
        if (!has_value_octets(value)) return refuse(errc::bad_request, "A header value contains a control character");
        if (head.fields.size() == limits.fields)
            return refuse(errc::headers_too_large,
                          "The request has more than " + std::to_string(limits.fields) + " header fields");
        head.fields.push_back({line.substr(0, colon), value});
    }
    return head;
}

base::result<framing> framing_of(const request_head& head) {
    framing found;
    bool close = false, keep = false, host = false;
    for (const auto& [name, value] : head.fields) {
        if (equal_ignoring_case(name, "Content-Length")) {
            if (found.content_length) return refuse(errc::bad_request, "Content-Length is given twice");
            auto length = parse_length(value);
            if (!length) return std::unexpected(std::move(length.error()));
            found.content_length = *length;
        } else if (equal_ignoring_case(name, "Transfer-Encoding")) {
            if (found.chunked || head.http_1_0 || !equal_ignoring_case(value, "chunked"))
                return refuse(errc::bad_request, "The only transfer encoding is chunked, once, in HTTP/1.1");
            found.chunked = true;
        } else if (equal_ignoring_case(name, "Host")) {
            if (host) return refuse(errc::bad_request, "Host is given twice");
            host = true;
        } else if (equal_ignoring_case(name, "Connection")) {
            close = close || lists(value, "close");
            keep = keep || lists(value, "keep-alive");
        } else if (equal_ignoring_case(name, "Expect")) {
            if (!equal_ignoring_case(value, "100-continue"))
                return refuse(errc::expectation_failed, "The only expectation is 100-continue");
            found.expects_continue = !head.http_1_0;
        }
    }
    if (found.chunked && found.content_length)
        return refuse(errc::bad_request, "Content-Length and Transfer-Encoding exclude each other");
    if (!host && !head.http_1_0) return refuse(errc::bad_request, "Host is missing");
    found.keep_alive = !close && (keep || !head.http_1_0);
    return found;
}

}  // namespace gangway::api
