#include "pull_metrics.hpp"

#include <algorithm>
#include <chrono>

namespace gangway::api {

void write_pulls(metrics_text& to, const transfer::pull_statistics& counted, store::timestamp now) {
    using store::run_outcome;
    to.counter("gangway_pull_runs_total", "Runs that ended, by outcome.");
    for (const auto outcome :
         {run_outcome::succeeded, run_outcome::partial, run_outcome::failed, run_outcome::interrupted})
        to.sample(counted.runs.at(static_cast<std::size_t>(outcome)), {{"outcome", store::to_string(outcome)}});
    to.counter("gangway_pull_files_total", "Files pulled.", counted.files);
    to.counter("gangway_pull_bytes_total", "Octets of the files pulled.", counted.octets);
    to.counter("gangway_pull_file_failures_total", "Files that could not be pulled in a run.", counted.failed_files);
    to.counter("gangway_pull_files_missing_total", "Deadlines of expected files that passed without one.",
               counted.missing_files);
    to.gauge("gangway_pull_running", "Runs under way.", counted.running);
    to.gauge("gangway_pull_waiting", "Runs that wait for their connection or for others to end.", counted.waiting);
    to.gauge("gangway_pull_seconds_since_success", "How long ago the last run ended that went through, by connection.");
    for (const auto& [connection, last] : counted.last_success)
        to.sample(std::chrono::duration<double>(std::max(now - last, store::timestamp::duration{})).count(),
                  {{"connection", connection}});
}

}  // namespace gangway::api
