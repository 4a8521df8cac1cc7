#include "progress_bar.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

namespace gangway::cli {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds redraw{100};
/// To the front of the line, and clear it from there on.
constexpr auto fresh_line = "\r\x1b[K";

std::size_t terminal_width() noexcept {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

void draw(const std::string& text) {
    const auto line = fresh_line + text;
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fflush(stderr);
}

}  // namespace

progress_bar::progress_bar(bool wanted, std::optional<std::uint64_t> total)
    : visible_(wanted && ::isatty(STDERR_FILENO) == 1), meter_(total, clock::now()) {
}

progress_bar::~progress_bar() {
    clear();
}

void progress_bar::clear() {
    if (visible_ && drawn_ != progress::instant{}) draw("");
}

void progress_bar::advance(std::uint64_t done, std::uint64_t files) {
    const auto now = clock::now();
    if (!visible_ || now - drawn_ < redraw) return;
    meter_.advance(done, now);
    const auto width = terminal_width() - 1;  // a full line would wrap on some terminals
    const auto count = files == 0 ? std::string{} : std::to_string(files) + " files  ";
    draw((count + meter_.line(width - std::min(width, count.size()))).substr(0, width));
    drawn_ = now;
}

void progress_bar::finish(std::uint64_t done) {
    if (!visible_) return;
    meter_.advance(done, clock::now());
    draw(meter_.summary() + "\n");
    visible_ = false;
}

}  // namespace gangway::cli
