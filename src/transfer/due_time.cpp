#include "due_time.hpp"

#include <algorithm>
#include <limits>

namespace gangway::transfer {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

seconds look_pause(unsigned looks) noexcept {
    return looks < 6 ? seconds{1U << looks} : longest_look_pause;
}

sys_seconds after_failure(sys_seconds ended, std::int64_t failures, std::string_view folder) {
    const auto in_a_row = static_cast<unsigned>(std::clamp<std::int64_t>(failures, 1, 1000));
    return ended + std::chrono::ceil<seconds>(between_failures.wait(in_a_row, model::seed_of(folder)));
}

std::optional<sys_seconds> earlier(std::optional<sys_seconds> one, std::optional<sys_seconds> other) {
    if (!one || !other) return one ? one : other;
    return std::min(*one, *other);
}

}  // namespace

std::optional<sys_seconds> next_due(const model::schedule& when, const model::time_zone& zone, sys_seconds after,
                                    std::string_view folder) {
    const auto next = when.next_after(after, zone);
    if (!next) return std::nullopt;
    const auto following = when.next_after(*next, zone);
    const auto most = following ? std::min<seconds>(most_jitter, (*following - *next) / 10) : most_jitter;
    return *next + std::chrono::floor<seconds>(model::jitter(most, model::seed_of(folder)));
}

due_decision decide_due(const std::optional<model::schedule>& when, const model::time_zone& zone,
                        const run_facts& facts, std::string_view folder) {
    due_decision next{.failures = facts.failures, .looks = facts.looks};
    const auto scheduled = [&](sys_seconds after) {
        return when ? next_due(*when, zone, after, folder) : std::nullopt;
    };
    switch (facts.how) {
        case run_end::cut_off:
            next.due = facts.ended;
            return next;
        case run_end::cancelled:
            next.due = scheduled(facts.ended);
            return next;
        case run_end::failed:
            ++next.failures;
            if (when) next.due = after_failure(facts.ended, next.failures, folder);
            return next;
        case run_end::worked:
            break;
    }
    next.failures = 0;
    next.looks = facts.pulled || !facts.look_again ? 0 : facts.looks + 1;
    next.due = scheduled(facts.started);
    if (facts.look_again && (when || facts.looks < most_looks_on_request))
        next.due = earlier(next.due, std::max(*facts.look_again, facts.ended + look_pause(facts.looks)));
    return next;
}

bool is_too_far(const model::schedule& when, const model::time_zone& zone, sys_seconds due, std::int64_t failures,
                sys_seconds now, std::string_view folder) {
    if (failures > 0) return due > now + std::chrono::ceil<seconds>(between_failures.longest);
    const auto furthest = next_due(when, zone, now, folder);
    return furthest && due > *furthest;
}

}  // namespace gangway::transfer
