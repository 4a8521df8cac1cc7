#include <gangway/sftp/path_window.hpp>

#include <algorithm>

namespace gangway::sftp {
namespace {

double seconds(path_window::nanoseconds duration) {
    return static_cast<double>(duration) / 1e9;
}

/// What the first window is for, in octets per second: a round or two from the truth on most paths.
constexpr double first_rate = 160e6;
/// Beside what the path holds, as much again may wait: the rate cannot grow otherwise.
constexpr double headroom = 2;
/// A shorter round trip is not counted on: the other end's processes need their turns, and small pieces cost all who
/// pass them on more than their octets do.
constexpr double least_round_trip = 0.002;
/// Before anybody has taken anything, he may be slow, and one of many.
constexpr double least_first_round_trip = 0.0005;
/// What a round that was slower leaves of the rate.
constexpr double memory = 0.5;

constexpr std::uint32_t chunks_in_window = 8;
constexpr std::uint32_t chunk_step = 32U * 1024;

}  // namespace

path_window::path_window(nanoseconds round_trip, window_bounds bounds) noexcept
    : bounds_(bounds), round_trip_(std::max(seconds(round_trip), 0.0)), rate_(first_rate) {
    resize(least_first_round_trip);
    rate_ = 0;
}

std::uint32_t path_window::chunk(std::uint32_t most) const noexcept {
    const auto steps = std::max<std::uint64_t>(octets_ / chunks_in_window / chunk_step, 1);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(steps * chunk_step, most));
}

void path_window::sent(std::uint64_t offset, nanoseconds now) noexcept {
    if (!probe_) probe_ = probe{offset, now};
}

void path_window::answered(std::uint64_t offset, nanoseconds now) noexcept {
    if (!probe_ || probe_->offset != offset) return;
    round_trip_ = std::min(round_trip_, seconds(now - probe_->left));
    probe_.reset();
}

void path_window::taken(std::uint64_t position, std::uint64_t asked, nanoseconds now) noexcept {
    if (round_ && position < round_->to) return;
    if (round_ && now > round_->began) {
        const auto rate = static_cast<double>(position - round_->from) / seconds(now - round_->began);
        rate_ = std::max(rate, rate_ * memory);
        resize(least_round_trip);
    }
    round_ = round{position, std::max(asked, position + 1), now};
}

void path_window::resize(double least) noexcept {
    const auto held = headroom * rate_ * std::max(round_trip_, least);
    const auto most = static_cast<double>(bounds_.most);
    octets_ = std::max(static_cast<std::uint64_t>(std::min(held, most)), std::min(bounds_.least, bounds_.most));
}

}  // namespace gangway::sftp
