#include <gangway/sftp/detail/output_queue.hpp>

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace gangway::sftp::detail {
namespace {

struct message {
    std::uint64_t begin;
    std::uint64_t end;
};

message add(output_queue& queue, std::string_view octets) {
    const auto begin = queue.end();
    queue.buffer() += octets;
    return {begin, queue.end()};
}
bool drop(output_queue& queue, message dropped) {
    return queue.drop(dropped.begin, dropped.end);
}
/// All that is left to send, a few octets at a time.
std::string flush(output_queue& queue, std::size_t step = 3) {
    std::string sent;
    while (!queue.front().empty()) {
        const auto piece = queue.front().substr(0, step);
        sent += piece;
        queue.pop(piece.size());
    }
    return sent;
}

TEST(output_queue, yields_what_was_added_in_order) {
    output_queue queue;
    EXPECT_TRUE(queue.front().empty());
    add(queue, "one");
    add(queue, "two");
    EXPECT_EQ(queue.front(), "onetwo");
    EXPECT_EQ(queue.size(), 6U);
    queue.pop(4);
    EXPECT_EQ(queue.front(), "wo");
    add(queue, "three");
    EXPECT_EQ(queue.front(), "wothree");
    EXPECT_EQ(flush(queue), "wothree");
    EXPECT_EQ(queue.size(), 0U);
}

TEST(output_queue, positions_count_on_when_all_was_sent) {
    output_queue queue;
    add(queue, "one");
    queue.pop(3);
    const auto second = add(queue, "two");
    EXPECT_EQ(second.begin, 3U);
    EXPECT_EQ(second.end, 6U);
}

TEST(output_queue, drops_a_message_wherever_it_lies) {
    for (const auto& [at, left] : {std::pair{0, "twothree"}, {1, "onethree"}, {2, "onetwo"}}) {
        output_queue queue;
        const std::vector messages{add(queue, "one"), add(queue, "two"), add(queue, "three")};
        EXPECT_TRUE(drop(queue, messages[static_cast<std::size_t>(at)]));
        EXPECT_EQ(queue.size(), std::string_view{left}.size());
        EXPECT_EQ(flush(queue), left);
    }
}

TEST(output_queue, dropping_all_leaves_nothing) {
    output_queue queue;
    const auto one = add(queue, "one");
    const auto two = add(queue, "two");
    const auto three = add(queue, "three");
    EXPECT_TRUE(drop(queue, two));
    EXPECT_TRUE(drop(queue, three));
    EXPECT_EQ(queue.end(), 3U);
    EXPECT_TRUE(drop(queue, one));
    EXPECT_EQ(queue.size(), 0U);
    EXPECT_TRUE(queue.front().empty());
    add(queue, "four");
    EXPECT_EQ(flush(queue), "four");
}

TEST(output_queue, what_has_begun_to_be_sent_is_not_dropped) {
    output_queue queue;
    const auto one = add(queue, "one");
    const auto two = add(queue, "two");
    queue.pop(1);
    EXPECT_FALSE(drop(queue, one));
    EXPECT_TRUE(drop(queue, two));
    EXPECT_EQ(flush(queue), "ne");
    EXPECT_FALSE(drop(queue, one));
}

TEST(output_queue, pop_never_passes_a_dropped_message) {
    output_queue queue;
    add(queue, "one");
    const auto two = add(queue, "two");
    add(queue, "three");
    EXPECT_TRUE(drop(queue, two));
    EXPECT_EQ(queue.front(), "one");
    queue.pop(100);
    EXPECT_EQ(queue.front(), "three");
}

TEST(output_queue, clear_forgets_everything_and_keeps_counting) {
    output_queue queue;
    const auto one = add(queue, "one");
    add(queue, "two");
    EXPECT_TRUE(drop(queue, one));
    queue.clear();
    EXPECT_EQ(queue.size(), 0U);
    EXPECT_EQ(queue.end(), 6U);
    EXPECT_FALSE(drop(queue, one));
    add(queue, "three");
    EXPECT_EQ(flush(queue), "three");
}

TEST(output_queue, space_is_given_back_after_a_large_backlog) {
    output_queue queue;
    add(queue, std::string(std::size_t{8} << 20, 'x'));
    while (!queue.front().empty())
        queue.pop(32768);
    EXPECT_LT(queue.buffer().capacity(), 1024U);
}

TEST(output_queue, backlog_does_not_keep_what_was_sent) {
    output_queue queue;
    std::size_t largest = 0;
    for (int i = 0; i < 1000; ++i) {
        add(queue, std::string(10000, 'x'));
        add(queue, std::string(10000, 'y'));
        // The peer is always a little behind.
        queue.pop(queue.size() - 5000);
        largest = std::max(largest, queue.buffer().size());
    }
    EXPECT_LT(largest, 200000U);
}

// Random additions, drops and pops against a list of messages.
TEST(output_queue, random_use_sends_exactly_the_messages_that_were_kept) {
    std::mt19937 random{7};
    const auto below = [&](std::size_t bound) { return random() % bound; };
    for (int round = 0; round < 300; ++round) {
        output_queue queue;
        std::vector<std::pair<message, std::string>> waiting;
        std::string expected;
        std::string sent;
        for (int i = 0; i < 200; ++i) {
            const auto action = below(10);
            if (action < 5) {
                const std::string octets(1 + below(2000), static_cast<char>('a' + i % 26));
                waiting.emplace_back(add(queue, octets), octets);
            } else if (action < 8 && !waiting.empty()) {
                const auto at = below(waiting.size());
                // A message is dropped once at most.
                if (!waiting[at].second.empty() && drop(queue, waiting[at].first)) waiting[at].second.clear();
            } else if (!queue.front().empty()) {
                const auto piece = queue.front().substr(0, 1 + below(20000));
                sent += piece;
                queue.pop(piece.size());
            }
        }
        sent += flush(queue, 1000);
        for (const auto& [place, octets] : waiting)
            expected += octets;
        ASSERT_EQ(sent, expected) << round;
        ASSERT_EQ(queue.size(), 0U);
    }
}

}  // namespace
}  // namespace gangway::sftp::detail
