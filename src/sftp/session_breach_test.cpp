// Servers that break the protocol: every breach is found, named, and final.

#include "testing/openssh_dialogue.hpp"
#include "testing/scripted_peer.hpp"
#include "testing/wire_text.hpp"

#include <gangway/sftp/session.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gangway::sftp {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using tokens = std::vector<std::uint64_t>;

/// A session with these in flight, by token: 1 STAT, 2 OPEN, 3 READ of 100 octets, 4 READDIR, 5 WRITE, 6 REALPATH,
/// 7 STATVFS, 8 CLOSE.
struct busy_session {
    session client{};
    std::vector<request_id> ids{0};

    busy_session() {
        make_ready(client, {{"statvfs@openssh.com", "2"}});
        add(stat_request{.path = "x"});
        add(open_request{.path = "x"});
        add(read_request{.handle = "h", .length = 100});
        add(readdir_request{.handle = "h"});
        add(write_request{.handle = "h", .data = "x"});
        add(realpath_request{.path = "x"});
        add(statvfs_request{.path = "x"});
        add(close_request{.handle = "h"});
        flush(client);
    }
    template <class Request>
    void add(const Request& request) {
        ids.push_back(*client.submit(request, ids.size()));
    }
};

/// `octets` end the session: the error is returned, stays, and everything in flight is named by `drain`.
std::string expect_breach(busy_session& at, std::string_view octets) {
    const auto result = at.client.receive(octets);
    EXPECT_FALSE(result);
    if (result) return "";
    EXPECT_EQ(result.error().code, errc::protocol_error);
    EXPECT_EQ(result.error().where, base::phase::sftp);

    EXPECT_FALSE(at.client.ready());
    EXPECT_TRUE(at.client.output().empty());
    EXPECT_EQ(at.client.submit(stat_request{.path = "x"}, 9).error().code, errc::closed);
    EXPECT_EQ(at.client.receive(status(at.ids[1], status_code::ok)).error().message, result.error().message);
    auto accounted = completed(at.client);
    std::ranges::copy(at.client.drain(), std::back_inserter(accounted));
    std::ranges::sort(accounted);
    EXPECT_EQ(accounted, (tokens{1, 2, 3, 4, 5, 6, 7, 8}));
    return result.error().message;
}
std::string breach(std::string_view octets) {
    busy_session at;
    return expect_breach(at, octets);
}

TEST(breach, length_that_no_message_has) {
    for (const auto* length : {"00000000", "00000001", "00000004", "00400001", "7fffffff", "ffffffff"}) {
        EXPECT_THAT(breach(octets(length)), HasSubstr("a message cannot have")) << length;
    }
}

TEST(breach, long_message_is_refused_before_it_comes_when_no_listing_is_in_flight) {
    session client;
    make_ready(client);
    ASSERT_TRUE(client.submit(stat_request{.path = "x"}, 1));
    EXPECT_FALSE(client.receive(octets("00040001")));
}

TEST(breach, long_message_is_refused_once_it_is_not_the_listing) {
    busy_session at;
    // Too long for all but the READDIR's NAME.
    EXPECT_TRUE(at.client.receive(octets("00040001 68")));
    EXPECT_THAT(expect_breach(at, octets("00000001")), HasSubstr("a message cannot have 262145 octets"));
    busy_session other;
    std::string head;
    base::byte_writer{head}.u32(262145);
    head += octets("67");
    base::byte_writer{head}.u32(other.ids[4]);
    EXPECT_THAT(expect_breach(other, head), HasSubstr("262145"));
}

TEST(breach, listing_beyond_4_mib) {
    busy_session at;
    const auto listing = names(at.ids[4], 1, std::string(max_listing, 'x'));
    EXPECT_THAT(expect_breach(at, listing), HasSubstr("a message cannot have"));
}

TEST(breach, answer_to_nothing) {
    EXPECT_THAT(breach(status(4711, status_code::ok)), HasSubstr("STATUS answers no request in flight"));
    EXPECT_THAT(breach(wire(0xffffffff, handle_reply{.handle = "h"})), HasSubstr("HANDLE answers no request"));
}

TEST(breach, second_answer_to_one_request) {
    busy_session at;
    const auto answer = wire(at.ids[1], attrs_reply{});
    EXPECT_THAT(expect_breach(at, answer + answer), HasSubstr("ATTRS answers no request in flight"));
}

