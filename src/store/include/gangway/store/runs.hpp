#pragma once
/// The history of pulls.

#include <gangway/store/folders.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::store {

enum class run_cause : std::uint8_t { schedule, manual, dry_run, repull };
constexpr auto names_of(run_cause) {
    return std::array<std::string_view, 4>{"schedule", "manual", "dry_run", "repull"};
}

enum class run_outcome : std::uint8_t { running, succeeded, partial, failed, interrupted };
constexpr auto names_of(run_outcome) {
    return std::array<std::string_view, 5>{"running", "succeeded", "partial", "failed", "interrupted"};
}

struct run {
    std::string id{};
    std::string connection_id{};
    std::string folder_id{};
    run_cause cause = run_cause::schedule;
    timestamp started_at{};
    std::optional<timestamp> ended_at{};
    run_outcome outcome = run_outcome::running;
    std::int64_t listed = 0, pulled = 0, failed = 0;  ///< files
    std::int64_t octets = 0;                          ///< of the files pulled
    std::string error{};                              ///< for people; empty if it went well
    std::string code{}, phase{};                      ///< of that error, as the API tells them; or empty
    std::optional<std::string> key_id{};              ///< the key that the server accepted
    std::optional<std::string> host_key{};            ///< "SHA256:…"
    std::string node{};
    std::int64_t fence = 0;

    friend bool operator==(const run&, const run&) = default;
};

namespace runs {

/// Sets `started_at`.
void start(transaction& tx, run row);
/// Writes all but what `start` has written. False if it has ended before.
bool end(transaction& tx, const run& row);
[[nodiscard]] std::optional<run> find(transaction& tx, std::string_view id);
/// A folder's runs, newest first, those before the run `before` ("" for the newest).
[[nodiscard]] std::vector<run> list(transaction& tx, std::string_view folder, std::string_view before,
                                    std::size_t limit);
/// Newest first, those before the run `before` ("" for the newest).
[[nodiscard]] std::vector<run> search(transaction& tx, const history_of& which, std::string_view before,
                                      std::size_t limit);
/// Those that were started and not ended, of all nodes.
[[nodiscard]] std::vector<run> open(transaction& tx);
/// When the latest run of each connection that is still there ended as `succeeded` or `partial`.
[[nodiscard]] std::map<std::string, timestamp> last_successes(transaction& tx);
/// Ends as `interrupted` what runs with an older fence on this connection have left open; how many.
std::size_t interrupt_older(transaction& tx, std::string_view connection, std::int64_t fence);

}  // namespace runs
}  // namespace gangway::store
