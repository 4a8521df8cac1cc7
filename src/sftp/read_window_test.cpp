#include "testing/made_replies.hpp"

#include <gangway/sftp/messages.hpp>
#include <gangway/sftp/read_window.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace gangway::sftp {
namespace {

using namespace testing;

using request = read_window::request;
using requests = std::vector<request>;

/// All READs that may be sent now.
requests planned(read_window& window) {
    requests all;
    while (const auto next = window.next_request())
        all.push_back(*next);
    return all;
}
/// All octets that can be had now.
std::string taken(read_window& window) {
    std::string octets;
    while (auto piece = window.next()) {
        EXPECT_EQ(piece->offset + piece->octets.size(), window.position());
        EXPECT_FALSE(piece->octets.empty());
        octets += piece->octets;
    }
    return octets;
}

TEST(read_window, plans_up_to_the_end_and_not_beyond) {
    read_window window{0, 25, 10, 8};
    EXPECT_EQ(planned(window), (requests{{0, 10}, {10, 10}, {20, 5}}));
    EXPECT_EQ(window.in_flight(), 3U);
    window.on_reply(0, with_data("0123456789"));
    window.on_reply(10, with_data("abcdefghij"));
    window.on_reply(20, with_data("ABCDE"));
    EXPECT_FALSE(window.done());
    EXPECT_EQ(taken(window), "0123456789abcdefghijABCDE");
    EXPECT_TRUE(window.done());
    EXPECT_FALSE(window.failure());
    EXPECT_TRUE(planned(window).empty());
}

TEST(read_window, begins_where_it_is_told) {
    read_window window{7, 12, 10, 8};
    EXPECT_EQ(planned(window), (requests{{7, 5}}));
    window.on_reply(7, with_data("abcde"));
    const auto piece = window.next();
    ASSERT_TRUE(piece);
    EXPECT_EQ(piece->offset, 7U);
    EXPECT_EQ(piece->octets, "abcde");
    EXPECT_TRUE(window.done());
}

TEST(read_window, nothing_to_read_is_done_at_once) {
    read_window empty{5, 5, 10, 8};
    EXPECT_TRUE(planned(empty).empty());
    EXPECT_TRUE(empty.done());
    EXPECT_FALSE(empty.failure());
    read_window inverted{5, 2, 10, 8};
    EXPECT_TRUE(inverted.done());
}

TEST(read_window, offsets_beyond_4_gib_are_exact) {
    constexpr std::uint64_t far = 0x123456789a;
    read_window window{far, far + 30, 10, 2};
    EXPECT_EQ(planned(window), (requests{{far, 10}, {far + 10, 10}}));
    read_window last{~0ULL - 15, std::nullopt, 10, 4};
    EXPECT_EQ(planned(last), (requests{{~0ULL - 15, 10}, {~0ULL - 5, 5}}));
}

TEST(read_window, puts_answers_in_order) {
    read_window window{0, 30, 10, 3};
    planned(window);
    window.on_reply(20, with_data("CCCCCCCCCC"));
    EXPECT_EQ(taken(window), "");
    window.on_reply(0, with_data("AAAAAAAAAA"));
    EXPECT_EQ(taken(window), "AAAAAAAAAA");
    window.on_reply(10, with_data("BBBBBBBBBB"));
    EXPECT_EQ(taken(window), "BBBBBBBBBBCCCCCCCCCC");
    EXPECT_TRUE(window.done());
}

TEST(read_window, slow_consumer_stops_the_reads) {
    read_window window{0, 1000, 10, 4};
    EXPECT_EQ(planned(window).size(), 4U);
    for (const std::uint64_t offset : {0U, 10U, 20U, 30U})
        window.on_reply(offset, with_data("xxxxxxxxxx"));
    EXPECT_TRUE(planned(window).empty());
    EXPECT_TRUE(window.next());
    EXPECT_EQ(planned(window), (requests{{40, 10}}));
    EXPECT_TRUE(planned(window).empty());
    EXPECT_EQ(taken(window).size(), 30U);
    EXPECT_EQ(planned(window).size(), 3U);
}

TEST(read_window, missing_part_of_a_short_answer_comes_before_anything_new) {
    read_window window{0, 1000, 10, 2};
    EXPECT_EQ(planned(window), (requests{{0, 10}, {10, 10}}));
    window.on_reply(0, with_data("abc"));
    EXPECT_EQ(taken(window), "abc");
    EXPECT_EQ(planned(window), (requests{{3, 7}}));
    window.on_reply(10, with_data("0123456789"));
    EXPECT_EQ(taken(window), "");
    window.on_reply(3, with_data("defghij"));
    EXPECT_EQ(taken(window), "defghij0123456789");
    EXPECT_EQ(planned(window), (requests{{20, 10}, {30, 10}}));
}

TEST(read_window, servers_cap_is_learned_from_two_equal_short_answers) {
    read_window window{0, 1 << 20, 8192, 2};
    EXPECT_EQ(planned(window), (requests{{0, 8192}, {8192, 8192}}));
    window.on_reply(0, with_data(std::string(2048, 'x')));
    EXPECT_EQ(window.chunk(), 8192U);
    window.on_reply(8192, with_data(std::string(2048, 'x')));
    EXPECT_EQ(window.chunk(), 2048U);
    // The same octets in flight as before, in more READs.
    EXPECT_EQ(taken(window).size(), 2048U);
    EXPECT_EQ(
        planned(window),
        (requests{
            {2048, 2048}, {4096, 2048}, {6144, 2048}, {10240, 2048}, {12288, 2048}, {14336, 2048}, {16384, 2048}}));
}

/// Answers every READ with at most `cap` octets until `octets` more were taken; returns how many were short.
std::size_t serve(read_window& window, std::uint64_t octets, std::uint32_t cap) {
    std::size_t shorts = 0;
    const auto until = window.position() + octets;
    while (window.position() < until) {
        for (const auto& [offset, length] : planned(window)) {
            shorts += length > cap ? 1U : 0U;
            window.on_reply(offset, with_data(std::string(std::min(length, cap), 'x')));
        }
        taken(window);
    }
    return shorts;
}

TEST(read_window, requests_grow_again_when_the_server_gives_more) {
    read_window window{0, 1ULL << 40, 8192, 4};
    serve(window, 100'000, 2048);
    EXPECT_EQ(window.chunk(), 2048U);
    serve(window, 64 * 2048 + 128 * 4096 + 10 * 8192, 8192);
    EXPECT_EQ(window.chunk(), 8192U);
}

TEST(read_window, cap_that_stays_is_tried_more_and_more_seldom) {
    read_window window{0, 1ULL << 40, 8192, 4};
    serve(window, 1000UL * 2048, 2048);
    EXPECT_LT(serve(window, 30'000UL * 2048, 2048), 60U);
    EXPECT_LE(window.chunk(), 4096U);
}

TEST(read_window, cap_outlives_another_wish_of_the_caller) {
    read_window window{0, 1ULL << 40, 8192, 2};
    serve(window, 2 * 8192, 2048);
    window.set_chunk(16384);
    EXPECT_EQ(window.chunk(), 2048U);
    window.set_chunk(1024);
    EXPECT_EQ(window.chunk(), 1024U);
}

TEST(read_window, irregular_short_answers_do_not_shrink_the_requests) {
    read_window window{0, 1 << 20, 8192, 1};
    for (const std::size_t size : {5U, 4000U, 7U, 100U}) {
        const auto next = planned(window);
        ASSERT_EQ(next.size(), 1U);
        window.on_reply(next[0].offset, with_data(std::string(size, 'x')));
        taken(window);
        EXPECT_EQ(window.chunk(), 8192U);
    }
}

TEST(read_window, one_octet_per_answer_still_reads_everything) {
    std::string file(20000, '?');
    for (std::size_t i = 0; i < file.size(); ++i)
        file[i] = static_cast<char>(i * 7);
    read_window window{0, file.size(), 4096, 8};
    std::string got;
    while (!window.done()) {
        const auto next = planned(window);
        ASSERT_FALSE(next.empty());
        for (const auto& [offset, length] : next)
            window.on_reply(offset, with_data(file.substr(offset, 1)));
        got += taken(window);
    }
    EXPECT_EQ(got, file);
    EXPECT_EQ(window.chunk(), 512U);
}

TEST(read_window, without_an_end_reads_to_the_end_of_the_file) {
    read_window window{0, std::nullopt, 10, 3};
    EXPECT_EQ(planned(window), (requests{{0, 10}, {10, 10}, {20, 10}}));
    window.on_reply(0, with_data("0123456789"));
    window.on_reply(10, with_data("abc"));
    window.on_reply(20, with_status(status_code::eof));
    EXPECT_EQ(taken(window), "0123456789abc");
    EXPECT_FALSE(window.done());
    EXPECT_EQ(planned(window), (requests{{13, 7}}));
    window.on_reply(13, with_status(status_code::eof));
    EXPECT_TRUE(window.done());
    EXPECT_FALSE(window.failure());
    EXPECT_EQ(window.position(), 13U);
}

TEST(read_window, empty_file_without_an_end_is_whole) {
    read_window window{0, std::nullopt, 10, 2};
    planned(window);
    window.on_reply(0, with_status(status_code::eof));
    EXPECT_FALSE(window.done());
    window.on_reply(10, with_status(status_code::eof));
    EXPECT_TRUE(window.done());
    EXPECT_FALSE(window.failure());
}

TEST(read_window, beyond_the_expected_end_reads_one_at_a_time) {
    read_window window{0, std::nullopt, 10, 8};
    window.expect_end(25);
    EXPECT_EQ(planned(window), (requests{{0, 10}, {10, 10}, {20, 5}, {25, 10}}));
    window.on_reply(0, with_data("0123456789"));
    window.on_reply(10, with_data("0123456789"));
    window.on_reply(20, with_data("01234"));
    taken(window);
    EXPECT_TRUE(planned(window).empty());
    // It grew: the next READ beyond goes out when this one is through.
    window.on_reply(25, with_data("0123456789"));
    EXPECT_TRUE(planned(window).empty());
    taken(window);
    EXPECT_EQ(planned(window), (requests{{35, 10}}));
    window.on_reply(35, with_status(status_code::eof));
    EXPECT_TRUE(window.done());
    EXPECT_EQ(window.position(), 35U);
}

TEST(read_window, end_at_exactly_the_expected_place) {
    read_window window{0, std::nullopt, 10, 8};
    window.expect_end(20);
    EXPECT_EQ(planned(window), (requests{{0, 10}, {10, 10}, {20, 10}}));
    window.on_reply(20, with_status(status_code::eof));
    window.on_reply(10, with_data("abcdefghij"));
    window.on_reply(0, with_data("0123456789"));
    EXPECT_EQ(taken(window), "0123456789abcdefghij");
    EXPECT_TRUE(window.done());
    EXPECT_FALSE(window.failure());
}

TEST(read_window, larger_chunk_and_depth_take_effect_at_once) {
    read_window window{0, 1000, 10, 1};
    EXPECT_EQ(planned(window), (requests{{0, 10}}));
    window.set_chunk(100);
    window.set_depth(3);
    EXPECT_EQ(planned(window), (requests{{10, 100}, {110, 100}}));
}

TEST(read_window, smaller_depth_waits_for_what_is_in_flight) {
    read_window window{0, 1000, 10, 4};
    EXPECT_EQ(planned(window).size(), 4U);
    window.set_depth(1);
    for (const std::uint64_t offset : {0U, 10U, 20U}) {
        window.on_reply(offset, with_data("xxxxxxxxxx"));
        EXPECT_EQ(taken(window).size(), 10U);
        EXPECT_TRUE(planned(window).empty());
    }
    window.on_reply(30, with_data("xxxxxxxxxx"));
    EXPECT_EQ(taken(window).size(), 10U);
    EXPECT_EQ(planned(window), (requests{{40, 10}}));
}

TEST(read_window, smaller_depth_does_not_starve_the_gap_that_all_wait_for) {
    read_window window{0, 1000, 10, 4};
    planned(window);
    for (const std::uint64_t offset : {10U, 20U, 30U})
        window.on_reply(offset, with_data("xxxxxxxxxx"));
    window.set_depth(1);
    window.on_reply(0, with_data("abc"));
    EXPECT_EQ(taken(window), "abc");
    EXPECT_EQ(planned(window), (requests{{3, 7}}));
}

TEST(read_window, smaller_depth_lets_gaps_behind_others_wait) {
    read_window window{0, 1000, 10, 100};
    EXPECT_EQ(planned(window).size(), 100U);
    window.set_depth(1);
    window.on_reply(500, with_data("abc"));
    EXPECT_TRUE(planned(window).empty());
    for (std::uint64_t offset = 0; offset < 500; offset += 10)
        window.on_reply(offset, with_data("0123456789"));
    EXPECT_EQ(taken(window).size(), 503U);
    EXPECT_EQ(planned(window), (requests{{503, 7}}));
}

TEST(read_window, number_of_requests_grows_16_fold_and_to_1024_at_most) {
    for (const auto& [depth, most] : {std::pair{4U, 64U}, {40U, 640U}, {100U, 1024U}, {2000U, 2000U}}) {
        read_window window{0, 1ULL << 40, max_transfer, depth};
        for (const auto& [offset, length] : planned(window))
            window.on_reply(offset, with_data("x"));
        EXPECT_EQ(window.chunk(), 512U);
        const std::size_t held = depth - taken(window).size();
        planned(window);
        EXPECT_EQ(window.in_flight() + held, most);
    }
}

TEST(read_window, number_of_new_requests_grows_16_fold_at_most) {
    read_window window{0, 1ULL << 40, 16384, 1};
    // Two answers of 512 octets teach the cap; after them come whole ones.
    for (int i = 0; i < 2; ++i)
        window.on_reply(planned(window).at(0).offset, with_data(std::string(512, 'x')));
    while (window.position() < 16384) {
        for (const auto& [offset, length] : planned(window)) {
            window.on_reply(offset, with_data(std::string(length, 'x')));
        }
        taken(window);
    }
    // 32 of them would fit the window's octets.
    EXPECT_EQ(planned(window).size(), 16U);
}

TEST(read_window, sizes_out_of_range_are_clamped) {
    read_window window{0, 10'000'000, 0, 0};
    EXPECT_EQ(planned(window), (requests{{0, 1}}));
    window.set_chunk(max_transfer + 1);
    EXPECT_EQ(window.chunk(), max_transfer);
}

TEST(read_window, pieces_can_be_moved_without_losing_their_octets) {
    read_window window{0, 1, 10, 1};
    planned(window);
    window.on_reply(0, with_data("x"));
    auto piece = window.next();
    ASSERT_TRUE(piece);
    const read_piece elsewhere{std::move(*piece)};
    EXPECT_EQ(elsewhere.octets, "x");
    EXPECT_EQ(elsewhere.octets, elsewhere.frame.as<data_reply>()->data);
}

/// A file and a server that answers a random READ at a time, sometimes short, up to `cap` octets.
struct random_server {
    std::mt19937& random;
    const std::string& file;
    std::size_t cap;
    requests in_flight{};

    void step(read_window& window) {
        const auto at = random() % in_flight.size();
        const auto [offset, length] = in_flight[at];
        in_flight.erase(in_flight.begin() + static_cast<std::ptrdiff_t>(at));
        if (offset >= file.size()) return window.on_reply(offset, with_status(status_code::eof));
        const auto most = std::min<std::size_t>(length, cap);
        const auto size = random() % 4 == 0 ? 1 + random() % most : most;
        window.on_reply(offset, with_data(std::string_view{file}.substr(offset, size)));
    }
};

TEST(read_window, random_orders_and_sizes_yield_the_file) {
    std::mt19937 random{17};
    for (int round = 0; round < 10000; ++round) {
        std::string file(random() % 3000, '\0');
        std::ranges::generate(file, [&] { return static_cast<char>(random()); });
        const std::uint32_t chunk = 1 + static_cast<std::uint32_t>(random() % 200);
        const std::size_t depth = 1 + random() % 64;
        const bool known = random() % 2 == 0;
        read_window window{0, known ? std::optional<std::uint64_t>{file.size()} : std::nullopt, chunk, depth};
        if (!known && random() % 2 == 0) window.expect_end(random() % 3000);
        random_server server{random, file, 1 + random() % 200};
        std::string got;
        while (!window.done()) {
            for (const auto& next : planned(window))
                server.in_flight.push_back(next);
            if (random() % 2 == 0 && !server.in_flight.empty()) server.step(window);
            // Sometimes the consumer waits.
            if (random() % 3 != 0 || server.in_flight.empty()) got += taken(window);
        }
        ASSERT_FALSE(window.failure()) << round;
        ASSERT_EQ(got, file) << round;
    }
}

}  // namespace
}  // namespace gangway::sftp
