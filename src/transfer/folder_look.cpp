#include "folder_look.hpp"

#include <gangway/transfer/errors.hpp>
#include <gangway/transfer/zones.hpp>

#include <algorithm>
#include <functional>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace gangway::transfer {
namespace {

using std::chrono::seconds;

std::int64_t stored_mtime(const std::optional<std::uint32_t>& mtime) {
    return mtime ? std::int64_t{*mtime} : store::not_told;
}
std::optional<std::uint32_t> told_mtime(std::int64_t stored) {
    if (stored == store::not_told) return {};
    return static_cast<std::uint32_t>(stored);
}

progress progress_of(const store::known_file& row) {
    using enum store::file_state;
    switch (row.state) {
        case discovered:
        case abandoned:
            return progress::seen;
        case stable:
            // What was found complete stays so: a run that ended before it claimed the file has only to be gone on
            // with.
            return row.repull > 0 && row.attempts == 0 ? progress::wanted_again : progress::failed;
        case claimed:
        case fetched:
        case published:
            return progress::in_progress;
        case recorded:
        case finalised:
            break;
    }
    return progress::pulled;
}

store::file_look stored(const look& seen) {
    return {.path = seen.path,
            .size = static_cast<std::int64_t>(seen.size),
            .mtime = stored_mtime(seen.mtime),
            .since = seen.since,
            .first = seen.first};
}
look planned(const store::file_look& seen) {
    return {.path = seen.path,
            .size = static_cast<std::uint64_t>(seen.size),
            .mtime = told_mtime(seen.mtime),
            .since = std::chrono::floor<seconds>(seen.since),
            .first = seen.first};
}

/// Whether `row` is of this size and time; servers that tell no time are known by the size alone.
bool is_version(const store::known_file& row, const listed_file& file) {
    const auto mtime = told_mtime(row.mtime);
    return row.size == static_cast<std::int64_t>(file.size.value_or(0)) &&
           (mtime == file.mtime || !mtime || !file.mtime);
}

std::string_view zone_of(const folder_settings& settings) {
    return settings.schedule ? std::string_view{settings.schedule->zone} : "UTC";
}

}  // namespace

known_version version_of(const store::known_file& row) {
    known_version made{.path = row.path,
                       .size = static_cast<std::uint64_t>(row.size),
                       .mtime = told_mtime(row.mtime),
                       .version = static_cast<std::uint32_t>(row.version.value_or(0)),
                       .repull = static_cast<std::uint32_t>(row.repull),
                       .state = progress_of(row)};
    if (row.next_try) made.retry_at = std::chrono::ceil<seconds>(*row.next_try);
    if (row.destination_key) made.key = *row.destination_key;
    return made;
}

base::result<folder_rules> folder_rules::of(const folder_settings& settings) {
    const auto& rules = settings.rules;
    auto keys = key_template::parse(rules.key_template);
    if (!keys) return std::unexpected(std::move(keys.error()));
    auto zone = find_zone(zone_of(settings));
    if (!zone) return std::unexpected(std::move(zone.error()));
    auto walk = walk_rules::of(rules);
    const auto* move = std::get_if<model::move_source>(&rules.after);
    if (move != nullptr && walk.depth > 0 && walk.passed_by.empty() && !move->folder.starts_with('/'))
        return base::fail(errc::bad_rule, base::phase::request,
                          "\"after.folder\" begins with a date, so that files that were moved there would be pulled "
                          "again; put a folder in front of it");
    return folder_rules{std::move(*keys), std::move(*zone), std::move(walk)};
}

net::async_result<folder_memory> remember(store::async_database& database, std::string folder) {
    co_return co_await database.read([&folder](store::transaction& tx) {
        folder_memory found;
        store::files::each_known(tx, folder, [&](store::known_file row) {
            // A wish that came to nothing says nothing about the version that it was about.
            if (row.state != store::file_state::abandoned || row.repull == 0) found.known.push_back(std::move(row));
        });
        found.looks = store::looks::list(tx, folder);
        return found;
    });
}

