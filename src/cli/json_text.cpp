#include "json_text.hpp"

#include "listing_text.hpp"
#include "sizes.hpp"

#include <gangway/base/base64.hpp>
#include <gangway/base/utf8.hpp>
#include <gangway/cli/exit_code.hpp>

#include <boost/json.hpp>

namespace gangway::cli {
namespace {

namespace json = boost::json;

void put_octets(json::object& object, std::string_view key, std::string_view octets) {
    if (base::is_utf8(octets)) {
        object[key] = octets;
        return;
    }
    object[key] = shown(octets);
    object[std::string(key) + "Base64"] = base::to_base64(octets);
}

template <class Number>
void put_number(json::object& object, std::string_view key, const std::optional<Number>& value) {
    if (value) object[key] = *value;
}

void put_time(json::object& object, std::string_view key, const std::optional<std::uint32_t>& value) {
    if (value) object[key] = utc_text(*value);
}

json::object entry_json(const net::directory_entry& entry) {
    json::object object;
    put_octets(object, "name", entry.name);
    object["isDirectory"] = entry.attributes.is_directory();
    object["isSymlink"] = entry.attributes.is_symlink();
    put_number(object, "size", entry.attributes.size);
    if (entry.attributes.permissions) object["permissions"] = sftp::permission_string(*entry.attributes.permissions);
    put_time(object, "mtime", entry.attributes.mtime);
    return object;
}

void put_error(json::object& object, const base::error& failure) {
    object["error"] = base::to_utf8(failure.message);
    object["code"] = classify(failure).name;
    object["phase"] = base::to_string(failure.where);
}

/// As the API writes it: a few facts are no texts.
void put_fact(json::object& object, const base::fact& fact) {
    boost::system::error_code no_json;
    if (fact.name == "isCloudflare" || fact.name == "retryAfter" || fact.name == "size") {
        auto value = json::parse(fact.value, no_json);
        if (!no_json) {
            object[fact.name] = std::move(value);
            return;
        }
    }
    object[fact.name] = base::to_utf8(fact.value);
}

json::object step_json(const net::checkup_step& step) {
    json::object object{{"name", step.name}, {"ok", !step.failure.has_value()}, {"durationUs", step.duration.count()}};
    json::array findings;
    for (const auto& finding : step.findings)
        findings.push_back({{"name", finding.name}, {"value", base::to_utf8(finding.value)}});
    object["findings"] = std::move(findings);
    if (step.failure) put_error(object, *step.failure);
    if (!step.advice.empty()) object["advice"] = step.advice;
    return object;
}

}  // namespace

std::string listing_json(std::string_view path, const std::vector<net::directory_entry>& entries) {
    json::object object{{"success", true}};
    put_octets(object, "path", path);
    object["count"] = entries.size();
    json::array array;
    array.reserve(entries.size());
    for (const auto& entry : entries)
        array.push_back(entry_json(entry));
    object["entries"] = std::move(array);
    return json::serialize(object);
}

std::string stat_json(std::string_view path, const sftp::attributes& attributes) {
    json::object object{{"success", true}};
    put_octets(object, "path", path);
    object["isDirectory"] = attributes.is_directory();
    object["isSymlink"] = attributes.is_symlink();
    put_number(object, "size", attributes.size);
    put_number(object, "permissions", attributes.permissions);
    if (attributes.permissions) object["permissionString"] = sftp::permission_string(*attributes.permissions);
    put_number(object, "uid", attributes.uid);
    put_number(object, "gid", attributes.gid);
    put_time(object, "atime", attributes.atime);
    put_time(object, "mtime", attributes.mtime);
    return json::serialize(object);
}

std::string checkup_json(const model::endpoint& server, const net::checkup& result) {
    json::object object{
        {"success", true}, {"host", server.host.text()}, {"port", server.port}, {"healthy", result.healthy()}};
    json::array steps;
    for (const auto& step : result.steps)
        steps.push_back(step_json(step));
    object["steps"] = std::move(steps);
    return json::serialize(object);
}

std::string success_json(const std::vector<success_field>& fields) {
    json::object object{{"success", true}};
    for (const auto& [key, value] : fields) {
        if (const auto* number = std::get_if<std::uint64_t>(&value))
            object[key] = *number;
        else
            put_octets(object, key, std::get<std::string_view>(value));
    }
    return json::serialize(object);
}

std::string error_json(const base::error& failure) {
    json::object object{{"success", false}};
    put_error(object, failure);
    for (const auto& fact : failure.facts)
        put_fact(object, fact);
    return json::serialize(object);
}

}  // namespace gangway::cli
