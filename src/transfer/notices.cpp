#include <gangway/base/base64.hpp>
#include <gangway/base/utf8.hpp>
#include <gangway/store/host_keys.hpp>
#include <gangway/transfer/notices.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>

#include <algorithm>

namespace gangway::transfer {
namespace {

namespace json = boost::json;

/// As everywhere in the API: UTC with milliseconds.
std::string date(store::timestamp when) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(when);
    const auto rest = std::chrono::floor<std::chrono::milliseconds>(when - whole).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(whole.time_since_epoch().count()), rest);
}

void put_octets(json::object& into, std::string_view name, std::string_view octets) {
    into[name] = base::to_utf8(octets);
    if (!base::is_utf8(octets)) into[std::string{name} + "Base64"] = base::to_base64(octets);
}

json::object folder_of(const store::folder& row) {
    json::object out{{"id", row.id}, {"name", row.name}};
    put_octets(out, "remoteFolder", row.remote_folder);
    return out;
}

json::object run_of(const store::run& row) {
    json::object out{{"id", row.id},
                     {"cause", store::to_string(row.cause)},
                     {"outcome", store::to_string(row.outcome)},
                     {"startedAt", date(row.started_at)}};
    if (row.ended_at) out["endedAt"] = date(*row.ended_at);
    out["listed"] = row.listed;
    out["pulled"] = row.pulled;
    out["failed"] = row.failed;
    out["octets"] = row.octets;
    if (!row.error.empty()) out["error"] = row.error;
    if (!row.code.empty()) out["code"] = row.code;
    if (!row.phase.empty()) out["phase"] = row.phase;
    if (row.key_id) out["key"] = *row.key_id;
    if (row.host_key) out["hostKey"] = *row.host_key;
    return out;
}

}  // namespace

std::string write_events(std::span<const notice_event> events) {
    json::array names;
    for (const auto name : names_of(notice_event{}))
        if (std::ranges::find(events, name, [](notice_event each) { return store::to_string(each); }) != events.end())
            names.emplace_back(name);
    return json::serialize(names);
}

std::optional<std::vector<notice_event>> read_events(std::string_view text) {
    boost::system::error_code failure;
    const auto read = json::parse(text, failure);
    const auto* const names = failure ? nullptr : read.if_array();
    if (names == nullptr || names->empty()) return std::nullopt;
    std::vector<notice_event> events;
    for (const auto& name : *names) {
        const auto event = name.is_string() ? store::from_string<notice_event>(name.get_string()) : std::nullopt;
        if (!event || std::ranges::find(events, *event) != events.end()) return std::nullopt;
        events.push_back(*event);
    }
    return events;
}

std::string payload_of(const notice& what, store::timestamp at) {
    json::object out{{"event", store::to_string(what.event)},
                     {"at", date(at)},
                     {"connection", json::object{{"id", what.connection.id}, {"name", what.connection.name}}}};
    if (what.folder) out["folder"] = folder_of(*what.folder);
    if (what.run) out["run"] = run_of(*what.run);
    if (what.missing) {
        json::object expected;
        put_octets(expected, "like", what.missing->like);
        expected["dueBy"] = date(what.missing->due_by);
        out["expected"] = std::move(expected);
    }
    if (what.changed)
        out["hostKey"] = json::object{{"pinned", what.changed->pinned}, {"presented", what.changed->presented}};
    if (what.failing) {
        json::object files{{"count", what.failing->count}};
        put_octets(files, "path", what.failing->path);
        files["error"] = what.failing->error;
        out["files"] = std::move(files);
    }
    return json::serialize(out);
}

std::size_t enqueue_notice(store::transaction& tx, const notice& what) {
    std::size_t queued = 0;
    std::string payload;
    for (const auto& hook : store::webhooks::list(tx)) {
        const auto wanted = read_events(hook.events);
        if (!hook.enabled || !wanted || std::ranges::find(*wanted, what.event) == wanted->end()) continue;
        if (payload.empty()) payload = payload_of(what, tx.now());
        store::webhooks::enqueue(tx, hook.id, store::to_string(what.event), payload);
        ++queued;
    }
    return queued;
}

void notice_quarantine(store::transaction& tx, std::string_view connection_id) {
    auto row = store::connections::find(tx, connection_id);
    const auto pin = store::host_keys::find(tx, connection_id);
    if (!row || !pin || !pin->presented_fingerprint) return;
    enqueue_notice(tx,
                   {.event = notice_event::host_key_changed,
                    .connection = std::move(*row),
                    .changed = changed_host_key{.pinned = pin->fingerprint, .presented = *pin->presented_fingerprint}});
}

}  // namespace gangway::transfer
