#include "accepts_lines.hpp"

#include <algorithm>

namespace gangway::api {

/// RFC 9110 section 12.5.1, of which one type and no weights matter here.
bool accepts_lines(const resource_request& request) {
    auto list = request.field("Accept").value_or(std::string_view{});
    while (!list.empty()) {
        const auto part = list.substr(0, list.find(','));
        list.remove_prefix(std::min(part.size() + 1, list.size()));
        if (equal_ignoring_case(trimmed(part.substr(0, part.find(';'))), ndjson)) return true;
    }
    return false;
}

}  // namespace gangway::api
