#include "unpack_rules.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/transfer/verdict.hpp>

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace gangway::transfer {
namespace {

/// In the order of the codes.
constexpr std::array<std::string_view, 24> words{"new",
                                                 "changed",
                                                 "wanted_again",
                                                 "retry",
                                                 "already_pulled",
                                                 "in_progress",
                                                 "retry_later",
                                                 "folder",
                                                 "symlink",
                                                 "not_regular",
                                                 "unsafe_name",
                                                 "listed_twice",
                                                 "no_size",
                                                 "excluded",
                                                 "not_included",
                                                 "marker",
                                                 "checksum_file",
                                                 "waits_first_look",
                                                 "waits_unchanged",
                                                 "waits_for_marker",
                                                 "waits_newer_marker",
                                                 "waits_for_checksum",
                                                 "key_taken",
                                                 "over_limit"};
static_assert(words.size() == static_cast<std::size_t>(verdict_code::over_limit) + 1);

/// "12 s", "5 min", "3 h", "2 days": rounded down, the largest unit of which there are two.
std::string span_text(std::chrono::seconds span) {
    const auto count = span.count();
    if (count < 120) return fmt::format("{} s", count);
    if (count < 2 * 3600) return fmt::format("{} min", count / 60);
    if (count < 2 * 86400) return fmt::format("{} h", count / 3600);
    return fmt::format("{} days", count / 86400);
}

std::string marker_of(std::string_view path, const model::pull_rules& rules) {
    const auto* rule = std::get_if<model::stable_by_marker>(&rules.stable);
    return rule == nullptr ? "its marker" : base::escape(rule->marker.of(path));
}

std::string finding(const verdict& verdict, std::string_view path, const model::pull_rules& rules) {
    switch (verdict.code) {
        case verdict_code::fresh:
            return "new";
        case verdict_code::changed:
            return fmt::format("changed since version {}", verdict.version - 1);
        case verdict_code::wanted_again:
            return fmt::format("pulled again as asked, as version {}", verdict.version);
        case verdict_code::retry:
            return "tried again after a failure";
        case verdict_code::already_pulled:
            return verdict.version == 1 ? "already pulled"
                                        : fmt::format("already pulled as version {}", verdict.version);
        case verdict_code::in_progress:
            return "being pulled";
        case verdict_code::retry_later:
            return fmt::format("waiting: failed, next try in {}", span_text(verdict.ago));
        case verdict_code::folder:
            return "a folder";
        case verdict_code::symlink:
            return "a symlink: not followed";
        case verdict_code::not_regular:
            return "not a regular file";
        case verdict_code::unsafe_name:
            return "name is not safe";
        case verdict_code::listed_twice:
            return "listed twice";
        case verdict_code::no_size:
            return "the server does not tell its size";
        case verdict_code::excluded:
            return "excluded by " + base::escape(verdict.pattern == nullptr ? "" : verdict.pattern->text());
        case verdict_code::not_included:
            return "no pattern includes it";
        case verdict_code::marker:
            return "tells that another file is complete";
        case verdict_code::checksum_file:
            return "the checksum of another file";
        case verdict_code::waits_first_look:
            return "waiting: seen for the first time";
        case verdict_code::waits_unchanged:
            return fmt::format("waiting: changed {} ago", span_text(verdict.ago));
        case verdict_code::waits_for_marker:
            return "waits for " + marker_of(path, rules);
        case verdict_code::waits_newer_marker:
            return fmt::format("waits for {} to be newer than the file", marker_of(path, rules));
        case verdict_code::waits_for_checksum:
            return "waits for " + (rules.checksum ? base::escape(rules.checksum->of(path)) : "its checksum");
        case verdict_code::key_taken:
            return "its destination is that of " + base::escape(verdict.other);
        case verdict_code::over_limit:
            return "over the limit of this run";
    }
    return {};
}

}  // namespace

std::string_view to_string(verdict_code code) noexcept {
    return words[static_cast<std::size_t>(code)];
}

bool is_pulled(verdict_code code) noexcept {
    return code <= verdict_code::retry;
}

bool is_waiting(verdict_code code) noexcept {
    return code == verdict_code::in_progress || code == verdict_code::retry_later || code == verdict_code::over_limit ||
           (code >= verdict_code::waits_first_look && code <= verdict_code::waits_for_checksum);
}

std::string sentence(const verdict& verdict, std::string_view path, const model::pull_rules& rules) {
    auto said = finding(verdict, path, rules);
    if (!is_pulled(verdict.code)) return said;
    switch (unpacking_of(rules.unpack, path)) {
        case model::unpacking::none:
            break;
        case model::unpacking::gzip:
            said += "; unpacked by gzip";
            break;
        case model::unpacking::zip:
            said += "; a zip archive whose files are published one by one";
            break;
    }
    return said;
}

}  // namespace gangway::transfer
