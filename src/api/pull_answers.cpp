#include "pull_answers.hpp"

#include "managed_call.hpp"

#include <gangway/base/utf8.hpp>
#include <gangway/transfer/folder_settings.hpp>

#include <algorithm>
#include <limits>

namespace gangway::api {
namespace {

std::uint64_t count_of(std::int64_t stored) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, stored));
}

/// Without the identity of a local folder, which is nobody's business.
std::string shown_destination(const store::folder& row) {
    const auto where = transfer::read_destination(row.destination);
    return where ? transfer::write_destination(*where, transfer::identity_of_folder::hidden) : "null";
}

void write_progress(json_writer& json, const transfer::run_snapshot& live) {
    json.begin_object("progress");
    json.number("listed", live.listed);
    json.number("planned", live.planned);
    json.number("pulled", live.pulled);
    json.number("failed", live.failed);
    json.number("octets", live.octets);
    json.flag("stopping", live.stopping);
    json.end_object();
}

}  // namespace

std::optional<shown_folder> shown_folder::find(store::transaction& tx, std::string_view id) {
    auto row = store::folders::find(tx, id);
    if (!row) return std::nullopt;
    return shown_folder{std::move(*row), store::schedules::find(tx, id)};
}

void write_octets(json_writer& json, std::string_view name, std::string_view octets) {
    json.octets(name, octets);
    if (!base::is_utf8(octets)) json.base64(std::string{name} + "Base64", octets);
}

void write_folder(json_writer& json, const shown_folder& shown) {
    const auto& row = shown.row;
    json.text("id", row.id);
    json.text("connection", row.connection_id);
    json.text("name", row.name);
    write_octets(json, "remoteFolder", row.remote_folder);
    json.flag("enabled", row.enabled);
    json.json("rules", row.rules.empty() ? "{}" : std::string_view{row.rules});
    json.json("destination", shown_destination(row));
    json.json("schedule", row.schedule.empty() ? "null" : std::string_view{row.schedule});
    json.json("expectedBy", row.expected_by.empty() ? "null" : std::string_view{row.expected_by});
    if (shown.due) {
        write_date(json, "nextRunAt", shown.due->next_due);
        json.number("failures", count_of(shown.due->failures));
    }
    write_date(json, "createdAt", row.created_at);
    write_date(json, "updatedAt", row.updated_at);
    json.number("revision", count_of(row.revision));
}

void write_run(json_writer& json, const store::run& row, const std::optional<transfer::run_snapshot>& live) {
    json.text("id", row.id);
    json.text("connection", row.connection_id);
    json.text("folder", row.folder_id);
    json.text("cause", to_string(row.cause));
    json.text("outcome", to_string(row.outcome));
    write_date(json, "startedAt", row.started_at);
    write_date(json, "endedAt", row.ended_at);
    json.number("listed", count_of(row.listed));
    json.number("pulled", count_of(row.pulled));
    json.number("failed", count_of(row.failed));
    json.number("octets", count_of(row.octets));
    if (!row.error.empty()) json.octets("error", row.error);
    if (!row.code.empty()) {
        json.text("code", row.code);
        json.text("phase", row.phase);
    }
    if (row.key_id) json.text("key", *row.key_id);
    if (row.host_key) json.text("hostKey", *row.host_key);
    json.octets("node", row.node);
    if (live) write_progress(json, *live);
}

void write_waiting_run(json_writer& json, const transfer::run_snapshot& waiting) {
    json.text("id", waiting.run_id);
    json.text("connection", waiting.connection_id);
    json.text("folder", waiting.folder_id);
    json.text("cause", to_string(waiting.cause));
    json.text("outcome", "waiting");
    write_progress(json, waiting);
}

void write_ledger_file(json_writer& json, const store::file& row) {
    json.text("id", row.id);
    json.text("connection", row.connection_id);
    json.text("folder", row.identity.folder_id);
    write_octets(json, "path", row.identity.path);
    if (row.identity.size != store::not_told) json.number("size", count_of(row.identity.size));
    if (row.identity.mtime != store::not_told)
        json.date("mtime", static_cast<std::uint32_t>(std::clamp<std::int64_t>(
                               row.identity.mtime, 0, std::numeric_limits<std::uint32_t>::max())));
    json.text("state", to_string(row.state));
    if (row.version) json.number("version", count_of(*row.version));
    json.number("repull", count_of(row.identity.repull));
    if (row.run_id) json.text("run", *row.run_id);
    if (row.sha256) json.text("sha256", *row.sha256);
    if (row.destination_key) json.octets("destinationKey", *row.destination_key);
    if (row.unpacked) {
        json.begin_object("unpacked");
        json.text("by", *row.unpacked);
        if (row.unpacked_size) json.number("size", count_of(*row.unpacked_size));
        if (row.unpacked_sha256) json.text("sha256", *row.unpacked_sha256);
        json.end_object();
    }
    json.number("attempts", count_of(row.attempts));
    write_date(json, "nextTryAt", row.next_try);
    if (!row.error.empty()) json.octets("error", row.error);
    json.text("postAction", to_string(row.post_action));
    json.number("postAttempts", count_of(row.post_attempts));
    write_date(json, "discoveredAt", row.discovered_at);
    write_date(json, "stableAt", row.stable_at);
    write_date(json, "claimedAt", row.claimed_at);
    write_date(json, "fetchedAt", row.fetched_at);
    write_date(json, "publishedAt", row.published_at);
    write_date(json, "recordedAt", row.recorded_at);
    write_date(json, "finalisedAt", row.finalised_at);
}

void write_archive_entry(json_writer& json, const store::file_entry& row) {
    write_octets(json, "name", row.name);
    json.number("size", count_of(row.size));
    json.text("sha256", row.sha256);
    json.octets("destinationKey", row.destination_key);
    write_date(json, "publishedAt", row.published_at);
}

}  // namespace gangway::api
