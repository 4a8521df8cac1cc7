#pragma once
/// Keeps watch over a folder's expected file: each deadline is judged once, by whichever node comes first.

#include <gangway/model/pull_rules.hpp>
#include <gangway/store/connections.hpp>
#include <gangway/store/folders.hpp>

#include <optional>
#include <vector>

namespace gangway::transfer {

struct judged_expectation {
    std::vector<store::timestamp> missed{};  ///< told now, by this call
    std::optional<store::timestamp> next{};  ///< when to ask again; nothing: never
};

/// Judges the deadlines that have passed, puts a notice into the queues for each that was missed, and remembers how far
/// it came. An expectation is watched from the first call on, and anew after it was changed. While the folder is
/// disabled or its connection paused nobody is told. Throws as the store does.
[[nodiscard]] judged_expectation judge_folder(store::transaction& tx, const store::connection& connection,
                                              const store::folder& folder, const model::expected_file& expected);

/// Forgets the folder.
void forget_expectation(store::transaction& tx, std::string_view folder_id);

}  // namespace gangway::transfer
