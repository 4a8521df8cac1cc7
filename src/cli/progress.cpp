#include "progress.hpp"

#include "sizes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gangway::cli {
namespace {

using fractional_seconds = std::chrono::duration<double>;

constexpr std::chrono::seconds remembered{5};
constexpr std::chrono::milliseconds sample_distance{100};
constexpr std::size_t widest_bar = 30;
constexpr std::size_t narrowest_bar = 5;

double rate_between(std::uint64_t octets, fractional_seconds duration) noexcept {
    return duration.count() > 0 ? static_cast<double>(octets) / duration.count() : 0;
}

std::string rate_text(double rate) {
    return size_text(static_cast<std::uint64_t>(rate)) + "/s";
}

}  // namespace

progress::progress(std::optional<std::uint64_t> total, instant start) : total_(total), start_(start) {
    samples_.push_back({0, start});
}

void progress::skip(std::uint64_t already) noexcept {
    already_ = samples_.front().done = already;
}

void progress::advance(std::uint64_t done, instant now) {
    const bool replaces = samples_.size() > 1 && now - samples_[samples_.size() - 2].at < sample_distance;
    if (replaces)
        samples_.back() = {done, now};
    else
        samples_.push_back({done, now});
    while (samples_.size() > 2 && now - samples_[1].at >= remembered)
        samples_.pop_front();
}

double progress::rate() const noexcept {
    return rate_between(samples_.back().done - samples_.front().done, samples_.back().at - samples_.front().at);
}

std::optional<std::chrono::seconds> progress::time_left() const noexcept {
    const auto octets_per_second = rate();
    if (!total_ || octets_per_second < 1) return std::nullopt;
    const auto rest = *total_ - std::min(*total_, samples_.back().done);
    return std::chrono::seconds{std::llround(static_cast<double>(rest) / octets_per_second)};
}

std::string progress::line(std::size_t width) const {
    const auto done = samples_.back().done;
    if (!total_) return fmt::format("{}  {}", size_text(done), rate_text(rate())).substr(0, width);
    const auto shown = std::min(done, *total_);
    const auto part = *total_ == 0 ? 1.0 : static_cast<double>(shown) / static_cast<double>(*total_);
    const auto left = time_left();
    auto text = fmt::format("{:3} % {:>10} of {} {:>12} {:>7} left", static_cast<int>(part * 100), size_text(done),
                            size_text(*total_), rate_text(rate()), left ? clock_text(*left) : "-:--");
    if (text.size() + narrowest_bar + 4 <= width) {
        const auto bar = std::min(widest_bar, width - text.size() - 4);
        const auto filled = static_cast<std::size_t>(part * static_cast<double>(bar));
        text = fmt::format("[{:<{}}]  {}", std::string(filled, '#'), bar, text);
    }
    return text.substr(0, width);
}

std::string progress::summary() const {
    const auto duration = samples_.back().at - start_;
    return fmt::format("{} in {}, {}", size_text(samples_.back().done),
                       clock_text(std::chrono::duration_cast<std::chrono::seconds>(duration)),
                       rate_text(rate_between(samples_.back().done - already_, duration)));
}

}  // namespace gangway::cli
