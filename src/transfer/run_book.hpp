#pragma once
/// How a run begins and ends in the database: one transaction each.

#include "due_time.hpp"

#include <gangway/store/transaction.hpp>
#include <gangway/transfer/folder_run.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace gangway::transfer {

/// A run that somebody wants, or that is due.
struct wanted_run {
    std::string id{}, connection_id{}, folder_id{};
    store::run_cause cause = store::run_cause::schedule;
    bool only_finish = false;  ///< what earlier runs left, in a folder that gets no new ones now; not in the history
};

enum class beginning : std::uint8_t {
    begun,      ///< the lease is held, and the run is in the history
    elsewhere,  ///< another node works on the connection
    needless,   ///< paused, gone, or no longer due: another node was there first; nothing left to finish
};

struct begun_run {
    beginning how = beginning::needless;
    run_order order{};                   ///< if it has begun
    std::optional<base::error> unfit{};  ///< the folder's settings cannot be read: end it with this
};

/// Whether runs of the folder begin only when somebody asks, or not at all.
[[nodiscard]] inline bool is_at_rest(const store::connection& connection, const store::folder& folder) noexcept {
    return connection.paused || !folder.enabled;
}

/// Takes the connection's lease for `node`, and ends what earlier owners left open.
[[nodiscard]] begun_run begin_run(store::transaction& tx, const wanted_run& what, const std::string& node,
                                  std::chrono::milliseconds lease);

struct ended_run {
    store::run run{};              ///< as it is in the history
    due_decision next{};           ///< what was decided for the folder
    bool lost = false;             ///< the lease was another's by then, or the connection is gone
    std::optional<bool> failed{};  ///< news: whether the folder fails now, where the run before was otherwise
};

/// Writes the run's end, the health of its connection, when the folder is due next, notices of news, and gives the
/// lease back. A run whose lease is another's ends as interrupted, and changes nothing else. `how` is for a run that
/// was interrupted; the others tell it themselves. `looks`: as in `run_facts`.
[[nodiscard]] ended_run end_run(store::transaction& tx, const run_order& order, const run_result& result, run_end how,
                                unsigned looks);

/// How the run ended, as far as it decides when the next one is due.
[[nodiscard]] run_end judge_end(const run_result& result, run_end interrupted_by) noexcept;

}  // namespace gangway::transfer
