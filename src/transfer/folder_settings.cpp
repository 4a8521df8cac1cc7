#include "json_members.hpp"

#include <gangway/base/utf8.hpp>
#include <gangway/model/duration.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/sink/s3_credentials.hpp>
#include <gangway/transfer/folder_settings.hpp>
#include <gangway/transfer/key_template.hpp>
#include <gangway/transfer/zones.hpp>

#include <charconv>
#include <chrono>
#include <utility>

namespace gangway::transfer {
namespace {

constexpr std::uint64_t largest_number = (std::uint64_t{1} << 53U) - 1;  ///< that every reader of JSON keeps exactly
constexpr std::chrono::hours longest_seconds{720};

/// "90s", "5m", "24h".
base::result<std::chrono::seconds> parse_seconds(std::string_view text, const std::string& field) {
    std::int64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, count);
    const std::string_view unit{stop, static_cast<std::size_t>(end - stop)};
    const std::int64_t each = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
    constexpr std::int64_t most = std::chrono::seconds{longest_seconds}.count();
    if (failure != std::errc{} || each == 0 || count < 0 || count > most / each)
        return model::invalid(field, "a time is a whole number with a unit (s, m, h), such as 2s or 6h, at most 720h");
    return std::chrono::seconds{count * each};
}

std::chrono::seconds seconds_in(json_members& from, std::string_view name, std::chrono::seconds without) {
    const auto text = from.text(name);
    return text ? from.checked(parse_seconds(*text, from.path_of(name))).value_or(without) : without;
}

model::stability read_stability(json_members from) {
    model::stability made;
    const auto by = from.required_text("by");
    if (by == "looks") {
        model::stable_over_looks looks;
        looks.apart = seconds_in(from, "apart", looks.apart);
        made = looks;
    } else if (by == "age") {
        model::stable_by_age age;
        age.age = seconds_in(from, "age", age.age);
        age.clock_tolerance = seconds_in(from, "clockTolerance", age.clock_tolerance);
        made = age;
    } else if (by == "marker") {
        const auto text = from.required_text("marker");
        if (auto marker = from.checked(model::companion_name::parse(text, from.path_of("marker"))))
            made = model::stable_by_marker{*std::move(marker)};
    } else if (by == "at_once") {
        made = model::stable_at_once{};
    } else {
        from.complain("by", "one of at_once, looks, age, marker");
    }
    from.end();
    return made;
}

model::post_action read_after(json_members from) {
    model::post_action made;
    const auto what = from.required_text("do");
    if (what == "move") {
        model::move_source move{std::string{from.required_text("folder")}};
        static_cast<void>(from.checked(render_folder(move.folder, {}, from.path_of("folder"))));
        made = std::move(move);
    } else if (what == "delete") {
        made = model::delete_source{};
    } else if (what != "none") {
        from.complain("do", "one of none, delete, move");
    }
    from.end();
    return made;
}

model::run_limits read_limits(json_members from) {
    model::run_limits made;
    made.files = from.number("files", 1, largest_number).value_or(made.files);
    made.octets = from.number("octets", 1, largest_number).value_or(made.octets);
    made.duration = seconds_in(from, "duration", made.duration);
    from.end();
    return made;
}

model::pull_rules rules_in(json_members& from) {
    model::pull_rules made;
    const auto include = from.texts("include"), exclude = from.texts("exclude");
    if (auto filter = model::glob_filter::parse(include, exclude))
        made.filter = *std::move(filter);
    else
        from.complain(beneath("rules", std::move(filter.error())));
    if (auto stable = from.object("stable")) made.stable = read_stability(*std::move(stable));
    if (const auto order = from.text("order"))
        made.order = from.checked(model::parse_pull_order(*order, from.path_of("order"))).value_or(made.order);
    if (auto limits = from.object("limits")) made.limits = read_limits(*std::move(limits));
    if (const auto text = from.text("keyTemplate")) made.key_template = *text;
    static_cast<void>(from.checked(key_template::parse(made.key_template, from.path_of("keyTemplate"))));
    made.fold_keys = from.flag("foldKeys").value_or(false);
    if (const auto text = from.text("checksum"))
        made.checksum = from.checked(model::companion_name::parse(*text, from.path_of("checksum")));
    if (const auto text = from.text("unpack"))
        made.unpack = from.checked(model::parse_unpacking(*text, from.path_of("unpack"))).value_or(made.unpack);
    if (auto after = from.object("after")) made.after = read_after(*std::move(after));
    from.end();
    return made;
}

destination destination_in(json_members& from) {
    destination made;
    const auto to = from.required_text("to");
    if (to == "local") {
        local_destination local{std::string{from.required_text("folder")}, std::string{}};
        if (local.folder.empty()) from.complain("folder", "a folder has a name");
        local.identity = from.text("identity").value_or("");
        made = std::move(local);
    } else if (to == "s3") {
        bucket_destination bucket;
        bucket.bucket.endpoint = from.required_text("endpoint");
        bucket.bucket.region = from.text("region").value_or(bucket.bucket.region);
        bucket.bucket.bucket = from.required_text("bucket");
        bucket.bucket.prefix = from.text("prefix").value_or("");
        bucket.bucket.path_style = from.flag("pathStyle").value_or(bucket.bucket.path_style);
        bucket.bucket.conditional_writes = from.flag("conditionalWrites").value_or(bucket.bucket.conditional_writes);
        bucket.access_key_id = from.required_text("accessKeyId");
        if (auto good = bucket.bucket.check(); !good) from.complain(beneath("destination", std::move(good.error())));
        if (!sink::are_usable({.access_key_id = bucket.access_key_id, .secret_access_key = base::secret{"any"}}))
            from.complain("accessKeyId", "the id of an access key has 1 to 128 visible ASCII characters");
        made = std::move(bucket);
    } else {
        from.complain("to", "one of local, s3");
    }
    from.end();
    return made;
}

/// "every", or "cron" with its "zone".
std::optional<model::schedule> times_in(json_members& from) {
    const auto every = from.text("every");
    if (every) {
        if (from.has("cron") || from.has("zone")) from.complain("every", "\"every\" stands without cron and zone");
        const auto rule = from.checked(model::interval::parse(*every, from.path_of("every")));
        if (rule) return model::schedule{.rule = *rule};
        return std::nullopt;
    }
    auto rule = from.checked(model::cron::parse(from.required_text("cron"), from.path_of("cron")));
    const std::string zone{from.text("zone").value_or("UTC")};
    static_cast<void>(from.checked(find_zone(zone, from.path_of("zone"))));
    if (!rule) return std::nullopt;
    return model::schedule{.rule = *std::move(rule), .zone = zone};
}

std::optional<model::schedule> schedule_in(json_members& from) {
    auto made = times_in(from);
    from.end();
    return made;
}

std::optional<model::expected_file> expected_in(json_members& from) {
    auto like = from.checked(model::glob::parse(from.required_text("like"), from.path_of("like")));
    auto by = times_in(from);
    from.end();
    if (!like || !by) return std::nullopt;
    return model::expected_file{*std::move(like), *std::move(by)};
}

/// Reads the object in `text`; `absent` where it is null.
template <class T>
base::result<T> read_object(std::string_view text, std::string_view path, T absent, auto take) {
    auto tree = parse_json(text, path);
    if (!tree) return std::unexpected(std::move(tree.error()));
    if (tree->is_null()) return absent;
    const auto* const object = tree->if_object();
    if (object == nullptr) return model::invalid(path, "an object is expected");
    std::optional<base::error> first;
    json_members from{*object, std::string{path}, first};
    T made = take(from);
    if (first) return std::unexpected(*std::move(first));
    return made;
}

}  // namespace

