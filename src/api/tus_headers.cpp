#include "tus_headers.hpp"

#include <gangway/api/errors.hpp>
#include <gangway/api/request_head.hpp>
#include <gangway/base/base64.hpp>
#include <gangway/model/errors.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace gangway::api {
namespace {

std::unexpected<base::error> malformed(std::string_view field, std::string message) {
    return std::unexpected(refusal(errc::bad_request, std::move(message)).with("field", std::string{field}));
}

bool is_key(std::string_view key) {
    return !key.empty() && std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7F; });
}

/// Whole, without the leniency for white space.
std::optional<std::string> decoded(std::string_view base64) {
    if (base64.find_first_of(" \t") != std::string_view::npos) return std::nullopt;
    return base::from_base64(base64);
}

base::result<std::uint32_t> parse_mode(std::string_view digits) {
    std::uint32_t mode = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), mode, 8);
    if (failure != std::errc{} || end != digits.data() + digits.size() || mode > 07777)
        return malformed("mode", R"("mode" must be octal digits up to 7777)");
    return mode;
}

base::result<bool> parse_flag(std::string_view key, std::string_view value) {
    if (value == "true" || value == "false") return value == "true";
    return malformed(key, fmt::format(R"("{}" must be "true" or "false")", key));
}

base::result<model::remote_path> parse_file_path(std::string octets) {
    auto path = model::remote_path::parse(std::move(octets));
    if (path && (path->octets().ends_with('/') || !model::is_entry_name(path->name())))
        return malformed("path", R"("path" must name a file)");
    return path;
}

/// What is known of the keys so far.
struct collected {
    std::optional<model::remote_path> path{};
    std::optional<std::uint32_t> mode{};
    bool overwrite = false;
    bool parents = false;

    base::result<void> take(std::string_view key, std::string value) {
        if (key == "path") return keep(path, parse_file_path(std::move(value)));
        if (key == "mode") return keep(mode, parse_mode(value));
        if (key == "overwrite") return keep(overwrite, parse_flag(key, value));
        if (key == "parents") return keep(parents, parse_flag(key, value));
        return {};
    }
    template <class To, class From>
    static base::result<void> keep(To& to, base::result<From> value) {
        if (!value) return std::unexpected(std::move(value.error()));
        to = *std::move(value);
        return {};
    }
};

}  // namespace

base::result<std::optional<std::string_view>> single_field(const resource_request& request, std::string_view name) {
    if (request.count(name) > 1) return refuse(errc::bad_request, fmt::format("{} is given twice", name));
    return request.field(name);
}

base::result<std::optional<std::uint64_t>> size_field(const resource_request& request, std::string_view name) {
    const auto text = single_field(request, name);
    if (!text) return std::unexpected(text.error());
    if (!*text) return std::nullopt;
    std::uint64_t value = 0;
    const auto* const end = (*text)->data() + (*text)->size();
    const auto [stop, failure] = std::from_chars((*text)->data(), end, value);
    if ((*text)->empty() || stop != end || failure == std::errc::invalid_argument)
        return refuse(errc::bad_request, fmt::format("{} must be a whole number", name));
    if (failure != std::errc{} || value > tus_max_size)
        return refuse(errc::payload_too_large, fmt::format("{} may be {} at most", name, tus_max_size));
    return value;
}

base::result<upload_metadata> parse_upload_metadata(std::string_view header) {
    collected found;
    std::set<std::string_view> keys;
    for (auto rest = trimmed(header); !rest.empty();) {
        const auto comma = rest.find(',');
        const auto pair = trimmed(rest.substr(0, comma));
        const auto key = pair.substr(0, pair.find(' '));
        if (!is_key(key) || !keys.insert(key).second)
            return malformed("Upload-Metadata", "Upload-Metadata must be keys, each once, with values in base64");
        auto value = decoded(trimmed(pair.substr(key.size())));
        if (!value) return malformed("Upload-Metadata", "A value in Upload-Metadata is not base64");
        if (auto taken = found.take(key, *std::move(value)); !taken) return std::unexpected(std::move(taken.error()));
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    if (!found.path) return malformed("path", R"(Upload-Metadata must tell the "path" on the server)");
    return upload_metadata{*std::move(found.path), found.mode, found.overwrite, found.parents};
}

base::result<upload_checksum> parse_upload_checksum(std::string_view header) {
    const auto space = header.find(' ');
    const auto name = header.substr(0, space);
    const auto algorithm = crypto::digest_algorithm_named(name);
    if (algorithm != crypto::digest_algorithm::sha1 && algorithm != crypto::digest_algorithm::sha256)
        return refuse(errc::bad_request, fmt::format("Upload-Checksum may be of {}", tus_checksum_algorithms));
    auto digest = space == std::string_view::npos ? std::nullopt : decoded(header.substr(space + 1));
    if (!digest || digest->size() != crypto::digest_size(*algorithm))
        return refuse(errc::bad_request, fmt::format("Upload-Checksum must be {} and a digest in base64", name));
    return upload_checksum{*algorithm, *std::move(digest)};
}

}  // namespace gangway::api
