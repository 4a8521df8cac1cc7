#include "testing/made_replies.hpp"

#include <gangway/sftp/messages.hpp>
#include <gangway/sftp/write_window.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace gangway::sftp {
namespace {

using namespace testing;

using request = write_window::request;
using requests = std::vector<request>;

/// All WRITEs that may be sent now of `available` octets, which shrink by them.
requests planned(write_window& window, std::size_t& available) {
    requests all;
    while (const auto next = window.next_request(available)) {
        all.push_back(*next);
        available -= next->length;
    }
    return all;
}

TEST(write_window, plans_chunks_in_order) {
    write_window window{0, 10, 1000};
    std::size_t available = 25;
    EXPECT_EQ(planned(window, available), (requests{{0, 10}, {10, 10}, {20, 5}}));
    EXPECT_EQ(available, 0U);
    EXPECT_EQ(window.position(), 25U);
    EXPECT_FALSE(window.settled());
}

TEST(write_window, begins_where_it_is_told) {
    write_window window{0x100000000, 10, 1000};
    EXPECT_EQ(window.next_request(3), (request{0x100000000, 3}));
    EXPECT_EQ(window.next_request(3), (request{0x100000003, 3}));
    EXPECT_EQ(window.acknowledged(), 0x100000000U);
}

TEST(write_window, nothing_written_is_settled) {
    write_window window{0, 10, 1000};
    EXPECT_EQ(window.next_request(0), std::nullopt);
    EXPECT_TRUE(window.settled());
    EXPECT_FALSE(window.failure());
    EXPECT_EQ(window.acknowledged(), 0U);
}

TEST(write_window, octets_in_flight_are_bounded) {
    write_window window{0, 10, 25};
    std::size_t available = 100;
    EXPECT_EQ(planned(window, available), (requests{{0, 10}, {10, 10}}));
    window.on_written(10);
    EXPECT_EQ(planned(window, available), (requests{{20, 10}}));
    EXPECT_TRUE(planned(window, available).empty());
    // The end of the data may fit where a whole chunk does not.
    EXPECT_EQ(window.next_request(5), (request{30, 5}));
}

TEST(write_window, reach_counts_from_the_first_octet_that_is_not_acknowledged) {
    write_window window{0, 10, 1000};
    window.set_reach(35);
    std::size_t available = 100;
    EXPECT_EQ(planned(window, available), (requests{{0, 10}, {10, 10}, {20, 10}}));
    window.on_written(10);
    window.on_written(20);
    EXPECT_TRUE(planned(window, available).empty()) << "the hole at 0 stays behind no further";
    window.on_written(0);
    EXPECT_EQ(planned(window, available), (requests{{30, 10}, {40, 10}, {50, 10}}));
}

TEST(write_window, one_write_is_always_possible) {
    write_window window{0, 10, 1};
    EXPECT_EQ(window.next_request(100), (request{0, 10}));
    EXPECT_EQ(window.next_request(100), std::nullopt);
    window.on_written(0);
    EXPECT_EQ(window.next_request(100), (request{10, 10}));
}

TEST(write_window, settles_when_all_are_acknowledged_in_any_order) {
    write_window window{0, 10, 1000};
    std::size_t available = 30;
    planned(window, available);
    window.on_reply(20, with_status(status_code::ok, "WRITE"));
    EXPECT_EQ(window.acknowledged(), 0U);
    window.on_reply(0, with_status(status_code::ok, "WRITE"));
    EXPECT_EQ(window.acknowledged(), 10U);
    EXPECT_FALSE(window.settled());
    window.on_reply(10, with_status(status_code::ok, "WRITE"));
    EXPECT_TRUE(window.settled());
    EXPECT_FALSE(window.failure());
    EXPECT_EQ(window.acknowledged(), 30U);
}

TEST(write_window, one_failure_among_many_is_remembered_whatever_the_order) {
    std::mt19937 random{31};
    for (int round = 0; round < 1000; ++round) {
        write_window window{0, 10, 1000};
        std::size_t available = 640;
        auto all = planned(window, available);
        ASSERT_EQ(all.size(), 64U);
        std::ranges::shuffle(all, random);
        for (const auto& [offset, length] : all) {
            window.on_reply(offset, with_status(offset == 50 ? status_code::failure : status_code::ok, "WRITE"));
        }
        ASSERT_TRUE(window.settled());
        ASSERT_TRUE(window.failure());
        EXPECT_EQ(window.failure()->message, "WRITE failed: FAILURE");
        EXPECT_EQ(window.acknowledged(), 50U);
    }
}

TEST(write_window, first_failure_that_comes_is_kept) {
    write_window window{0, 10, 1000};
    std::size_t available = 30;
    planned(window, available);
    window.on_reply(20, with_status(status_code::quota_exceeded, "WRITE"));
    window.on_reply(0, with_status(status_code::failure, "WRITE"));
    EXPECT_EQ(window.failure()->code, errc::no_space);
    EXPECT_EQ(window.acknowledged(), 0U);
    EXPECT_FALSE(window.settled());
}

TEST(write_window, after_a_failure_nothing_more_is_planned) {
    write_window window{0, 10, 1000};
    std::size_t available = 20;
    planned(window, available);
    window.on_reply(0, with_status(status_code::failure, "WRITE"));
    EXPECT_EQ(window.next_request(100), std::nullopt);
    window.on_reply(10, with_status(status_code::ok, "WRITE"));
    EXPECT_TRUE(window.settled());
    EXPECT_EQ(window.next_request(100), std::nullopt);
}

TEST(write_window, answers_to_writes_that_are_not_in_flight_are_ignored) {
    write_window window{0, 10, 1000};
    std::size_t available = 20;
    planned(window, available);
    window.on_written(5);
    window.on_error(5, protocol_error("x"));
    window.on_written(0);
    window.on_reply(0, with_status(status_code::failure, "WRITE"));
    EXPECT_FALSE(window.failure());
    EXPECT_FALSE(window.settled());
    EXPECT_EQ(window.acknowledged(), 10U);
}

TEST(write_window, answer_that_is_no_status_is_a_failure) {
    write_window window{0, 10, 1000};
    std::size_t available = 10;
    planned(window, available);
    window.on_reply(0, made_reply(data_reply{}, "WRITE"));
    EXPECT_EQ(window.failure()->code, errc::protocol_error);
}

TEST(write_window, chunk_may_change_and_is_clamped) {
    write_window window{0, 0, 10'000'000};
    EXPECT_EQ(window.next_request(100), (request{0, 1}));
    window.set_chunk(max_transfer + 1);
    EXPECT_EQ(window.next_request(10'000'000), (request{1, max_transfer}));
}

}  // namespace
}  // namespace gangway::sftp
