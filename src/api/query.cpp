#include "percent.hpp"

#include <gangway/api/errors.hpp>
#include <gangway/api/query.hpp>
#include <gangway/base/utf8.hpp>

#include <algorithm>
#include <optional>

namespace gangway::api {
namespace {

std::optional<std::string> decoded(std::string_view text) {
    std::string spaced{text};
    std::ranges::replace(spaced, '+', ' ');
    auto octets = percent_decoded(spaced);
    if (!octets || !base::is_utf8(*octets) || octets->contains('\0')) return std::nullopt;
    return octets;
}

}  // namespace

base::result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos || equals == 0 || (query.empty() && end != std::string_view::npos))
            return refuse(errc::bad_request, "The query is not made of name=value pairs");
        auto name = decoded(pair.substr(0, equals));
        auto value = decoded(pair.substr(equals + 1));
        if (!name || !value) return refuse(errc::bad_request, "The query is not percent-encoded UTF-8");
        if (std::ranges::find(pairs, *name, &std::pair<std::string, std::string>::first) != pairs.end())
            return refuse(errc::bad_request, "A name occurs twice in the query");
        if (pairs.size() == query_pairs) return refuse(errc::bad_request, "The query has too many pairs");
        pairs.emplace_back(std::move(*name), std::move(*value));
    }
    return pairs;
}

}  // namespace gangway::api
