// Cancellation at every stage of a request's life.

#include "testing/scripted_peer.hpp"

#include <gangway/sftp/session.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gangway::sftp {
namespace {

using namespace testing;

using tokens = std::vector<std::uint64_t>;

struct abandoning : ::testing::Test {
    session client{};
    abandoning() { make_ready(client); }
    request_id submit(std::uint64_t token, std::string_view path = "x") {
        return *client.submit(stat_request{.path = path}, token);
    }
    void expect_silence() {
        EXPECT_FALSE(client.next());
        EXPECT_TRUE(client.output().empty());
        EXPECT_TRUE(client.drain().empty());
    }
};

TEST_F(abandoning, before_it_is_written_sends_nothing) {
    const auto id = submit(1);
    client.abandon(id);
    EXPECT_EQ(client.in_flight(), 0U);
    EXPECT_EQ(client.output_size(), 0U);
    // The server never saw it: an answer would be to nothing.
    EXPECT_FALSE(client.receive(status(id, status_code::ok)));
}

TEST_F(abandoning, before_it_is_written_leaves_its_neighbours) {
    submit(1, "first");
    const auto id = submit(2, "second");
    submit(3, "third");
    client.abandon(id);
    const auto sent = requests(client);
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(decode<stat_request>(sent[0].body)->path, "first");
    EXPECT_EQ(decode<stat_request>(sent[1].body)->path, "third");
    EXPECT_EQ(client.drain(), (tokens{1, 3}));
}

TEST_F(abandoning, after_its_first_octet_is_written_sends_the_rest) {
    const auto id = submit(1, "path");
    client.consumed(1);
    client.abandon(id);
    EXPECT_EQ(client.output_size(), 16U);
    flush(client);
    ASSERT_TRUE(client.receive(status(id, status_code::no_such_file)));
    expect_silence();
}

TEST_F(abandoning, after_it_is_written_swallows_the_late_answer) {
    const auto id = submit(1);
    flush(client);
    client.abandon(id);
    EXPECT_EQ(client.in_flight(), 0U);
    ASSERT_TRUE(client.receive(wire(id, attrs_reply{})));
    expect_silence();
}

TEST_F(abandoning, twice_is_like_once) {
    const auto id = submit(1);
    submit(2);
    flush(client);
    client.abandon(id);
    client.abandon(id);
    EXPECT_EQ(client.in_flight(), 1U);
    ASSERT_TRUE(client.receive(wire(id, attrs_reply{})));
    client.abandon(id);
    EXPECT_EQ(client.in_flight(), 1U);
}

TEST_F(abandoning, after_a_part_of_the_answer_came_swallows_it) {
    const auto id = submit(1);
    flush(client);
    const auto answer = wire(id, attrs_reply{});
    ASSERT_TRUE(client.receive(std::string_view{answer}.substr(0, 10)));
    client.abandon(id);
    ASSERT_TRUE(client.receive(std::string_view{answer}.substr(10)));
    expect_silence();
}

TEST_F(abandoning, after_the_answer_came_drops_it) {
    const auto first = submit(1);
    const auto second = submit(2);
    flush(client);
    ASSERT_TRUE(client.receive(wire(first, attrs_reply{}) + wire(second, attrs_reply{})));
    client.abandon(first);
    EXPECT_EQ(completed(client), tokens{2});
    expect_silence();
}

TEST_F(abandoning, after_the_answer_was_taken_does_nothing) {
    const auto id = submit(1);
    flush(client);
    ASSERT_TRUE(client.receive(wire(id, attrs_reply{})));
    EXPECT_EQ(completed(client), tokens{1});
    client.abandon(id);
    expect_silence();
}

TEST_F(abandoning, of_an_unknown_id_does_nothing) {
    submit(1);
    client.abandon(4711);
    EXPECT_EQ(client.in_flight(), 1U);
}

TEST_F(abandoning, open_closes_the_handle_that_comes_late) {
    const auto id = *client.submit(open_request{.path = "x"}, 1);
    flush(client);
    client.abandon(id);
    ASSERT_TRUE(client.receive(wire(id, handle_reply{.handle = std::string_view("a\0b", 3)})));
    const auto sent = requests(client);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(decode<close_request>(sent[0].body)->handle, std::string_view("a\0b", 3));
    EXPECT_EQ(client.in_flight(), 0U);
    ASSERT_TRUE(client.receive(status(sent[0].id, status_code::failure)));
    expect_silence();
}

TEST_F(abandoning, opendir_closes_the_handle_that_comes_late) {
    const auto id = *client.submit(opendir_request{.path = "x"}, 1);
    flush(client);
    client.abandon(id);
    ASSERT_TRUE(client.receive(wire(id, handle_reply{.handle = std::string(256, 'h')})));
    EXPECT_EQ(decode<close_request>(requests(client).at(0).body)->handle, std::string(256, 'h'));
}

TEST_F(abandoning, open_closes_the_handle_that_has_come_and_was_not_taken) {
    const auto id = *client.submit(open_request{.path = "x"}, 1);
    flush(client);
    ASSERT_TRUE(client.receive(wire(id, handle_reply{.handle = "h"})));
    client.abandon(id);
    EXPECT_EQ(decode<close_request>(requests(client).at(0).body)->handle, "h");
    expect_silence();
}

TEST_F(abandoning, open_that_fails_late_closes_nothing) {
    const auto id = *client.submit(open_request{.path = "x"}, 1);
    flush(client);
    client.abandon(id);
    ASSERT_TRUE(client.receive(status(id, status_code::no_such_file)));
    expect_silence();
}

TEST_F(abandoning, open_before_it_is_written_closes_nothing) {
    client.abandon(*client.submit(open_request{.path = "x"}, 1));
    expect_silence();
}

TEST_F(abandoning, drops_a_failed_open_that_was_not_taken) {
    const auto id = *client.submit(open_request{.path = "x"}, 1);
    flush(client);
    ASSERT_TRUE(client.receive(status(id, status_code::no_such_file)));
    client.abandon(id);
    expect_silence();
}

TEST_F(abandoning, after_the_session_ended_is_harmless) {
    const auto open = *client.submit(open_request{.path = "x"}, 1);
    const auto late = *client.submit(open_request{.path = "y"}, 2);
    flush(client);
    ASSERT_TRUE(client.receive(wire(open, handle_reply{.handle = "h"})));
    EXPECT_FALSE(client.receive(std::string(4, '\0')));
    client.abandon(open);
    client.abandon(late);
    expect_silence();
}

TEST_F(abandoning, does_not_make_room_until_the_answer_came) {
    session small{{.in_flight = 1}};
    make_ready(small);
    const auto id = *small.submit(stat_request{.path = "x"}, 1);
    flush(small);
    small.abandon(id);
    EXPECT_EQ(small.submit(stat_request{.path = "x"}, 2).error().code, errc::busy);
    ASSERT_TRUE(small.receive(wire(id, attrs_reply{})));
    EXPECT_TRUE(small.submit(stat_request{.path = "x"}, 2));
}

TEST_F(abandoning, closes_a_late_handle_even_when_all_room_is_taken) {
    session small{{.in_flight = 1}};
    make_ready(small);
    const auto id = *small.submit(open_request{.path = "x"}, 1);
    flush(small);
    small.abandon(id);
    ASSERT_TRUE(small.receive(wire(id, handle_reply{.handle = "h"})));
    EXPECT_EQ(requests(small).at(0).type, packet_type::close);
}

TEST_F(abandoning, listing_still_admits_its_long_answer) {
    const auto id = *client.submit(readdir_request{.handle = "d"}, 1);
    flush(client);
    client.abandon(id);
    ASSERT_TRUE(client.receive(names(id, 10000, std::string(60, 'n'))));
    expect_silence();
}

}  // namespace
}  // namespace gangway::sftp
