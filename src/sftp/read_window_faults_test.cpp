// What a server can do to a download. The oracle everywhere: what was yielded is a true beginning of the file.

#include "testing/made_replies.hpp"

#include <gangway/sftp/errors.hpp>
#include <gangway/sftp/messages.hpp>
#include <gangway/sftp/read_window.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace gangway::sftp {
namespace {

using namespace testing;
using ::testing::HasSubstr;

void plan_all(read_window& window) {
    while (window.next_request()) {
    }
}
std::string taken(read_window& window) {
    std::string octets;
    while (auto piece = window.next())
        octets += piece->octets;
    return octets;
}
std::error_code failure(const read_window& window) {
    return window.failure() ? window.failure()->code : std::error_code{};
}

TEST(read_faults, failure_in_the_middle_yields_what_came_before_it) {
    read_window window{0, 40, 10, 4};
    plan_all(window);
    window.on_reply(20, with_status(status_code::failure));
    window.on_reply(30, with_data("DDDDDDDDDD"));
    EXPECT_FALSE(window.done());
    window.on_reply(0, with_data("AAAAAAAAAA"));
    EXPECT_EQ(taken(window), "AAAAAAAAAA");
    EXPECT_FALSE(window.done());
    window.on_reply(10, with_data("BBBBBBBBBB"));
    EXPECT_EQ(taken(window), "BBBBBBBBBB");
    EXPECT_TRUE(window.done());
    EXPECT_EQ(failure(window), errc::failure);
    EXPECT_EQ(window.failure()->message, "READ failed: FAILURE");
    EXPECT_EQ(window.position(), 20U);
}

TEST(read_faults, after_a_failure_nothing_behind_it_is_planned_and_gaps_before_it_are) {
    read_window window{0, 1000, 10, 4};
    plan_all(window);
    window.on_reply(20, with_status(status_code::failure));
    EXPECT_FALSE(window.next_request());
    window.on_reply(0, with_data("abc"));
    taken(window);
    EXPECT_EQ(window.next_request(), (read_window::request{3, 7}));
    EXPECT_FALSE(window.next_request());
}

TEST(read_faults, gap_behind_a_failure_is_not_asked_for) {
    read_window window{0, 1000, 10, 4};
    plan_all(window);
    window.on_reply(30, with_data("abc"));
    window.on_reply(10, with_status(status_code::failure));
    window.on_reply(20, with_data("abc"));
    EXPECT_FALSE(window.next_request());
    window.on_reply(0, with_data("AAAAAAAAAA"));
    EXPECT_EQ(taken(window), "AAAAAAAAAA");
    EXPECT_FALSE(window.next_request());
    EXPECT_TRUE(window.done());
}

TEST(read_faults, what_lies_behind_a_failure_takes_no_room_from_what_lies_before) {
    read_window window{0, 1000, 10, 64};
    plan_all(window);
    window.set_depth(1);
    for (std::uint64_t offset = 110; offset < 640; offset += 10)
        window.on_reply(offset, with_data("0123456789"));
    window.on_reply(50, with_data("abc"));
    EXPECT_FALSE(window.next_request());
    window.on_reply(100, with_status(status_code::failure));
    EXPECT_EQ(window.next_request(), (read_window::request{53, 7}));
}

TEST(read_faults, earliest_failure_counts) {
    read_window window{0, 40, 10, 4};
    plan_all(window);
    window.on_reply(30, with_status(status_code::failure));
    window.on_reply(10, with_status(status_code::permission_denied));
    window.on_reply(20, with_status(status_code::bad_message));
    window.on_reply(0, with_data("AAAAAAAAAA"));
    EXPECT_EQ(taken(window), "AAAAAAAAAA");
    EXPECT_TRUE(window.done());
    EXPECT_EQ(failure(window), errc::permission_denied);
}

TEST(read_faults, done_after_a_failure_does_not_wait_for_what_lies_behind) {
    read_window window{0, 40, 10, 4};
    plan_all(window);
    window.on_reply(0, with_status(status_code::failure));
    EXPECT_TRUE(window.done());
    EXPECT_EQ(window.in_flight(), 3U);
    window.on_reply(10, with_data("BBBBBBBBBB"));
    window.on_reply(20, with_status(status_code::eof));
    EXPECT_EQ(window.in_flight(), 1U);
    EXPECT_EQ(taken(window), "");
    EXPECT_EQ(failure(window), errc::failure);
}

TEST(read_faults, file_shorter_than_its_end_has_changed) {
    read_window window{0, 40, 10, 4};
    plan_all(window);
    window.on_reply(0, with_data("AAAAAAAAAA"));
    window.on_reply(10, with_data("BBB"));
    window.on_reply(20, with_status(status_code::eof));
    window.on_reply(30, with_status(status_code::eof));
    EXPECT_EQ(taken(window), "AAAAAAAAAABBB");
    EXPECT_EQ(window.next_request(), (read_window::request{13, 7}));
    window.on_reply(13, with_status(status_code::eof));
    EXPECT_TRUE(window.done());
    EXPECT_EQ(failure(window), errc::remote_changed);
    EXPECT_THAT(window.failure()->message, HasSubstr("ended at octet 13, before 40"));
    EXPECT_EQ(window.position(), 13U);
}

TEST(read_faults, octets_behind_a_reported_end_belie_it) {
    for (const bool end_first : {true, false}) {
        read_window window{0, std::nullopt, 10, 3};
        plan_all(window);
        window.on_reply(0, with_data("AAAAAAAAAA"));
        if (end_first) window.on_reply(10, with_status(status_code::eof));
        window.on_reply(20, with_data("CCCCCCCCCC"));
        if (!end_first) window.on_reply(10, with_status(status_code::eof));
        EXPECT_EQ(taken(window), "AAAAAAAAAA");
        EXPECT_TRUE(window.done());
        EXPECT_EQ(failure(window), errc::remote_changed);
        EXPECT_EQ(window.position(), 10U);
    }
}

TEST(read_faults, end_is_not_believed_while_reads_behind_it_are_in_flight) {
    read_window window{0, std::nullopt, 10, 2};
    plan_all(window);
    window.on_reply(0, with_status(status_code::eof));
    EXPECT_FALSE(window.done());
    window.on_reply(10, with_data("x"));
    EXPECT_TRUE(window.done());
    EXPECT_EQ(failure(window), errc::remote_changed);
}

TEST(read_faults, failure_behind_the_end_does_not_matter) {
    read_window window{0, std::nullopt, 10, 3};
    plan_all(window);
    window.on_reply(20, with_status(status_code::failure));
    window.on_reply(10, with_status(status_code::eof));
    window.on_reply(0, with_data("AAAAAAAAAA"));
    EXPECT_EQ(taken(window), "AAAAAAAAAA");
    EXPECT_TRUE(window.done());
    EXPECT_FALSE(window.failure());
}

TEST(read_faults, first_answer_without_octets_is_asked_again) {
    read_window window{0, 20, 10, 2};
    plan_all(window);
    window.on_reply(0, with_data(""));
    EXPECT_EQ(window.next_request(), (read_window::request{0, 10}));
    window.on_reply(0, with_data("AAAAAAAAAA"));
    window.on_reply(10, with_data("BBBBBBBBBB"));
    EXPECT_EQ(taken(window), "AAAAAAAAAABBBBBBBBBB");
    EXPECT_TRUE(window.done());
    EXPECT_FALSE(window.failure());
}

TEST(read_faults, second_answer_without_octets_is_a_breach) {
    read_window window{0, 20, 10, 2};
    plan_all(window);
    window.on_reply(10, with_data(""));
    plan_all(window);
    window.on_reply(10, with_data(""));
    window.on_reply(0, with_data("AAAAAAAAAA"));
    EXPECT_EQ(taken(window), "AAAAAAAAAA");
    EXPECT_TRUE(window.done());
    EXPECT_EQ(failure(window), errc::protocol_error);
}

TEST(read_faults, more_octets_than_asked_for_are_a_breach) {
    read_window window{0, 20, 10, 2};
    plan_all(window);
    window.on_reply(0, with_data("AAAAAAAAAAx"));
    EXPECT_TRUE(window.done());
    EXPECT_EQ(failure(window), errc::protocol_error);
    EXPECT_EQ(taken(window), "");
}

TEST(read_faults, answer_that_is_no_data_is_a_breach) {
    read_window window{0, 20, 10, 2};
    plan_all(window);
    window.on_reply(0, made_reply(handle_reply{.handle = "h"}, "READ"));
    EXPECT_EQ(failure(window), errc::protocol_error);
    read_window other{0, 20, 10, 2};
    plan_all(other);
    other.on_data(0, with_status(status_code::ok));
    EXPECT_EQ(failure(other), errc::protocol_error);
}

TEST(read_faults, answers_to_reads_that_are_not_in_flight_are_ignored) {
    read_window window{0, 20, 10, 2};
    plan_all(window);
    window.on_reply(5, with_data("x"));
    window.on_eof(7);
    window.on_error(9, protocol_error("x"));
    window.on_reply(0, with_data("AAAAAAAAAA"));
    window.on_reply(0, with_data("ZZZZZZZZZZ"));
    window.on_reply(10, with_data("BBBBBBBBBB"));
    EXPECT_EQ(taken(window), "AAAAAAAAAABBBBBBBBBB");
    EXPECT_FALSE(window.failure());
}

TEST(read_faults, lost_connection_fails_at_the_first_unanswered_octet) {
    read_window window{0, 100, 10, 4};
    plan_all(window);
    window.on_reply(0, with_data("AAAAAAAAAA"));
    window.on_reply(20, with_data("CCCCCCCCCC"));
    for (const std::uint64_t offset : {30U, 10U}) {
        window.on_error(offset, {errc::connection_lost, base::phase::sftp, "gone"});
    }
    EXPECT_EQ(taken(window), "AAAAAAAAAA");
    EXPECT_TRUE(window.done());
    EXPECT_EQ(failure(window), errc::connection_lost);
    EXPECT_EQ(window.in_flight(), 0U);
}

// Whatever the server answers, in whatever order: the octets yielded are the file's beginning, and the planned octets
// stay within the window.
TEST(read_faults, random_faults_never_yield_anything_but_a_beginning) {
    std::mt19937 random{23};
    int whole = 0;
    for (int round = 0; round < 10000; ++round) {
        std::string file(random() % 2000, '\0');
        for (auto& octet : file)
            octet = static_cast<char>(random());
        const std::uint32_t chunk = 1 + static_cast<std::uint32_t>(random() % 100);
        const std::size_t depth = 1 + random() % 16;
        const auto end = random() % 2 == 0 ? std::optional<std::uint64_t>{file.size()} : std::nullopt;
        read_window window{0, end, chunk, depth};
        std::vector<read_window::request> in_flight;
        std::string got;
        while (!window.done()) {
            while (const auto next = window.next_request())
                in_flight.push_back(*next);
            ASSERT_EQ(window.in_flight(), in_flight.size());
            ASSERT_FALSE(in_flight.empty());
            const auto at = random() % in_flight.size();
            const auto [offset, length] = in_flight[at];
            in_flight.erase(in_flight.begin() + static_cast<std::ptrdiff_t>(at));
            const auto fault = random() % 100;
            if (fault == 0) {
                window.on_reply(offset, with_status(status_code::failure));
            } else if (fault == 1) {
                window.on_reply(offset, with_data(""));
            } else if (fault == 2 || offset >= file.size()) {
                window.on_reply(offset, with_status(status_code::eof));
            } else {
                window.on_reply(offset, with_data(std::string_view{file}.substr(offset, 1 + random() % length)));
            }
            if (random() % 2 == 0) got += taken(window);
            if (in_flight.empty()) got += taken(window);
        }
        got += taken(window);
        ASSERT_EQ(got, file.substr(0, got.size())) << round;
        ASSERT_EQ(window.position(), got.size());
        if (end && !window.failure()) ASSERT_EQ(got.size(), file.size());
        if (!window.failure()) ++whole;
    }
    EXPECT_GT(whole, 100);
}

}  // namespace
}  // namespace gangway::sftp
