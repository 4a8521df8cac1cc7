#include "expectations.hpp"

#include <gangway/store/files.hpp>
#include <gangway/store/settings.hpp>
#include <gangway/transfer/expected_files.hpp>
#include <gangway/transfer/notices.hpp>
#include <gangway/transfer/zones.hpp>

#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace gangway::transfer {
namespace {

using std::chrono::sys_seconds;

std::string setting_of(std::string_view folder_id) {
    return "expected_file." + std::string(folder_id);
}

/// How far an expectation was judged: "1800000000 {…}", with what was expected.
std::string written(sys_seconds judged_until, std::string_view expected) {
    return std::to_string(judged_until.time_since_epoch().count()) + " " + std::string(expected);
}

std::optional<sys_seconds> judged_until(const std::string& text, std::string_view expected) {
    std::int64_t count = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view rest{end, text.data() + text.size()};
    if (failure != std::errc{} || !rest.starts_with(' ') || rest.substr(1) != expected) return std::nullopt;
    return sys_seconds{std::chrono::seconds{count}};
}

std::vector<sys_seconds> arrivals(store::transaction& tx, const std::string& folder, sys_seconds since,
                                  const model::glob& like) {
    std::vector<sys_seconds> found;
    store::files::each_recorded(tx, folder, since, [&](std::string_view path, store::timestamp at) {
        if (like.matches(path)) found.push_back(std::chrono::ceil<std::chrono::seconds>(at));
    });
    return found;
}

}  // namespace

judged_expectation judge_folder(store::transaction& tx, const store::connection& connection,
                                const store::folder& folder, const model::expected_file& expected) {
    const auto name = setting_of(folder.id);
    const auto now = std::chrono::floor<std::chrono::seconds>(tx.now());
    const auto zone = find_zone(expected.by.zone);
    if (!zone) return {};
    const auto before = store::settings::find(tx, name);
    const auto since = before ? judged_until(*before, folder.expected_by) : std::nullopt;
    if (!since) {
        store::settings::set(tx, name, written(now, folder.expected_by));
        return {.next = expected.by.next_after(now, **zone)};
    }
    const auto due = expected.by.next_after(*since, **zone);
    if (!due || *due > now) return {.next = due};
    const auto report =
        judge_expectation(expected.by, **zone, *since, now, arrivals(tx, folder.id, *since, expected.like));
    judged_expectation judged{.next = report.next};
    const auto after = written(report.judged_until, folder.expected_by);
    if (!store::settings::replace(tx, name, *before, after)) return judged;
    if (!folder.enabled || connection.paused) return judged;
    for (const auto deadline : report.missed) {
        judged.missed.emplace_back(deadline);
        enqueue_notice(tx, {.event = notice_event::file_missing,
                            .connection = connection,
                            .folder = folder,
                            .missing = missing_file{.like = std::string{expected.like.text()}, .due_by = deadline}});
    }
    return judged;
}

void forget_expectation(store::transaction& tx, std::string_view folder_id) {
    store::settings::remove(tx, setting_of(folder_id));
}

}  // namespace gangway::transfer
