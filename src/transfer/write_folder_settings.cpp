// The other direction of folder_settings.cpp: every member is written, in one order.
#include <gangway/model/duration.hpp>
#include <gangway/transfer/folder_settings.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace gangway::transfer {
namespace {

namespace json = boost::json;

json::string text(std::string_view value) {
    return json::string{value.data(), value.size()};
}

json::string seconds_text(std::chrono::seconds value) {
    return text(value.count() == 0 ? "0s" : model::duration_text(value));
}

json::array patterns(const std::vector<model::glob>& globs) {
    json::array all;
    for (const auto& each : globs)
        all.emplace_back(text(each.text()));
    return all;
}

/// An object with one member, to which more may be added.
json::object starting(std::string_view name, std::string_view value) {
    json::object made;
    made[{name.data(), name.size()}] = text(value);
    return made;
}

struct stability_writer {
    json::object operator()(const model::stable_at_once&) const { return starting("by", "at_once"); }
    json::object operator()(const model::stable_over_looks& rule) const {
        auto made = starting("by", "looks");
        made["apart"] = seconds_text(rule.apart);
        return made;
    }
    json::object operator()(const model::stable_by_age& rule) const {
        auto made = starting("by", "age");
        made["age"] = seconds_text(rule.age);
        made["clockTolerance"] = seconds_text(rule.clock_tolerance);
        return made;
    }
    json::object operator()(const model::stable_by_marker& rule) const {
        auto made = starting("by", "marker");
        made["marker"] = text(rule.marker.text());
        return made;
    }
};

struct after_writer {
    json::object operator()(const model::leave_source&) const { return starting("do", "none"); }
    json::object operator()(const model::delete_source&) const { return starting("do", "delete"); }
    json::object operator()(const model::move_source& rule) const {
        auto made = starting("do", "move");
        made["folder"] = text(rule.folder);
        return made;
    }
};

/// Adds "every", or "cron" and "zone".
void add_times(json::object& to, const model::schedule& when) {
    if (const auto* const regular = std::get_if<model::interval>(&when.rule)) {
        to["every"] = text(model::duration_text(regular->every));
    } else {
        to["cron"] = text(std::get<model::cron>(when.rule).text());
        to["zone"] = text(when.zone);
    }
}

struct destination_writer {
    identity_of_folder how;

    json::object operator()(const local_destination& where) const {
        auto made = starting("to", "local");
        made["folder"] = text(where.folder.string());
        if (how == identity_of_folder::kept) made["identity"] = text(where.identity);
        return made;
    }
    json::object operator()(const bucket_destination& where) const {
        return {{"to", "s3"},
                {"endpoint", text(where.bucket.endpoint)},
                {"region", text(where.bucket.region)},
                {"bucket", text(where.bucket.bucket)},
                {"prefix", text(where.bucket.prefix)},
                {"pathStyle", where.bucket.path_style},
                {"conditionalWrites", where.bucket.conditional_writes},
                {"accessKeyId", text(where.access_key_id)}};
    }
};

}  // namespace

std::string write_rules(const model::pull_rules& rules) {
    json::object made;
    made["include"] = patterns(rules.filter.include);
    made["exclude"] = patterns(rules.filter.exclude);
    made["stable"] = std::visit(stability_writer{}, rules.stable);
    made["order"] = text(model::to_string(rules.order));
    made["limits"] = json::object{{"files", rules.limits.files},
                                  {"octets", rules.limits.octets},
                                  {"duration", seconds_text(rules.limits.duration)}};
    made["keyTemplate"] = text(rules.key_template);
    made["foldKeys"] = rules.fold_keys;
    made["checksum"] = nullptr;
    if (rules.checksum) made["checksum"] = text(rules.checksum->text());
    made["unpack"] = text(model::to_string(rules.unpack));
    made["after"] = std::visit(after_writer{}, rules.after);
    return json::serialize(made);
}

std::string write_destination(const destination& where, identity_of_folder how) {
    return json::serialize(std::visit(destination_writer{how}, where));
}

std::string write_schedule(const std::optional<model::schedule>& when) {
    if (!when) return "null";
    json::object made;
    add_times(made, *when);
    return json::serialize(made);
}

std::string write_expected_by(const std::optional<model::expected_file>& what) {
    if (!what) return "null";
    auto made = starting("like", what->like.text());
    add_times(made, what->by);
    return json::serialize(made);
}

}  // namespace gangway::transfer
