#include <gangway/transfer/read_once.hpp>

namespace gangway::transfer {

file_step next_step(file_stage stage, hold how) noexcept {
    const bool own = how == hold::own;
    switch (stage) {
        case file_stage::discovered:
        case file_stage::finalised:
        case file_stage::abandoned:
            return file_step::none;
        case file_stage::stable:
            return file_step::claim;
        case file_stage::claimed:
            return own ? file_step::fetch : file_step::release;
        case file_stage::fetched:
            return own ? file_step::publish : file_step::recover;
        case file_stage::published:
            return file_step::record;
        case file_stage::recorded:
            return file_step::finish;
    }
    return file_step::none;
}

std::optional<file_stage> stage_after(file_step step, step_outcome outcome) noexcept {
    struct ends {
        std::optional<file_stage> done{}, lost{}, later{}, refused{};
    };
    const auto ends_of = [](file_step of) -> ends {
        using enum file_stage;
        switch (of) {
            case file_step::none:
                return {};
            case file_step::claim:
                return {.done = claimed, .later = stable, .refused = abandoned};
            case file_step::fetch:
                return {.done = fetched, .later = stable, .refused = abandoned};
            case file_step::publish:
                return {.done = published, .later = fetched, .refused = stable};
            case file_step::recover:
                return {.done = published, .lost = stable, .later = fetched, .refused = stable};
            case file_step::release:
                return {.done = stable, .later = claimed};
            case file_step::record:
                return {.done = recorded, .later = published};
            case file_step::finish:
                return {.done = finalised, .later = recorded};
        }
        return {};
    };
    const auto all = ends_of(step);
    switch (outcome) {
        case step_outcome::done:
            return all.done;
        case step_outcome::lost:
            return all.lost;
        case step_outcome::later:
            return all.later;
        case step_outcome::refused:
            return all.refused;
    }
    return {};
}

source_finding judge_source(const source_look& pulled, const std::optional<source_look>& now) noexcept {
    if (!now) return source_finding::gone;
    const bool same_time = pulled.mtime == now->mtime || !pulled.mtime || !now->mtime;
    return pulled.size == now->size && same_time ? source_finding::same : source_finding::changed;
}

}  // namespace gangway::transfer
