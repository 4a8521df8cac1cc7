#include "testing/made_replies.hpp"

#include <gangway/sftp/messages.hpp>
#include <gangway/sftp/path_window.hpp>
#include <gangway/sftp/read_window.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>

namespace gangway::sftp {
namespace {

using nanoseconds = path_window::nanoseconds;

constexpr nanoseconds us = 1000;
constexpr nanoseconds ms = 1000 * us;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;

nanoseconds time_for(std::uint64_t octets, double rate) {
    return static_cast<nanoseconds>(static_cast<double>(octets) / rate * 1e9);
}

/// A server behind a line: answers in order, at most `rate` octets per second, each half a round trip under way.
struct line {
    nanoseconds round_trip;
    double rate;                       ///< octets per second
    double consumer = 1e12;            ///< how fast octets are taken
    std::uint32_t cap = max_transfer;  ///< the most the server gives at once
};

struct transfer {
    nanoseconds duration = 0;
    std::uint64_t window = 0;   ///< at the end
    std::uint64_t largest = 0;  ///< the most that was asked for and not taken
};

/// Reads `octets` over a line and a window that sizes itself, without real time.
transfer run(line over, std::uint64_t octets, window_bounds bounds = {}) {
    struct answer {
        nanoseconds arrives;
        read_window::request of;
    };
    path_window path{over.round_trip, bounds};
    read_window window{0, octets, path.chunk(max_transfer), 1};
    std::deque<answer> under_way;
    nanoseconds now = 0;
    nanoseconds server_free = 0;
    transfer result;
    const std::string zeros(max_transfer, '\0');
    while (!window.done()) {
        const auto chunk = path.chunk(max_transfer);
        window.set_chunk(chunk);
        window.set_depth(path.octets() / chunk);
        while (const auto wanted = window.next_request()) {
            path.sent(wanted->offset, now);
            const auto there = now + over.round_trip / 2;
            server_free = std::max(server_free, there) + time_for(std::min(wanted->length, over.cap), over.rate);
            under_way.push_back({server_free + over.round_trip / 2, *wanted});
        }
        result.largest = std::max(result.largest, window.asked_to() - window.position());
        const auto [arrives, of] = under_way.front();
        under_way.pop_front();
        now = std::max(now, arrives);
        path.answered(of.offset, now);
        window.on_reply(of.offset, testing::with_data(zeros.substr(0, std::min(of.length, over.cap))));
        while (const auto piece = window.next()) {
            now += time_for(piece->octets.size(), over.consumer);
            path.taken(window.position(), window.asked_to(), now);
        }
    }
    result.duration = now;
    result.window = path.octets();
    return result;
}

double seconds(nanoseconds duration) {
    return static_cast<double>(duration) / 1e9;
}

TEST(path_window, fills_a_long_fast_line_within_a_few_round_trips) {
    const line far{.round_trip = 50 * ms, .rate = 500e6};
    const auto moved = run(far, 1024 * mib);
    EXPECT_LT(seconds(moved.duration), 1.07 * 1024 * static_cast<double>(mib) / far.rate);
    EXPECT_GT(moved.window, 24 * mib);
}

TEST(path_window, stays_small_on_a_slow_line) {
    const auto moved = run({.round_trip = 50 * ms, .rate = 2e6}, 40 * mib);
    EXPECT_LT(seconds(moved.duration), 1.05 * 40 * static_cast<double>(mib) / 2e6);
    EXPECT_LT(moved.window, 400 * kib) << "the line holds 100 kB";
}

TEST(path_window, stays_small_on_a_fast_line_without_delay) {
    const auto moved = run({.round_trip = 100 * us, .rate = 1e9}, 1024 * mib);
    EXPECT_LT(seconds(moved.duration), 1.02 * 1024 * static_cast<double>(mib) / 1e9);
    EXPECT_LE(moved.largest, 4 * mib);
}

TEST(path_window, asks_for_large_pieces_where_there_is_no_delay) {
    const line near{.round_trip = 100 * us, .rate = 600e6};
    path_window path{near.round_trip, {}};
    path.taken(0, mib, 0);
    path.taken(mib, 2 * mib, time_for(mib, near.rate));
    EXPECT_EQ(path.chunk(255 * kib), 255 * kib) << "each piece is passed on by several processes";
}

TEST(path_window, holds_little_for_a_slow_reader_on_any_line) {
    for (const auto round_trip : {100 * us, 50 * ms}) {
        const auto moved = run({.round_trip = round_trip, .rate = 1e9, .consumer = 1e6}, 32 * mib);
        EXPECT_LT(seconds(moved.duration), 1.05 * 32 * static_cast<double>(mib) / 1e6);
        EXPECT_LE(moved.window, 256 * kib);
    }
}

TEST(path_window, first_window_of_a_short_path_is_small) {
    EXPECT_LT(path_window(100 * us, {}).octets(), 256 * kib);
    EXPECT_EQ(path_window(-1, {}).octets(), path_window(0, {}).octets());
}

TEST(path_window, first_window_of_a_long_path_is_for_a_fast_one) {
    EXPECT_EQ(path_window(50 * ms, {}).octets(), 16'000'000U);
    EXPECT_EQ(path_window(200 * ms, {}).octets(), 32 * mib);
}

TEST(path_window, keeps_its_bounds_whatever_the_path) {
    const window_bounds bounds{.least = 64 * kib, .most = mib};
    EXPECT_EQ(path_window(86'400'000 * ms, bounds).octets(), mib);
    EXPECT_LE(run({.round_trip = 200 * ms, .rate = 1e9}, 16 * mib, bounds).largest, mib);
    EXPECT_EQ(run({.round_trip = 100 * us, .rate = 1e5}, mib, bounds).window, 64 * kib);
    EXPECT_EQ(path_window(1 * ms, {.least = 64 * kib, .most = 10}).octets(), 10U) << "the cap has the last word";
}

TEST(path_window, server_that_gives_little_at_once_is_no_slower) {
    const line far{.round_trip = 50 * ms, .rate = 200e6, .cap = 32 * kib};
    EXPECT_LT(seconds(run(far, 512 * mib).duration), 1.15 * 512 * static_cast<double>(mib) / far.rate);
}

TEST(path_window, requests_are_a_part_of_the_window) {
    EXPECT_EQ(path_window(0, {.least = 128 * kib, .most = 128 * kib}).chunk(max_transfer), 32 * kib);
    EXPECT_EQ(path_window(86'400'000 * ms, {.most = mib}).chunk(max_transfer), 128 * kib);
    EXPECT_EQ(path_window(86'400'000 * ms, {.most = mib}).chunk(1000), 1000U) << "the server takes no more";
    EXPECT_EQ(path_window(86'400'000 * ms, {}).chunk(255 * kib), 255 * kib);
}

TEST(path_window, one_pause_does_not_make_it_collapse) {
    path_window path{10 * ms, {}};
    nanoseconds now = 0;
    std::uint64_t position = 0;
    const auto round = [&](nanoseconds duration) {
        path.taken(position, position + mib, now);
        position += mib;
        now += duration;
        path.taken(position, position + mib, now);
    };
    round(5 * ms);
    const auto before = path.octets();
    EXPECT_EQ(before, 4 * mib) << "twice 10 ms at 1 MiB per 5 ms";
    round(1000 * ms);
    EXPECT_EQ(path.octets(), before / 2);
    round(5 * ms);
    EXPECT_EQ(path.octets(), before);
}

TEST(path_window, clock_that_stands_still_changes_nothing) {
    path_window path{10 * ms, {}};
    const auto before = path.octets();
    path.taken(0, mib, 0);
    path.taken(mib, 2 * mib, 0);
    path.taken(2 * mib, 3 * mib, 0);
    EXPECT_EQ(path.octets(), before);
}

}  // namespace
}  // namespace gangway::sftp
