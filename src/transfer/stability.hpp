#pragma once
/// When a file counts as complete.

#include <gangway/transfer/plan.hpp>

namespace gangway::transfer {

struct stability_finding {
    std::optional<verdict> waiting{};                 ///< nothing: the file is complete
    std::optional<std::chrono::sys_seconds> ready{};  ///< when time alone may make it complete
};

/// This look at `file`, which has a size: `before` with its beginning where nothing changed since.
[[nodiscard]] look look_at(const listed_file& file, const look* before, std::chrono::sys_seconds now);

/// Judges `file` by `current`, its look of now. `marker` is the file's marker in the listing, or nullptr.
[[nodiscard]] stability_finding judge_stability(const model::stability& rule, const listed_file& file,
                                                const look& current, const listed_file* marker,
                                                std::chrono::sys_seconds now);

}  // namespace gangway::transfer