base::result<model::pull_rules> read_rules(std::string_view json) {
    auto made = read_object(json, "rules", model::pull_rules{}, rules_in);
    if (!made) return made;
    if (auto good = made->check(); !good) return std::unexpected(beneath("rules", std::move(good.error())));
    return made;
}

base::result<destination> read_destination(std::string_view json) {
    auto made = read_object(json, "destination", std::optional<destination>{},
                            [](json_members& from) { return std::optional{destination_in(from)}; });
    if (!made) return std::unexpected(std::move(made.error()));
    if (!*made) return model::invalid("destination", "\"destination\" is missing");
    return **std::move(made);
}

bool is_same_place(std::string_view one, std::string_view other) {
    const auto first = read_destination(one);
    const auto second = read_destination(other);
    if (!first || !second || first->index() != second->index()) return false;
    if (const auto* const local = std::get_if<local_destination>(&*first))
        return local->identity == std::get<local_destination>(*second).identity;
    const auto& bucket = std::get<bucket_destination>(*first).bucket;
    const auto& beside = std::get<bucket_destination>(*second).bucket;
    return bucket.endpoint == beside.endpoint && bucket.bucket == beside.bucket && bucket.prefix == beside.prefix;
}

base::result<std::optional<model::schedule>> read_schedule(std::string_view json) {
    return read_object(json, "schedule", std::optional<model::schedule>{}, schedule_in);
}

base::result<std::optional<model::expected_file>> read_expected_by(std::string_view json) {
    return read_object(json, "expectedBy", std::optional<model::expected_file>{}, expected_in);
}

base::result<folder_settings> read_folder_settings(const store::folder& row) {
    auto rules = read_rules(row.rules);
    if (!rules) return std::unexpected(std::move(rules.error()));
    auto where = read_destination(row.destination);
    if (!where) return std::unexpected(std::move(where.error()));
    auto when = read_schedule(row.schedule);
    if (!when) return std::unexpected(std::move(when.error()));
    auto expected = read_expected_by(row.expected_by);
    if (!expected) return std::unexpected(std::move(expected.error()));
    rules->expected = *std::move(expected);
    return folder_settings{*std::move(rules), *std::move(where), *std::move(when)};
}

}  // namespace gangway::transfer
