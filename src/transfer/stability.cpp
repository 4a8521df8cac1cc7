#include "stability.hpp"

namespace gangway::transfer {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

struct judge {
    const listed_file& file;
    const look& current;
    const listed_file* marker;
    sys_seconds now;

    stability_finding operator()(const model::stable_at_once&) const { return {}; }

    stability_finding operator()(const model::stable_over_looks& rule) const {
        if (now - current.since >= rule.apart) return {};
        return {waiting_since(current.since), current.since + rule.apart};
    }

    stability_finding operator()(const model::stable_by_age& rule) const {
        if (now - current.since >= rule.age) return {};
        auto ready = current.since + rule.age;
        if (!file.mtime || told_age() < seconds{0}) return {waiting_since(current.since), ready};
        if (told_age() >= rule.age + rule.clock_tolerance) return {};
        ready = std::min(ready, sys_seconds{seconds{*file.mtime}} + rule.age + rule.clock_tolerance);
        return {verdict{.code = verdict_code::waits_unchanged, .ago = told_age()}, ready};
    }

    stability_finding operator()(const model::stable_by_marker&) const {
        if (marker == nullptr) return {verdict{.code = verdict_code::waits_for_marker}};
        if (marker->mtime && file.mtime && *marker->mtime < *file.mtime)
            return {verdict{.code = verdict_code::waits_newer_marker}};
        return {};
    }

  private:
    [[nodiscard]] seconds told_age() const { return now - sys_seconds{seconds{*file.mtime}}; }
    [[nodiscard]] verdict waiting_since(sys_seconds since) const {
        if (current.first && since == now) return {.code = verdict_code::waits_first_look};
        return {.code = verdict_code::waits_unchanged, .ago = now - since};
    }
};

}  // namespace

look look_at(const listed_file& file, const look* before, sys_seconds now) {
    look current{.path = std::string{file.path}, .size = *file.size, .mtime = file.mtime, .since = now};
    if (before == nullptr) return current;
    const bool same = before->size == current.size && before->mtime == current.mtime;
    // A beginning that lies ahead is of a clock that has been set back since.
    if (same && before->since <= now) current.since = before->since;
    current.first = same && before->first;
    return current;
}

stability_finding judge_stability(const model::stability& rule, const listed_file& file, const look& current,
                                  const listed_file* marker, sys_seconds now) {
    return std::visit(judge{file, current, marker, now}, rule);
}

}  // namespace gangway::transfer
