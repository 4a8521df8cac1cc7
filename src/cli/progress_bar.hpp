#pragma once
/// `progress` drawn on the terminal that is standard error, if it is one.

#include "progress.hpp"

#include <cstdint>
#include <optional>

namespace gangway::cli {

class progress_bar {
  public:
    progress_bar(bool wanted, std::optional<std::uint64_t> total);
    progress_bar(const progress_bar&) = delete;
    progress_bar& operator=(const progress_bar&) = delete;
    /// Clears the line, so that an error begins on an empty one.
    ~progress_bar();

    [[nodiscard]] bool visible() const noexcept { return visible_; }
    void expect(std::uint64_t total) noexcept { meter_.expect(total); }
    void skip(std::uint64_t already) noexcept { meter_.skip(already); }
    /// Draws ten times a second at most. `files` are shown in front, if there are several.
    void advance(std::uint64_t done, std::uint64_t files = 0);
    /// Empties the line for something else that is written now.
    void clear();
    /// Leaves the summary behind.
    void finish(std::uint64_t done);

  private:
    bool visible_;
    progress meter_;
    progress::instant drawn_{};
};

}  // namespace gangway::cli
