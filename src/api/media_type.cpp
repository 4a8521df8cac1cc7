#include "media_type.hpp"

#include <gangway/api/errors.hpp>
#include <gangway/api/resource_request.hpp>

namespace gangway::api {
namespace {

std::string_view unquoted(std::string_view value) noexcept {
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) return value.substr(1, value.size() - 2);
    return value;
}

/// RFC 9110 section 8.3.1; of the parameters only the charset matters.
bool is_json_in_utf8(std::string_view type) noexcept {
    auto rest = type;
    const auto next_part = [&rest] {
        const auto part = trimmed(rest.substr(0, rest.find(';')));
        const auto end = rest.find(';');
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        return part;
    };
    if (!equal_ignoring_case(next_part(), "application/json")) return false;
    while (!rest.empty()) {
        const auto parameter = next_part();
        const auto equals = parameter.find('=');
        if (equals == std::string_view::npos) continue;
        if (equal_ignoring_case(parameter.substr(0, equals), "charset") &&
            !equal_ignoring_case(unquoted(parameter.substr(equals + 1)), "utf-8"))
            return false;
    }
    return true;
}

/// `fields` are pairs of a name and a value.
base::result<void> check_fields(const auto& fields) {
    bool typed = false;
    for (const auto& [name, value] : fields) {
        if (equal_ignoring_case(name, "Content-Type")) {
            if (typed) return refuse(errc::bad_request, "Content-Type is given twice");
            typed = true;
            if (!is_json_in_utf8(value))
                return refuse(errc::unsupported_media_type,
                              "The body must be JSON in UTF-8: send Content-Type: application/json");
        } else if (equal_ignoring_case(name, "Content-Encoding") && !equal_ignoring_case(value, "identity")) {
            return refuse(errc::unsupported_media_type, "The body must not be compressed");
        }
    }
    return {};
}

}  // namespace

base::result<void> check_media_type(const request_head& head) {
    return check_fields(head.fields);
}

base::result<void> check_media_type(const resource_request& request) {
    return check_fields(request.fields);
}

}  // namespace gangway::api
