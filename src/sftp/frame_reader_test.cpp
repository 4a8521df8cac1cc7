#include "testing/wire_text.hpp"

#include <gangway/sftp/detail/frame_reader.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::sftp::detail {
namespace {

using testing::octets;

std::string text_of(const frame& octets) {
    return {octets.data(), octets.size()};
}
/// A message of `length` octets: a NAME with id 7, then x.
std::string message(std::uint32_t length) {
    return octets(fmt::format("{:08x}", length)) + octets("68 00000007") + std::string(length - 5, 'x');
}
frame_step feed(frame_reader& reader, std::string_view octets, std::uint32_t longest = max_message) {
    return reader.feed(octets, longest);
}

TEST(frame_reader, cuts_messages_that_come_together) {
    const auto both = message(9) + message(5) + message(6).substr(0, 8);
    std::string_view rest = both;
    frame_reader reader;
    ASSERT_EQ(reader.feed(rest, max_message), frame_step::complete);
    EXPECT_EQ(reader.type(), packet_type::name);
    EXPECT_EQ(reader.id(), 7U);
    EXPECT_EQ(text_of(reader.take()), message(9).substr(4));
    ASSERT_EQ(reader.feed(rest, max_message), frame_step::complete);
    EXPECT_EQ(text_of(reader.take()), message(5).substr(4));
    EXPECT_EQ(reader.feed(rest, max_message), frame_step::starved);
    EXPECT_TRUE(rest.empty());
    EXPECT_EQ(feed(reader, octets("07") + "x"), frame_step::complete);
    EXPECT_EQ(text_of(reader.take()), octets("68 00000007") + "x");
}

TEST(frame_reader, joins_messages_that_come_octet_by_octet) {
    frame_reader reader;
    for (int round = 0; round < 3; ++round) {
        const auto all = message(40);
        for (std::size_t i = 0; i + 1 < all.size(); ++i) {
            ASSERT_EQ(feed(reader, std::string_view{all}.substr(i, 1)), frame_step::starved) << i;
        }
        ASSERT_EQ(feed(reader, std::string_view{all}.substr(all.size() - 1)), frame_step::complete);
        EXPECT_EQ(text_of(reader.take()), all.substr(4));
    }
}

TEST(frame_reader, refuses_lengths_that_no_message_has) {
    for (const auto* length : {"00000000", "00000001", "00000004", "00040001", "7fffffff", "ffffffff"}) {
        frame_reader reader;
        EXPECT_EQ(feed(reader, octets(length)), frame_step::bad_length) << length;
        EXPECT_EQ(testing::hexadecimal(reader.head()), length);
    }
}

TEST(frame_reader, accepts_the_shortest_and_the_longest) {
    for (const std::uint32_t length : {5U, 262144U}) {
        frame_reader reader;
        ASSERT_EQ(feed(reader, message(length)), frame_step::complete);
        EXPECT_EQ(reader.take().size(), length);
    }
}

TEST(frame_reader, says_so_when_a_longer_message_has_begun) {
    frame_reader reader;
    const auto all = message(300000);
    EXPECT_EQ(feed(reader, std::string_view{all}.substr(0, 8), max_listing), frame_step::starved);
    EXPECT_EQ(feed(reader, std::string_view{all}.substr(8, 1), max_listing), frame_step::oversized);
    EXPECT_EQ(reader.type(), packet_type::name);
    EXPECT_EQ(reader.id(), 7U);
    reader.allow();
    EXPECT_EQ(feed(reader, std::string_view{all}.substr(9, 100), max_listing), frame_step::starved);
    EXPECT_EQ(feed(reader, std::string_view{all}.substr(109), max_listing), frame_step::complete);
    EXPECT_EQ(text_of(reader.take()), all.substr(4));
    // What was allowed for this one is not for the next.
    EXPECT_EQ(feed(reader, std::string_view{all}.substr(0, 9), max_listing), frame_step::oversized);
}

TEST(frame_reader, longer_message_that_comes_at_once_still_needs_leave) {
    frame_reader reader;
    const auto all = message(max_listing);
    std::string_view rest = all;
    EXPECT_EQ(reader.feed(rest, max_listing), frame_step::oversized);
    reader.allow();
    EXPECT_EQ(reader.feed(rest, max_listing), frame_step::complete);
    EXPECT_EQ(reader.take().size(), max_listing);
    EXPECT_EQ(feed(reader, octets("00400001"), max_listing), frame_step::bad_length);
}

TEST(frame_reader, does_not_reserve_what_was_only_claimed) {
    frame_reader reader;
    const auto all = message(max_listing);
    EXPECT_EQ(feed(reader, std::string_view{all}.substr(0, 20), max_listing), frame_step::oversized);
    reader.allow();
    EXPECT_LE(reader.space(), 64U * 1024);
    EXPECT_EQ(feed(reader, std::string_view{all}.substr(20, 100000), max_listing), frame_step::starved);
    EXPECT_LE(reader.space(), 2U * 100020);
    EXPECT_EQ(feed(reader, std::string_view{all}.substr(100020), max_listing), frame_step::complete);
    EXPECT_EQ(reader.take().capacity(), max_listing);
}

TEST(frame_reader, message_takes_no_more_space_than_its_length) {
    for (const std::uint32_t length : {5U, 100U, 65535U, 65537U, 262144U}) {
        frame_reader reader;
        const auto all = message(length);
        auto step = frame_step::starved;
        for (std::size_t i = 0; i < all.size(); i += 1000)
            step = feed(reader, std::string_view{all}.substr(i, 1000));
        ASSERT_EQ(step, frame_step::complete);
        EXPECT_EQ(reader.take().capacity(), length);
    }
}

TEST(frame_reader, uses_the_space_of_a_recycled_message_again) {
    frame_reader reader;
    const auto all = message(200000);
    ASSERT_EQ(feed(reader, all), frame_step::complete);
    auto first = reader.take();
    const auto* const where = first.data();
    reader.recycle(std::move(first));
    ASSERT_EQ(feed(reader, message(100000)), frame_step::complete);
    const auto second = reader.take();
    EXPECT_EQ(second.data(), where);
    EXPECT_EQ(text_of(second), message(100000).substr(4));
}

TEST(frame_reader, small_messages_leave_large_space_alone) {
    frame_reader reader;
    reader.recycle(frame(200000));
    ASSERT_EQ(feed(reader, message(100)), frame_step::complete);
    EXPECT_LT(reader.take().capacity(), 1000U);
}

TEST(frame_reader, keeps_neither_small_nor_huge_nor_many_spares) {
    frame_reader reader;
    reader.recycle(frame(1000));
    reader.recycle(frame(max_message + 1));
    EXPECT_EQ(reader.spares(), 0U);
    for (int i = 0; i < 100; ++i)
        reader.recycle(frame(max_message));
    EXPECT_EQ(reader.spares(), 8U);
    reader.drop_spares();
    EXPECT_EQ(reader.spares(), 0U);
}

}  // namespace
}  // namespace gangway::sftp::detail
