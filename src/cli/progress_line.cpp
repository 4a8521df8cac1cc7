#include "progress_line.hpp"

#include <cstdio>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

namespace gangway::cli {
namespace {

/// To the front of the line, and clear it from there on.
constexpr std::string_view fresh_line = "\r\x1b[K";

}  // namespace

std::size_t terminal_width() noexcept {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

void draw_over(std::string_view text) {
    const auto line = std::string{fresh_line} + std::string{text};
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fflush(stderr);
}

progress_line::progress_line() noexcept : visible_(::isatty(STDERR_FILENO) == 1) {
}

progress_line::~progress_line() {
    clear();
}

void progress_line::show(std::string_view text) {
    if (!visible_) return;
    draw_over(text.substr(0, terminal_width() - 1));  // a full line would wrap on some terminals
    drawn_ = true;
}

void progress_line::clear() {
    if (drawn_) draw_over("");
    drawn_ = false;
}

}  // namespace gangway::cli