TEST(breach, answer_of_another_kind) {
    busy_session at;
    const auto handle = wire(0, handle_reply{.handle = "h"}).substr(9);
    const auto with = [&](std::string_view type, std::size_t token, const std::string& rest) {
        std::string body = octets(type);
        base::byte_writer{body}.u32(at.ids[token]);
        body += rest;
        std::string message;
        base::byte_writer{message}.string(body);
        return message;
    };
    EXPECT_THAT(breach(with("66", 1, handle)), HasSubstr("STAT was answered with an unfit HANDLE"));
    EXPECT_THAT(breach(with("68", 3, octets("00000000"))), HasSubstr("READ was answered with an unfit NAME"));
    EXPECT_THAT(breach(with("67", 5, octets("00000000"))), HasSubstr("WRITE was answered with an unfit DATA"));
    EXPECT_THAT(breach(with("69", 4, octets("00000000"))), HasSubstr("READDIR was answered with an unfit ATTRS"));
    EXPECT_THAT(breach(with("66", 8, handle)), HasSubstr("CLOSE was answered with an unfit HANDLE"));
    EXPECT_THAT(breach(with("68", 7, octets("00000000"))), HasSubstr("STATVFS was answered with an unfit NAME"));
    EXPECT_THAT(breach(with("c9", 1, "")), HasSubstr("STAT was answered with an unfit EXTENDED_REPLY"));
    // Messages that only a client sends, VERSION in mid-session, and numbers that mean nothing.
    EXPECT_THAT(breach(with("03", 1, handle)), HasSubstr("unfit OPEN"));
    EXPECT_THAT(breach(with("02", 1, "")), HasSubstr("unfit VERSION"));
    EXPECT_THAT(breach(with("ff", 1, "")), HasSubstr("unfit packet 255"));
    EXPECT_THAT(breach(with("00", 1, "")), HasSubstr("unfit packet 0"));
}

TEST(breach, malformed_answers) {
    const auto message = [](busy_session& at, std::string_view type, std::size_t token, std::string_view rest) {
        std::string body = octets(type);
        base::byte_writer{body}.u32(at.ids[token]);
        std::string framed;
        base::byte_writer{framed}.string(body + octets(rest));
        return framed;
    };
    const std::string entry = "00000001 61 00000000 00000000";
    const struct {
        std::string_view type;
        std::size_t token;
        std::string rest;
    } cases[] = {
        {"65", 8, "000000"},                                // STATUS without a code
        {"66", 2, "00000000"},                              // HANDLE of no octets
        {"66", 2, "00000101" + std::string(2 * 257, '0')},  // and of 257
        {"66", 2, "00000001 68 00"},                        // octets left over
        {"67", 3, "00000002 61"},                           // DATA shorter than it says
        {"67", 3, "00000001 6161"},                         // and longer
        {"69", 1, "00000001"},                              // ATTRS without the size
        {"69", 1, "00000000 00"},                           // octets left over
        {"68", 4, "ffffffff"},                              // NAME without its entries
        {"68", 4, "00000002" + entry},                      // with too few
        {"68", 4, "00000001" + entry + entry},              // and too many
        {"68", 6, "00000000"},                              // REALPATH: no name,
        {"68", 6, "00000002" + entry + entry},              // two
        {"68", 6, "00000001 00000000 00000000 00000000"},   // and an empty one
        {"c9", 7, "0000000000000001"},                      // STATVFS cut short
    };
    for (const auto& [type, token, rest] : cases) {
        busy_session at;
        EXPECT_THAT(expect_breach(at, message(at, type, token, rest)), HasSubstr("was answered with an unfit"))
            << type << ' ' << rest;
    }
}

TEST(breach, more_data_than_asked_for) {
    busy_session at;
    EXPECT_TRUE(at.client.receive(wire(at.ids[3], data_reply{.data = std::string(100, 'x')})));
    EXPECT_EQ(completed(at.client), tokens{3});
    busy_session other;
    EXPECT_THAT(expect_breach(other, wire(other.ids[3], data_reply{.data = std::string(101, 'x')})),
                HasSubstr("READ of 100 octets was answered with 101"));
    EXPECT_THAT(breach(wire(other.ids[3], data_reply{.data = std::string(max_transfer, 'x')})),
                HasSubstr("READ of 100 octets was answered with 261120"));
}

TEST(breach, late_answers_to_abandoned_requests_are_checked_as_well) {
    session client;
    make_ready(client);
    const auto id = *client.submit(read_request{.handle = "h", .length = 5}, 1);
    flush(client);
    client.abandon(id);
    EXPECT_FALSE(client.receive(wire(id, data_reply{.data = "123456"})));
}

TEST(breach, answers_before_it_can_still_be_taken) {
    busy_session at;
    EXPECT_FALSE(at.client.receive(wire(at.ids[2], handle_reply{.handle = "h"}) + octets("00000000")));
    EXPECT_EQ(completed(at.client), tokens{2});
    EXPECT_EQ(at.client.drain(), (tokens{1, 3, 4, 5, 6, 7, 8}));
}

