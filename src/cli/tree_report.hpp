#pragma once
/// What the user sees of a recursive transfer: progress, each failure, and the end.

#include "local_tree.hpp"
#include "progress_bar.hpp"
#include "request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace gangway::cli {

class tree_report {
  public:
    explicit tree_report(const request& wanted);
    tree_report(const tree_report&) = delete;
    tree_report& operator=(const tree_report&) = delete;

    /// Is there a terminal to draw on?
    [[nodiscard]] bool shows_progress() const noexcept { return bar_->visible(); }
    /// One failure, on standard error.
    void told(const std::string& name, const base::error& why);
    void moved(const tree_outcome& so_far);
    /// What to print, or the error that counts the failures.
    [[nodiscard]] base::result<std::string> end(const tree_outcome& all);

  private:
    const request& wanted_;
    std::optional<progress_bar> bar_{};
};

}  // namespace gangway::cli
