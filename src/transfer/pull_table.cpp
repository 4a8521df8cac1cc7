#include "pull_core.hpp"

namespace gangway::transfer {

void pull_table::add(const shared_pulling& run) {
    const std::scoped_lock lock{mutex_};
    runs_.emplace(run->what.id, run);
}

void pull_table::remove(const pulling& run) {
    const std::scoped_lock lock{mutex_};
    runs_.erase(run.what.id);
}

shared_pulling pull_table::find(const std::string& run_id) const {
    const std::scoped_lock lock{mutex_};
    const auto found = runs_.find(run_id);
    return found == runs_.end() ? nullptr : found->second;
}

pull_statistics pull_table::statistics() const {
    const std::scoped_lock lock{mutex_};
    auto counted = counted_;
    for (const auto& [id, run] : runs_)
        ++(run->started_at.load() == 0 ? counted.waiting : counted.running);
    return counted;
}

void pull_table::count(const store::run& ended) {
    const std::scoped_lock lock{mutex_};
    ++counted_.runs.at(static_cast<std::size_t>(ended.outcome));
    counted_.files += static_cast<std::uint64_t>(ended.pulled);
    counted_.octets += static_cast<std::uint64_t>(ended.octets);
    counted_.failed_files += static_cast<std::uint64_t>(ended.failed);
    if (ended.ended_at &&
        (ended.outcome == store::run_outcome::succeeded || ended.outcome == store::run_outcome::partial))
        counted_.last_success[ended.connection_id] = *ended.ended_at;
}

void pull_table::count_missing(std::size_t files) {
    const std::scoped_lock lock{mutex_};
    counted_.missing_files += files;
}

void pull_table::know_successes(std::map<std::string, store::timestamp> last) {
    const std::scoped_lock lock{mutex_};
    counted_.last_success = std::move(last);
}

}  // namespace gangway::transfer