TEST(tolerance, ok_where_more_was_wanted_only_fails_that_request) {
    busy_session at;
    ASSERT_TRUE(at.client.receive(status(at.ids[3], status_code::ok)));
    EXPECT_EQ(at.client.next()->answer.as<data_reply>().error().code, errc::protocol_error);
    EXPECT_TRUE(at.client.ready());
}

TEST(tolerance, status_of_any_code_and_shape) {
    const auto shapes = {"00000009",                                    // neither message nor language
                         "0000000f 00000002 6e6f",                      // no language
                         "ffffffff 00000002 ff00 00000000",             // not UTF-8
                         "00000004 00000001 61 00000001 62 00000001"};  // octets left over
    for (const auto* shape : shapes) {
        busy_session at;
        std::string body = octets("65");
        base::byte_writer{body}.u32(at.ids[1]);
        std::string message;
        base::byte_writer{message}.string(body + octets(shape));
        ASSERT_TRUE(at.client.receive(message)) << shape;
        EXPECT_FALSE(at.client.next()->answer.as<attrs_reply>()) << shape;
    }
}

TEST(tolerance, status_with_a_long_message_shows_256_characters) {
    busy_session at;
    ASSERT_TRUE(at.client.receive(status(at.ids[1], status_code::failure, std::string(250000, '\x1b'))));
    const auto error = at.client.next()->answer.as<attrs_reply>().error();
    EXPECT_THAT(error.message, StartsWith("STAT failed: FAILURE — \\x1b\\x1b"));
    EXPECT_LT(error.message.size(), 1100U);
}

base::error version_failure(std::string_view octets) {
    session client;
    client.start();
    const auto result = client.receive(octets);
    EXPECT_FALSE(result);
    EXPECT_FALSE(client.ready());
    return result ? base::error{} : result.error();
}

TEST(version, must_be_3) {
    for (const std::uint32_t number : {0U, 1U, 2U, 4U, 5U, 6U, 4294967295U}) {
        const auto error = version_failure(version({}, number));
        EXPECT_EQ(error.code, errc::unsupported_version) << number;
        EXPECT_EQ(error.where, base::phase::subsystem);
        EXPECT_THAT(error.message, HasSubstr(fmt::format("SFTP version {};", number)));
    }
}

TEST(version, must_come_first) {
    const auto error = version_failure(status(0, status_code::ok));
    EXPECT_EQ(error.code, errc::protocol_error);
    EXPECT_EQ(error.message, "the server's first message is not a well-formed SFTP VERSION");
}

TEST(version, must_be_well_formed) {
    EXPECT_EQ(version_failure(octets("00000009 02 00000003 00000001")).code, errc::protocol_error);
    EXPECT_EQ(version_failure(octets("0000000a 02 00000003 00000001 61")).code, errc::protocol_error);
}

TEST(version, announces_a_bounded_number_of_extensions) {
    std::string octets;
    for (int i = 0; i < 10000; ++i)
        append_item(octets, extension_pair{"x", "1"});
    const auto error = version_failure(wire(0, version_reply{.extensions = sequence<extension_pair>{octets}}));
    EXPECT_THAT(error.message, HasSubstr("too many extensions"));
}

TEST(version, comes_once) {
    session client;
    make_ready(client);
    EXPECT_FALSE(client.receive(version()));
}

TEST(version, text_before_it_is_shown_with_advice) {
    const auto error = version_failure("Last login: Mon\r\nWelcome \x1b[1m!");
    EXPECT_EQ(error.code, errc::protocol_error);
    EXPECT_EQ(error.where, base::phase::subsystem);
    EXPECT_THAT(error.message, StartsWith("the server began with \"Last login: Mon\\r\\nWelcome \\x1b[1m!\" instead"));
    EXPECT_THAT(error.message, HasSubstr(".bashrc"));
}

TEST(version, text_before_it_is_found_whatever_the_pieces_and_shown_in_part) {
    session client;
    client.start();
    EXPECT_TRUE(client.receive("W"));
    EXPECT_TRUE(client.receive("el"));
    const auto result = client.receive("come" + std::string(1000, '!'));
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr("\"Welcome!!!"));
    EXPECT_LT(result.error().message.size(), 600U);
}

TEST(version, of_a_real_server_may_be_cut_anywhere) {
    const auto whole = octets(openssh::called("INIT").answer);
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        session client;
        client.start();
        ASSERT_TRUE(client.receive(std::string_view{whole}.substr(0, cut)));
        EXPECT_FALSE(client.ready());
        ASSERT_TRUE(client.receive(std::string_view{whole}.substr(cut)));
        EXPECT_TRUE(client.ready());
    }
}

}  // namespace
}  // namespace gangway::sftp
