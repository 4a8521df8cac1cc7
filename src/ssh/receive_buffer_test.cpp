#include "receive_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace gangway::ssh {
namespace {

constexpr std::size_t limit = std::size_t{64} << 10;

void fill(receive_buffer& buffer, std::size_t count, char with = 'x') {
    const auto space = buffer.space();
    ASSERT_GE(space.size(), count);
    std::fill_n(space.begin(), count, with);
    buffer.filled(count);
}

std::string_view unread(receive_buffer& buffer) {
    return {buffer.data(), buffer.size()};
}

TEST(receive_buffer, has_no_memory_before_its_first_use) {
    receive_buffer buffer(limit);
    EXPECT_EQ(buffer.capacity(), 0U);
    EXPECT_EQ(buffer.space().size(), receive_buffer::initial_size);
}

TEST(receive_buffer, keeps_what_is_unread_in_order) {
    receive_buffer buffer(limit);
    fill(buffer, 100, 'a');
    fill(buffer, 100, 'b');
    buffer.drop(50);
    fill(buffer, 1, 'c');
    EXPECT_EQ(unread(buffer), std::string(50, 'a') + std::string(100, 'b') + "c");
}

TEST(receive_buffer, doubles_while_reads_fill_it_and_stops_at_its_limit) {
    receive_buffer buffer(limit);
    std::size_t total = 0;
    for (int i = 0; i < 10; ++i) {
        const auto space = buffer.space();
        total += space.size();
        buffer.filled(space.size());
    }
    EXPECT_EQ(buffer.capacity(), limit);
    EXPECT_EQ(total, limit);
    EXPECT_TRUE(buffer.space().empty());
}

TEST(receive_buffer, makes_room_for_an_expected_packet_beyond_its_limit) {
    receive_buffer buffer(limit);
    fill(buffer, 10);
    buffer.expect(limit + 20);
    EXPECT_EQ(buffer.space().size(), limit + 10);
    EXPECT_EQ(unread(buffer), std::string(10, 'x'));
}

TEST(receive_buffer, shrinks_when_reads_have_long_been_small) {
    receive_buffer buffer(limit);
    for (int i = 0; i < 10; ++i) {
        buffer.filled(buffer.space().size());
        buffer.drop(buffer.size());
    }
    ASSERT_EQ(buffer.capacity(), limit);
    for (int i = 0; i < 64 * 4; ++i) {
        fill(buffer, 1);
        buffer.drop(1);
    }
    (void)buffer.space();
    EXPECT_EQ(buffer.capacity(), receive_buffer::initial_size);
}

TEST(receive_buffer, gives_its_memory_back_only_when_nothing_is_unread) {
    receive_buffer buffer(limit);
    fill(buffer, 10);
    buffer.trim();
    EXPECT_EQ(unread(buffer), std::string(10, 'x'));
    buffer.drop(10);
    buffer.trim();
    EXPECT_EQ(buffer.capacity(), 0U);
    fill(buffer, 3, 'y');
    EXPECT_EQ(unread(buffer), "yyy");
}

}  // namespace
}  // namespace gangway::ssh
