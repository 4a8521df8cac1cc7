#include "nearest_word.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace gangway::app {
namespace {

/// Levenshtein's distance: insertions, deletions and replacements of one character.
std::size_t distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        auto diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < right.size(); ++j) {
            const auto replaced = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string_view nearest_word(std::string_view wrong, std::span<const std::string_view> known, std::size_t farthest) {
    constexpr std::size_t longest = 64;
    if (wrong.size() > longest || known.empty()) return {};
    const auto nearest =
        std::ranges::min_element(known, {}, [&](std::string_view each) { return distance(wrong, each); });
    const auto away = distance(wrong, *nearest);
    return away <= farthest && away < wrong.size() ? *nearest : std::string_view{};
}

}  // namespace gangway::app
