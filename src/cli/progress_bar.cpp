#include "progress_bar.hpp"

#include "progress_line.hpp"

#include <algorithm>
#include <string>
#include <unistd.h>

namespace gangway::cli {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds redraw{100};

}  // namespace

progress_bar::progress_bar(bool wanted, std::optional<std::uint64_t> total)
    : visible_(wanted && ::isatty(STDERR_FILENO) == 1), meter_(total, clock::now()) {
}

progress_bar::~progress_bar() {
    clear();
}

void progress_bar::clear() {
    if (visible_ && drawn_ != progress::instant{}) draw_over("");
}

void progress_bar::advance(std::uint64_t done, std::uint64_t files) {
    const auto now = clock::now();
    if (!visible_ || now - drawn_ < redraw) return;
    meter_.advance(done, now);
    const auto width = terminal_width() - 1;  // a full line would wrap on some terminals
    const auto count = files == 0 ? std::string{} : std::to_string(files) + " files  ";
    draw_over((count + meter_.line(width - std::min(width, count.size()))).substr(0, width));
    drawn_ = now;
}

void progress_bar::finish(std::uint64_t done) {
    if (!visible_) return;
    meter_.advance(done, clock::now());
    draw_over(meter_.summary() + "\n");
    visible_ = false;
}

}  // namespace gangway::cli
