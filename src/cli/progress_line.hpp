#pragma once
/// One line on the terminal that is standard error, if it is one, which is written over and over.

#include <cstddef>
#include <string_view>

namespace gangway::cli {

[[nodiscard]] std::size_t terminal_width() noexcept;
/// Writes `text` in the place of the line that stands there.
void draw_over(std::string_view text);

class progress_line {
  public:
    progress_line() noexcept;
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;
    /// Clears the line.
    ~progress_line();

    /// `text` is safe for a terminal, and cut to its width.
    void show(std::string_view text);
    /// Empties the line for something else that is written now.
    void clear();

  private:
    bool visible_;
    bool drawn_ = false;
};

}  // namespace gangway::cli
