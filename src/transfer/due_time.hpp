#pragma once
/// When a folder is pulled next: pure, so that clocks are values.

#include <gangway/model/backoff.hpp>
#include <gangway/model/schedule.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gangway::transfer {

inline constexpr std::chrono::seconds most_jitter{30};
/// Waits after runs that failed.
inline constexpr model::backoff between_failures{.first = std::chrono::minutes{1}, .longest = std::chrono::hours{1}};
/// The longest pause between two looks at files that are not complete yet.
inline constexpr std::chrono::seconds longest_look_pause{60};
/// A folder that is pulled on request only is looked at so many times more for files that were not complete.
inline constexpr unsigned most_looks_on_request = 60;

/// The first moment of the schedule after `after`, a little later: by up to a tenth of the time between two of its
/// moments and `most_jitter`, always the same for one folder. Nothing where none comes.
[[nodiscard]] std::optional<std::chrono::sys_seconds> next_due(const model::schedule& when,
                                                               const model::time_zone& zone,
                                                               std::chrono::sys_seconds after, std::string_view folder);

enum class run_end : std::uint8_t {
    worked,     ///< the run went through; some files of it may have failed
    failed,     ///< it did not, and the folder is tried again with growing pauses
    cancelled,  ///< by a person, who does not want to see it again at once
    cut_off,    ///< by the end of the process: to be gone on with
};

/// What is known when a run has ended.
struct run_facts {
    run_end how = run_end::worked;
    std::chrono::sys_seconds started{}, ended{};
    std::optional<std::chrono::sys_seconds> look_again{};  ///< when a waiting or failed file may be ready
    bool pulled = false;                                   ///< one file at least
    std::int64_t failures = 0;                             ///< in a row, before this run
    unsigned looks = 0;  ///< runs in a row, before this one, that only looked again in vain
};

struct due_decision {
    std::optional<std::chrono::sys_seconds> due{};  ///< nothing: not before somebody asks
    std::int64_t failures = 0;
    unsigned looks = 0;
    friend bool operator==(const due_decision&, const due_decision&) = default;
};

/// `when` is nothing for a folder that is pulled on request only. A moment of the schedule that passed while the run
/// went on is not lost: several make one run, which is due at once.
[[nodiscard]] due_decision decide_due(const std::optional<model::schedule>& when, const model::time_zone& zone,
                                      const run_facts& facts, std::string_view folder);

/// Whether `due` lies further ahead than any decision at `now` could have put it: the clock was set back since.
[[nodiscard]] bool is_too_far(const model::schedule& when, const model::time_zone& zone, std::chrono::sys_seconds due,
                              std::int64_t failures, std::chrono::sys_seconds now, std::string_view folder);

}  // namespace gangway::transfer