folder_look::folder_look(const store::connection& connection, const store::folder& folder,
                         const folder_settings& settings, const folder_rules& rules, remote_listing listing,
                         folder_memory memory, std::chrono::sys_seconds now)
    : folder_id_(folder.id), listing_(std::move(listing)), memory_(std::move(memory)) {
    std::ranges::sort(memory_.known, std::less{}, &store::known_file::path);
    versions_.reserve(memory_.known.size());
    for (const auto& row : memory_.known)
        versions_.push_back(version_of(row));
    looks_.reserve(memory_.looks.size());
    for (const auto& seen : memory_.looks)
        looks_.push_back(planned(seen));
    plan_ = transfer::plan({.listing = listing_.files,
                            .ledger = versions_,
                            .looks = looks_,
                            .rules = settings.rules,
                            .keys = rules.keys,
                            .connection = connection.name,
                            .folder = folder.name,
                            .zone = *rules.zone,
                            .now = now});
}

store::file_identity folder_look::identity_of(const listed_file& file) const {
    return {.folder_id = folder_id_,
            .path = std::string{file.path},
            .size = static_cast<std::int64_t>(*file.size),
            .mtime = stored_mtime(file.mtime)};
}

const store::known_file* folder_look::row_of(const listed_file& file) const {
    const store::known_file* found = nullptr;
    const auto rank = [](const store::known_file& row) { return std::pair{row.repull, row.version.value_or(0)}; };
    for (const auto& row : std::ranges::equal_range(memory_.known, file.path, std::less{},
                                                    [](const auto& each) { return std::string_view{each.path}; }))
        if (is_version(row, file) && (found == nullptr || rank(row) > rank(*found))) found = &row;
    return found;
}

std::vector<wanted_file> folder_look::wanted() const {
    std::vector<wanted_file> all;
    all.reserve(plan_.pulls.size());
    for (const auto& pull : plan_.pulls) {
        const auto& file = listing_.files[pull.index];
        const auto code = plan_.verdicts[pull.index].code;
        const auto* row = code == verdict_code::retry || code == verdict_code::wanted_again ? row_of(file) : nullptr;
        all.push_back({.id = row != nullptr ? row->id : store::file_id(identity_of(file)),
                       .path = std::string{file.path},
                       .size = *file.size,
                       .mtime = file.mtime,
                       .version = pull.version,
                       .attempts = row != nullptr ? row->attempts : 0,
                       .key = pull.key});
    }
    return all;
}

std::vector<store::file_identity> folder_look::unknown() const {
    std::vector<store::file_identity> all;
    for (std::size_t i = 0; i < plan_.verdicts.size(); ++i) {
        const auto code = plan_.verdicts[i].code;
        const auto& file = listing_.files[i];
        const bool is_new = code == verdict_code::fresh || code == verdict_code::changed;
        if (!file.size || !(is_new || is_waiting(code)) || code == verdict_code::over_limit) continue;
        const auto* row = row_of(file);
        if (row == nullptr || row->state == store::file_state::abandoned || row->mtime != stored_mtime(file.mtime))
            all.push_back(identity_of(file));
    }
    return all;
}

std::vector<std::string> folder_look::gone() const {
    using enum store::file_state;
    const auto is_open = [](const store::known_file& row) { return row.state == discovered || row.state == stable; };
    std::vector<std::string> all;
    if (std::ranges::none_of(memory_.known, is_open)) return all;
    std::vector<const listed_file*> there;
    there.reserve(listing_.files.size());
    for (const auto& file : listing_.files)
        there.push_back(&file);
    const auto path_of = [](const listed_file* file) { return file->path; };
    std::ranges::sort(there, std::less{}, path_of);
    for (const auto& row : memory_.known) {
        if (!is_open(row) || !listing_.covers(row.path)) continue;
        const auto found = std::ranges::equal_range(there, std::string_view{row.path}, std::less{}, path_of);
        if (std::ranges::none_of(found, [&](const listed_file* file) { return file->size && is_version(row, *file); }))
            all.push_back(row.id);
    }
    return all;
}

std::optional<std::vector<store::file_look>> folder_look::looks() const {
    std::vector<store::file_look> all;
    all.reserve(plan_.looks.size());
    for (const auto& seen : plan_.looks)
        all.push_back(stored(seen));
    const auto sorted = [](std::vector<store::file_look> seen) {
        std::ranges::sort(seen, std::less{}, &store::file_look::path);
        return seen;
    };
    if (all.size() == memory_.looks.size() && sorted(all) == sorted(memory_.looks)) return std::nullopt;
    return all;
}

bool folder_look::has_more() const {
    return std::ranges::any_of(plan_.verdicts,
                               [](const verdict& each) { return each.code == verdict_code::over_limit; });
}

}  // namespace gangway::transfer
