#include "folder_body.hpp"

#include "json_values.hpp"
#include "task.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/model/errors.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <utility>

namespace gangway::cli {
namespace {

namespace json = boost::json;

constexpr auto setting_options = std::to_array<option>({
    {"include", takes::list, "GLOB", "Pull only these, e.g. *.csv or 20*/**; repeatable (default: all)"},
    {"exclude", takes::list, "GLOB", "Leave these out; repeatable"},
    {"at-once", takes::nothing, "", "A file is complete as soon as it is seen"},
    {"looks-apart", takes::text, "DURATION", "Complete when two looks so far apart see the same size and time"},
    {"age", takes::text, "DURATION", "Complete when it has not changed for so long"},
    {"clock-tolerance", takes::text, "DURATION", "With --age: how wrong the server's clock may be"},
    {"marker", takes::text, "NAME", "Complete when this file lies beside it, e.g. {name}.done"},
    {"order", takes::text, "mtime|name|size", "Which files come first"},
    {"max-files", takes::text, "N", "At most so many in one run"},
    {"max-octets", takes::text, "N", "At most so many octets in one run"},
    {"max-duration", takes::text, "DURATION", "A run takes no longer"},
    {"key-template", takes::text, "TEXT", "The name at the destination (default: {path})"},
    {"fold-keys", takes::text, "true|false", "Names that differ in case only are the same"},
    {"checksum", takes::text, "NAME", "A file with the SHA-256 beside it, e.g. {name}.sha256"},
    {"then", takes::text, "none|delete|move", "What happens to the file on the server once it is here"},
    {"move-to", takes::text, "FOLDER", "Where --then move puts it"},
    {"to-folder", takes::text, "DIR", "Pull into this folder of the gateway, beneath its pull root"},
    {"to-bucket", takes::text, "NAME", "Pull into this bucket of S3; its secret access key is asked for"},
    {"endpoint", takes::text, "URL", "Of the bucket"},
    {"region", takes::text, "NAME", "Of the bucket"},
    {"prefix", takes::text, "TEXT", "In front of each name in the bucket"},
    {"path-style", takes::text, "true|false", "The bucket's name is in the path, not in the host"},
    {"conditional-writes", takes::text, "true|false", "Whether the endpoint knows If-None-Match"},
    {"access-key-id", takes::text, "ID", "Of the bucket"},
    {"secret-stdin", takes::nothing, "", "Read the secret access key from the first line of standard input"},
    {"every", takes::text, "DURATION", "Pull so often, e.g. 15m"},
    {"cron", takes::text, "FIELDS", "Pull at these times, e.g. '0 6 * * *'"},
    {"zone", takes::text, "NAME", "The time zone of --cron, e.g. Europe/Berlin (default: UTC)"},
    {"on-request", takes::nothing, "", "Pull only when somebody asks"},
    {"expect", takes::text, "GLOB", "Tell the webhooks when no such file came by --expect-every or --expect-cron"},
    {"expect-every", takes::text, "DURATION", "One is expected so often"},
    {"expect-cron", takes::text, "FIELDS", "One is expected by these times"},
    {"expect-zone", takes::text, "NAME", "The time zone of --expect-cron"},
    {"expect-none", takes::nothing, "", "Expect no file"},
});

/// An option that is a member of one of the parts.
struct member {
    std::string_view option, path;
    enum class kind : std::uint8_t { text, number, truth, list } what = kind::text;
};
using enum member::kind;

constexpr auto rule_members = std::to_array<member>({
    {"include", "include", list},
    {"exclude", "exclude", list},
    {"order", "order"},
    {"max-files", "limits.files", number},
    {"max-octets", "limits.octets", number},
    {"max-duration", "limits.duration"},
    {"key-template", "keyTemplate"},
    {"fold-keys", "foldKeys", truth},
    {"checksum", "checksum"},
    {"then", "after.do"},
    {"move-to", "after.folder"},
});
constexpr auto bucket_members = std::to_array<member>({
    {"to-bucket", "bucket"},
    {"endpoint", "endpoint"},
    {"region", "region"},
    {"prefix", "prefix"},
    {"path-style", "pathStyle", truth},
    {"conditional-writes", "conditionalWrites", truth},
    {"access-key-id", "accessKeyId"},
});

std::unexpected<base::error> wrong(std::string_view option, std::string_view takes_what) {
    return model::invalid(option, fmt::format("--{} takes {}", option, takes_what));
}

base::result<void> put_member(json::object& part, const admin_line& line, const member& which) {
    if (!line.has(which.option)) return {};
    const auto& values = line.list(which.option);
    const auto& text = values.back();
    switch (which.what) {
        case member::kind::text:
            put_at(part, which.path, json::value(text));
            break;
        case number: {
            std::uint64_t value = 0;
            const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
            if (failure != std::errc{} || end != text.data() + text.size()) return wrong(which.option, "a number");
            put_at(part, which.path, value);
            break;
        }
        case truth:
            if (text != "true" && text != "false") return wrong(which.option, "true or false");
            put_at(part, which.path, text == "true");
            break;
        case member::kind::list: {
            json::array all;
            for (const auto& each : values)
                all.emplace_back(each);
            put_at(part, which.path, std::move(all));
            break;
        }
    }
    return {};
}

bool any_of(const admin_line& line, std::span<const member> members) {
    return std::ranges::any_of(members, [&line](const auto& each) { return line.has(each.option); });
}

/// The one of these options that was given; "" if none was. Errors if several were.
base::result<std::string_view> only_one(const admin_line& line, std::initializer_list<std::string_view> which) {
    std::string_view found;
    for (const auto each : which) {
        if (!line.has(each)) continue;
        if (!found.empty()) return model::invalid(each, fmt::format("--{} and --{} exclude each other", found, each));
        found = each;
    }
    return found;
}

base::result<void> put_stability(json::object& rules, const admin_line& line) {
    const auto how = only_one(line, {"at-once", "looks-apart", "age", "marker"});
    if (!how) return std::unexpected(how.error());
    if (*how == "at-once") rules["stable"] = {{"by", "at_once"}};
    if (*how == "looks-apart") rules["stable"] = {{"by", "looks"}, {"apart", *line.text("looks-apart")}};
    if (*how == "age") rules["stable"] = {{"by", "age"}, {"age", *line.text("age")}};
    if (const auto tolerance = line.text("clock-tolerance")) {
        if (*how != "age") return model::invalid("clock-tolerance", "--clock-tolerance belongs to --age");
        rules["stable"].get_object()["clockTolerance"] = *tolerance;
    }
    if (*how == "marker") rules["stable"] = {{"by", "marker"}, {"marker", *line.text("marker")}};
    return {};
}

base::result<void> put_rules(json::object& body, const admin_line& line, const json::object& now) {
    auto rules = object_at(now, "rules");
    const auto before = rules;
    for (const auto& each : rule_members)
        if (const auto put = put_member(rules, line, each); !put) return put;
    // What moved files into a folder does so no longer.
    if (const auto after = line.text("then"); after && *after != "move") rules["after"] = {{"do", *after}};
    if (const auto put = put_stability(rules, line); !put) return put;
    if (rules != before) body["rules"] = std::move(rules);
    return {};
}

base::result<void> put_destination(json::object& body, const admin_line& line, const json::object& now) {
    const bool to_bucket = any_of(line, bucket_members) || line.has("secret-stdin");
    if (line.has("to-folder")) {
        if (to_bucket) return model::invalid("to-folder", "--to-folder and the options of a bucket exclude each other");
        body["destination"] = {{"to", "local"}, {"folder", *line.text("to-folder")}};
        return {};
    }
    if (!to_bucket) return {};
    json::object destination{wiping_storage()};
    if (text_at(now, "destination.to") == "s3") destination = object_at(now, "destination");
    destination["to"] = "s3";
    for (const auto& each : bucket_members)
        if (const auto put = put_member(destination, line, each); !put) return put;
    body["destination"] = std::move(destination);
    return {};
}

/// {"every": …} or {"cron": …, "zone": …} of these options; nothing if none was given.
base::result<std::optional<json::object>> times(const admin_line& line, std::string_view every, std::string_view cron,
                                                std::string_view zone) {
    if (line.has(zone) && !line.has(cron)) return model::invalid(zone, fmt::format("--{} belongs to --{}", zone, cron));
    if (line.has(every)) return json::object{{"every", *line.text(every)}};
    if (!line.has(cron)) return std::nullopt;
    return json::object{{"cron", *line.text(cron)}, {"zone", line.text(zone).value_or("UTC")}};
}

base::result<void> put_schedule(json::object& body, const admin_line& line) {
    const auto how = only_one(line, {"every", "cron", "on-request"});
    if (!how) return std::unexpected(how.error());
    auto when = times(line, "every", "cron", "zone");
    if (!when) return std::unexpected(when.error());
    if (*how == "on-request")
        body["schedule"] = nullptr;
    else if (*when)
        body["schedule"] = std::move(**when);
    return {};
}

base::result<void> put_expected(json::object& body, const admin_line& line) {
    const auto how = only_one(line, {"expect-every", "expect-cron", "expect-none"});
    if (!how) return std::unexpected(how.error());
    auto when = times(line, "expect-every", "expect-cron", "expect-zone");
    if (!when) return std::unexpected(when.error());
    if (line.has("expect") != when->has_value())
        return model::invalid("expect", "--expect needs --expect-every or --expect-cron, and the other way round");
    if (*how == "expect-none") body["expectedBy"] = nullptr;
    if (!*when) return {};
    (**when)["like"] = *line.text("expect");
    body["expectedBy"] = std::move(**when);
    return {};
}

}  // namespace

std::span<const option> folder_setting_options() noexcept {
    return setting_options;
}

base::result<void> put_folder_settings(json::object& body, const admin_line& line, const json::object& now) {
    if (const auto put = put_rules(body, line, now); !put) return put;
    if (const auto put = put_destination(body, line, now); !put) return put;
    if (const auto put = put_schedule(body, line); !put) return put;
    return put_expected(body, line);
}

}  // namespace gangway::cli
