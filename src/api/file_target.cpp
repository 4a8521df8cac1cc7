#include "file_target.hpp"

#include "percent.hpp"

#include <gangway/api/errors.hpp>

#include <string>
#include <utility>

namespace gangway::api {
namespace {

std::unexpected<base::error> bad_path(std::string message) {
    return std::unexpected(refusal(errc::bad_request, std::move(message)).with("field", "path"));
}

base::result<std::string> segment(std::string_view encoded) {
    auto octets = percent_decoded(encoded);
    if (!octets) return bad_path("The path in the URL is not percent-encoded");
    if (model::is_entry_name(*octets)) return *std::move(octets);
    return bad_path(
        "A segment of the path in the URL is no name: it is empty, \".\" or \"..\", or has a slash or NUL in it");
}

}  // namespace

base::result<file_target> parse_file_target(std::string_view rest) {
    if (rest.empty()) return file_target{*model::remote_path::parse("/"), true};
    const bool folder = rest.ends_with('/');
    if (folder) rest.remove_suffix(1);
    std::string octets;
    bool at_home = false;
    for (bool first = true;; first = false) {
        const auto slash = rest.find('/');
        auto name = segment(rest.substr(0, slash));
        if (!name) return std::unexpected(std::move(name.error()));
        if (first && *name == "~") {
            at_home = true;
        } else {
            if (!octets.empty() || !at_home) octets += '/';
            octets += *name;
        }
        if (slash == std::string_view::npos) break;
        rest.remove_prefix(slash + 1);
    }
    auto path = model::remote_path::parse(octets.empty() ? "." : std::move(octets));
    if (!path) return std::unexpected(std::move(path.error()));
    return file_target{*std::move(path), folder};
}

}  // namespace gangway::api
