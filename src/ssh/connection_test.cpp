#include "message_numbers.hpp"
#include "testing/dialogue.hpp"
#include "testing/hex.hpp"

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/ssh/errors.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace gangway::ssh {
namespace {

using namespace testing_support;

std::string with_u32(std::string payload, std::initializer_list<std::uint32_t> numbers) {
    base::byte_writer out(payload);
    for (const auto number : numbers)
        out.u32(number);
    return payload;
}

std::string stderr_message(channel_id channel, std::string_view octets) {
    auto payload = with_u32(channel_message(msg::channel_extended_data, channel), {1});
    base::byte_writer(payload).string(octets);
    return payload;
}

std::string request_message(channel_id channel, std::string_view name, bool wants_answer, std::string_view rest = {}) {
    auto payload = channel_message(msg::channel_request, channel);
    base::byte_writer out(payload);
    out.string(name);
    out.u8(wants_answer ? 1 : 0);
    out.raw(rest);
    return payload;
}

std::string global_request(bool wants_answer) {
    auto payload = one(msg::global_request);
    base::byte_writer out(payload);
    out.string("keepalive@openssh.com");
    out.u8(wants_answer ? 1 : 0);
    return payload;
}

/// Logged in, with channel 0 open.
struct channel_room {
    dialogue talk;
    channel_id channel;

    explicit channel_room(std::uint32_t window = 100'000, std::uint32_t server_window = 100'000,
                          std::uint32_t server_packet = 32'768) {
        talk.log_in();
        channel = talk.open_channel(window, server_window, server_packet);
        talk.server.inbox.clear();
    }
    std::error_code after(std::initializer_list<std::string> messages) {
        for (const auto& message : messages)
            talk.server.send(message);
        talk.run();
        return talk.failure ? talk.failure->code : std::error_code();
    }
};

TEST(channel, is_opened_and_asked_for_a_subsystem_as_the_rfc_shows) {
    dialogue talk;
    talk.log_in();
    const auto channel = talk.machine.open_session(1 << 20).value();
    talk.run();
    ASSERT_EQ(talk.received(msg::channel_open).size(), 1U);
    EXPECT_EQ(to_hex(talk.received(msg::channel_open)[0]), "5a0000000773657373696f6e000000000010000000008000");
    EXPECT_FALSE(talk.machine.request_subsystem(channel, "sftp")) << "it is not open yet";
    talk.server.send(with_u32(channel_message(msg::channel_open_confirmation, channel), {70, 1000, 1000}));
    talk.run();
    ASSERT_TRUE(talk.saw<channel_opened>());
    ASSERT_TRUE(talk.machine.request_subsystem(channel, "sftp"));
    talk.run();
    EXPECT_EQ(to_hex(talk.received(msg::channel_request).at(0)),
              "62000000460000000973756273797374656d010000000473667470");
    talk.server.send(channel_message(msg::channel_success, channel));
    talk.run();
    ASSERT_TRUE(talk.saw<request_answered>());
    EXPECT_TRUE(std::get<request_answered>(talk.happened.back().whole).granted);
}

TEST(channel, that_is_refused_says_why) {
    dialogue talk;
    talk.log_in();
    const auto channel = talk.machine.open_session().value();
    auto refusal = with_u32(channel_message(msg::channel_open_failure, channel), {4});
    base::byte_writer out(refusal);
    out.string("no\x1b more");
    out.string("");
    talk.server.send(refusal);
    talk.run();
    ASSERT_TRUE(talk.saw<channel_refused>());
    const auto& refused = std::get<channel_refused>(talk.happened.back().whole);
    EXPECT_EQ(refused.reason, 4U);
    EXPECT_EQ(refused.text, "no\\x1b more");
    EXPECT_EQ(talk.machine.write(channel, "x"), 0U);
}

TEST(channel, refused_subsystem_is_told) {
    channel_room room;
    ASSERT_TRUE(room.talk.machine.request_subsystem(room.channel, "sftp"));
    ASSERT_EQ(room.after({channel_message(msg::channel_failure, room.channel)}), std::error_code());
    EXPECT_FALSE(std::get<request_answered>(room.talk.happened.back().whole).granted);
}

TEST(channel, data_is_handed_out_in_order_for_several_at_once) {
    channel_room room;
    const auto second = room.talk.open_channel();
    ASSERT_NE(second, room.channel);
    ASSERT_EQ(room.after({data_message(room.channel, "a"), data_message(second, "b"), data_message(room.channel, ""),
                          data_message(room.channel, "c")}),
              std::error_code());
    std::vector<std::pair<channel_id, std::string>> got;
    for (const auto& one : room.talk.happened)
        got.emplace_back(one.channel, one.text);
    EXPECT_EQ(got, (std::vector<std::pair<channel_id, std::string>>{
                       {room.channel, "a"}, {second, "b"}, {room.channel, "c"}}));
}

TEST(window, is_given_back_by_halves) {
    channel_room room(100'000);
    ASSERT_EQ(room.after({data_message(room.channel, std::string(30'000, 'x'))}), std::error_code());
    EXPECT_TRUE(room.talk.received(msg::channel_window_adjust).empty());
    ASSERT_EQ(room.after({data_message(room.channel, std::string(20'000, 'x'))}), std::error_code());
    ASSERT_EQ(room.talk.received(msg::channel_window_adjust).size(), 1U);
    EXPECT_EQ(room.talk.received(msg::channel_window_adjust)[0],
              with_u32(one(msg::channel_window_adjust), {70 + room.channel, 50'000}));
}

TEST(window, of_many_mebibytes_is_given_back_by_one) {
    channel_room room(32 << 20);
    const auto part = data_message(room.channel, std::string(32'768, 'x'));
    for (int i = 0; i < 31; ++i)
        ASSERT_EQ(room.after({part}), std::error_code());
    EXPECT_TRUE(room.talk.received(msg::channel_window_adjust).empty());
    ASSERT_EQ(room.after({part}), std::error_code());
    ASSERT_EQ(room.talk.received(msg::channel_window_adjust).size(), 1U);
    EXPECT_EQ(room.talk.received(msg::channel_window_adjust)[0],
              with_u32(one(msg::channel_window_adjust), {70 + room.channel, 1 << 20}));
}

TEST(window, is_kept_by_the_server_or_it_is_hung_up_on) {
    channel_room room(100'000);
    const auto most = data_message(room.channel, std::string(32'768, 'x'));
    // 98304 octets are one window; the adjustment is not waited for.
    ASSERT_EQ(room.after({most}), std::error_code());
    EXPECT_EQ(room.after({data_message(room.channel, std::string(32'769, 'x'))}), errc::protocol_error)
        << "more than the packet we offered";
    channel_room small(32'768);
    // The half-used window is opened again, but never beyond its size.
    ASSERT_EQ(small.after({data_message(small.channel, std::string(10'000, 'x'))}), std::error_code());
    EXPECT_EQ(small.after({data_message(small.channel, std::string(32'768, 'x'))}), errc::protocol_error);
}

TEST(window, can_grow_but_not_shrink) {
    channel_room room(1 << 20);
    room.talk.machine.grow_window(room.channel, 32 << 20);
    room.talk.machine.grow_window(room.channel, 1 << 20);
    room.talk.run();
    ASSERT_EQ(room.talk.received(msg::channel_window_adjust).size(), 1U);
    EXPECT_EQ(room.talk.received(msg::channel_window_adjust)[0],
              with_u32(one(msg::channel_window_adjust), {70 + room.channel, 31 << 20}));
}

TEST(window, of_the_server_bounds_what_is_taken) {
    channel_room room(100'000, 10);
    EXPECT_EQ(room.talk.machine.write(room.channel, "0123456789abc"), 10U);
    room.talk.run();
    EXPECT_FALSE(room.talk.saw<channel_writable>());
    ASSERT_EQ(room.after({with_u32(channel_message(msg::channel_window_adjust, room.channel), {2})}),
              std::error_code());
    EXPECT_TRUE(room.talk.saw<channel_writable>());
    EXPECT_EQ(room.talk.machine.write(room.channel, "abc"), 2U);
    room.talk.run();
    std::string got;
    for (const auto& payload : room.talk.received(msg::channel_data))
        got += payload.substr(9);
    EXPECT_EQ(got, "0123456789ab");
}

TEST(window, of_the_server_that_begins_at_zero_is_waited_for) {
    channel_room room(100'000, 0);
    EXPECT_EQ(room.talk.machine.write(room.channel, "abc"), 0U);
    ASSERT_EQ(room.after({with_u32(channel_message(msg::channel_window_adjust, room.channel), {0xffffffff})}),
              std::error_code());
    EXPECT_TRUE(room.talk.saw<channel_writable>());
    EXPECT_EQ(room.talk.machine.write(room.channel, "abc"), 3U);
    EXPECT_EQ(room.after({with_u32(channel_message(msg::channel_window_adjust, room.channel), {4})}),
              errc::protocol_error)
        << "2^32 - 1 is the most a window can be";
}

TEST(write, keeps_to_the_server_s_packets) {
    channel_room room(100'000, 100'000, 1);
    EXPECT_EQ(room.talk.machine.write(room.channel, "abc"), 3U);
    room.talk.run();
    EXPECT_EQ(room.talk.received(msg::channel_data).size(), 3U);
    channel_room large(100'000, 0xffffffff, 0xffffffff);
    EXPECT_EQ(large.talk.machine.write(large.channel, std::string(70'000, 'x')), 70'000U);
    large.talk.run();
    EXPECT_EQ(large.talk.received(msg::channel_data).size(), 3U);
}

TEST(write, stops_at_the_bound_on_output) {
    channel_room room(100'000, 0xffffffff);
    const std::string much(std::size_t{4} << 20, 'x');
    const auto taken = room.talk.machine.write(room.channel, much);
    EXPECT_GE(taken, std::size_t{256} << 10);
    EXPECT_LE(room.talk.machine.output().size(), std::size_t{300} << 10);
    EXPECT_EQ(room.talk.machine.write(room.channel, much), 0U);
    EXPECT_EQ(room.talk.machine.next().value(), std::nullopt);
    room.talk.run();
    EXPECT_TRUE(room.talk.saw<channel_writable>());
}

TEST(write, after_the_end_or_on_no_channel_takes_nothing) {
    channel_room room;
    room.talk.machine.finish_writing(room.channel);
    room.talk.machine.finish_writing(room.channel);
    EXPECT_EQ(room.talk.machine.write(room.channel, "x"), 0U);
    EXPECT_EQ(room.talk.machine.write(99, "x"), 0U);
    room.talk.run();
    EXPECT_EQ(room.talk.received(msg::channel_eof).size(), 1U);
}

TEST(channel, with_no_room_for_data_is_refused) {
    dialogue talk;
    talk.log_in();
    EXPECT_NO_THROW((void)talk.open_channel(100'000, 100, 0));
    ASSERT_TRUE(talk.failure);
    EXPECT_EQ(talk.failure->code, errc::protocol_error);
}

TEST(stderr_data, is_kept_up_to_8_kib_and_gives_its_window_back) {
    channel_room room(100'000);
    for (int i = 0; i < 200; ++i) {
        ASSERT_EQ(room.after({stderr_message(room.channel, std::string(30'000, 'e'))}), std::error_code());
    }
    EXPECT_GE(room.talk.received(msg::channel_window_adjust).size(), 60U);
    EXPECT_EQ(room.talk.machine.errors(room.channel), std::string(8192, 'e'));
    EXPECT_EQ(room.talk.machine.errors(99), "");
    ASSERT_EQ(room.after({channel_message(msg::channel_close, room.channel)}), std::error_code());
    EXPECT_EQ(std::get<channel_closed>(room.talk.happened.back().whole).errors, std::string(8192, 'e'));
}

TEST(close, by_the_server_is_answered_and_told_with_the_exit_status) {
    channel_room room;
    ASSERT_EQ(room.after({request_message(room.channel, "exit-status", false, std::string_view("\0\0\0\x7f", 4)),
                          channel_message(msg::channel_eof, room.channel),
                          channel_message(msg::channel_close, room.channel)}),
              std::error_code());
    EXPECT_TRUE(room.talk.saw<channel_ended>());
    const auto& closed = std::get<channel_closed>(room.talk.happened.back().whole);
    EXPECT_EQ(closed.exit_status, 127U);
    EXPECT_EQ(room.talk.received(msg::channel_close).size(), 1U);
    EXPECT_EQ(room.after({channel_message(msg::channel_close, room.channel)}), errc::protocol_error);
}

TEST(close, by_us_drops_what_still_comes_and_waits_for_the_server) {
    channel_room room(100'000);
    room.talk.machine.close(room.channel);
    room.talk.machine.close(room.channel);
    ASSERT_EQ(room.after({data_message(room.channel, std::string(30'000, 'x')), stderr_message(room.channel, "x"),
                          request_message(room.channel, "exit-status", true, std::string(4, '\0')),
                          channel_message(msg::channel_eof, room.channel),
                          channel_message(msg::channel_close, room.channel)}),
              std::error_code());
    ASSERT_EQ(room.talk.happened.size(), 1U);
    EXPECT_TRUE(room.talk.saw<channel_closed>());
    EXPECT_EQ(room.talk.received(msg::channel_close).size(), 1U);
    EXPECT_EQ(room.talk.received(msg::channel_success).size(), 0U);
}

TEST(close, before_the_channel_is_open_closes_it_then) {
    dialogue talk;
    talk.log_in();
    const auto channel = talk.machine.open_session().value();
    talk.machine.close(channel);
    talk.run();
    EXPECT_TRUE(talk.received(msg::channel_close).empty());
    talk.server.send(with_u32(channel_message(msg::channel_open_confirmation, channel), {70, 1000, 1000}));
    talk.run();
    EXPECT_FALSE(talk.saw<channel_opened>());
    EXPECT_EQ(talk.received(msg::channel_close).size(), 1U);
}

TEST(server, that_breaks_the_rules_of_channels_is_hung_up_on) {
    const channel_id id = 0;
    const auto eof = channel_message(msg::channel_eof, id);
    const std::vector<std::vector<std::string>> crimes = {
        {eof, data_message(id, "x")},
        {eof, stderr_message(id, "x")},
        {eof, eof},
        {data_message(99, "x")},
        {channel_message(msg::channel_success, id)},
        {channel_message(msg::channel_failure, id)},
        {with_u32(channel_message(msg::channel_open_confirmation, id), {1, 1, 1})},
        {with_u32(channel_message(msg::channel_open_failure, id), {1, 0, 0})},
        {one(msg::request_success)},
        {one(msg::request_failure)},
        {one(msg::channel_data)},
        {channel_message(msg::channel_data, id)},
        {data_message(id, "x") + "x"},
        {stderr_message(id, "x") + "x"},
        {eof + "x"},
        {channel_message(msg::channel_close, id) + "x"},
        {channel_message(msg::channel_window_adjust, id)},
        {with_u32(channel_message(msg::channel_window_adjust, id), {1, 1})},
        {request_message(id, "exit-status", false)},
        {channel_message(msg::channel_request, id)},
        {one(msg::global_request)},
        {one(msg::channel_open)},
    };
    for (std::size_t i = 0; i < crimes.size(); ++i) {
        channel_room room;
        ASSERT_EQ(room.channel, id);
        for (const auto& message : crimes[i])
            room.talk.server.send(message);
        room.talk.run();
        ASSERT_TRUE(room.talk.failure) << i;
        EXPECT_EQ(room.talk.failure->code, errc::protocol_error) << i;
    }
}

TEST(server, that_asks_for_things_is_told_no) {
    channel_room room;
    for (int i = 0; i < 1000; ++i)
        ASSERT_EQ(
            room.after({global_request(true), global_request(false), request_message(0, "exit-signal", false, "x"),
                        request_message(0, "eow@openssh.com", true)}),
            std::error_code());
    EXPECT_EQ(room.talk.received(msg::request_failure).size(), 1000U);
    EXPECT_EQ(room.talk.received(msg::channel_failure).size(), 1000U);
    for (const auto* kind : {"x11", "forwarded-tcpip", "auth-agent@openssh.com", "session"}) {
        auto open = one(msg::channel_open);
        base::byte_writer out(open);
        out.string(kind);
        out.u32(5);
        out.u32(1);
        out.u32(1);
        room.talk.server.inbox.clear();
        ASSERT_EQ(room.after({open}), std::error_code());
        ASSERT_EQ(room.talk.received(msg::channel_open_failure).size(), 1U);
        EXPECT_EQ(to_hex(room.talk.received(msg::channel_open_failure)[0]), "5c00000005000000010000000000000000");
    }
}

TEST(keepalive, is_answered_by_success_or_failure) {
    channel_room room;
    ASSERT_TRUE(room.talk.machine.keepalive());
    ASSERT_EQ(room.after({one(msg::request_failure)}), std::error_code());
    EXPECT_TRUE(room.talk.saw<keepalive_answered>());
    EXPECT_EQ(to_hex(room.talk.received(msg::global_request).at(0)),
              "50000000156b656570616c697665406f70656e7373682e636f6d01");
    for (int i = 0; i < 16; ++i)
        ASSERT_TRUE(room.talk.machine.keepalive());
    EXPECT_FALSE(room.talk.machine.keepalive());
}

TEST(channels, are_bounded_and_their_numbers_not_used_again) {
    dialogue talk;
    talk.log_in();
    for (channel_id i = 0; i < 64; ++i)
        ASSERT_EQ(talk.machine.open_session().value(), i);
    EXPECT_FALSE(talk.machine.open_session());
    talk.server.send(with_u32(channel_message(msg::channel_open_failure, 3), {1, 0, 0}));
    talk.run();
    EXPECT_EQ(talk.machine.open_session().value(), 64U);
}

}  // namespace
}  // namespace gangway::ssh
