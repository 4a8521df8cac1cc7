#include "testing/scripted_peer.hpp"
#include "testing/wire_text.hpp"

#include <gangway/sftp/session.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace gangway::sftp {
namespace {

using namespace testing;

using tokens = std::vector<std::uint64_t>;

TEST(session, starts_with_init) {
    session client;
    client.start();
    EXPECT_EQ(hexadecimal(flush(client)), "000000050100000003");
    EXPECT_FALSE(client.ready());
}

TEST(session, request_of_the_draft_goes_right_behind_init) {
    session client;
    client.start();
    const auto early = client.submit(remove_request{.path = "x"}, 7);
    ASSERT_TRUE(early);
    EXPECT_FALSE(client.ready());
    EXPECT_EQ(flush(client), octets("000000050100000003") + octets("0000000a0d000000000000000178")) << *early;
    ASSERT_TRUE(client.receive(version() + status(*early, status_code::ok)));
    EXPECT_EQ(completed(client), tokens{7});
}

TEST(session, answer_before_version_is_a_breach) {
    session client;
    client.start();
    const auto early = client.submit(remove_request{.path = "x"}, 7);
    EXPECT_FALSE(client.receive(status(*early, status_code::ok)));
    EXPECT_EQ(client.drain(), tokens{7});
}

TEST(session, version_that_is_refused_leaves_early_requests_to_be_drained) {
    session client;
    client.start();
    ASSERT_TRUE(client.submit(remove_request{.path = "x"}, 7));
    EXPECT_EQ(client.receive(version({}, 2)).error().code, errc::unsupported_version);
    EXPECT_EQ(client.drain(), tokens{7});
}

TEST(session, extension_is_not_sent_before_version) {
    session client;
    client.start();
    const auto early = client.submit(fsync_request{.handle = "x"}, 1);
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().code, errc::closed);
    EXPECT_EQ(client.in_flight(), 0U);
    EXPECT_EQ(client.output_size(), 9U);
}

TEST(session, version_tells_the_features) {
    session client;
    make_ready(client, {{"fsync@openssh.com", "1"}, {"own@example.org", "x"}});
    EXPECT_TRUE(client.features().fsync);
    EXPECT_FALSE(client.features().hardlink);
    EXPECT_EQ(client.features().version, 3U);
    EXPECT_EQ(client.features().extensions[1], (extension{"own@example.org", "x"}));
    EXPECT_TRUE(requests(client).empty());
}

TEST(session, asks_for_limits_where_they_are_announced) {
    session client;
    make_ready(client, {{"limits@openssh.com", "1"}});
    const auto asked = requests(client);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_TRUE(decode<limits_request>(asked[0].body));
    EXPECT_EQ(client.in_flight(), 0U);
    EXPECT_FALSE(client.features().limits.told);
    EXPECT_EQ(client.features().limits.read, 32768U);

    ASSERT_TRUE(client.receive(wire(asked[0].id, limits_reply{262144, 261120, 131072, 100})));
    EXPECT_TRUE(client.features().limits.told);
    EXPECT_EQ(client.features().limits.read, 261120U);
    EXPECT_EQ(client.features().limits.write, 131072U);
    EXPECT_FALSE(client.next());
}

TEST(session, keeps_the_default_limits_if_the_server_refuses_to_tell) {
    session client;
    make_ready(client, {{"limits@openssh.com", "1"}});
    ASSERT_TRUE(client.receive(status(requests(client)[0].id, status_code::op_unsupported)));
    EXPECT_EQ(client.features().limits, server_limits{});
    EXPECT_FALSE(client.next());
}

TEST(session, limits_that_the_caller_asks_for_count_too) {
    session client;
    make_ready(client, {{"limits@openssh.com", "1"}});
    ASSERT_TRUE(client.submit(limits_request{}, 5));
    ASSERT_TRUE(client.receive(wire(requests(client)[1].id, limits_reply{0, 65536, 65536, 0})));
    EXPECT_EQ(client.features().limits.read, 65536U);
    EXPECT_EQ(completed(client), tokens{5});
}

TEST(session, request_and_answer_meet) {
    session client;
    make_ready(client);
    const auto id = client.submit(stat_request{.path = "/a"}, 77);
    ASSERT_TRUE(id);
    EXPECT_EQ(client.in_flight(), 1U);
    const auto sent = requests(client);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].id, *id);
    EXPECT_EQ(decode<stat_request>(sent[0].body)->path, "/a");

    ASSERT_TRUE(client.receive(wire(*id, attrs_reply{.attrs = {.size = 5}})));
    const auto done = client.next();
    ASSERT_TRUE(done);
    EXPECT_EQ(done->token, 77U);
    EXPECT_EQ(done->id, *id);
    EXPECT_EQ(done->request, packet_type::stat);
    EXPECT_EQ(done->answer.as<attrs_reply>()->attrs.size, 5U);
    EXPECT_EQ(client.in_flight(), 0U);
    EXPECT_FALSE(client.next());
}

TEST(session, status_instead_of_an_answer_names_the_request) {
    session client;
    make_ready(client);
    const auto id = client.submit(opendir_request{.path = "gone"}, 1);
    ASSERT_TRUE(client.receive(status(*id, status_code::no_such_file, "No such file")));
    const auto done = client.next();
    const auto error = done->answer.as<handle_reply>().error();
    EXPECT_EQ(error.code, errc::no_such_file);
    EXPECT_EQ(error.message, "OPENDIR failed: NO_SUCH_FILE — No such file");
}

TEST(session, answers_come_in_any_order) {
    std::mt19937 random{3};
    session client;
    make_ready(client);
    for (int round = 0; round < 50; ++round) {
        std::vector<std::pair<request_id, std::uint64_t>> asked;
        for (std::uint64_t token = 0; token < 200; ++token) {
            asked.emplace_back(*client.submit(stat_request{.path = "x"}, token), token);
        }
        flush(client);
        std::ranges::shuffle(asked, random);
        std::string answers;
        tokens expected;
        for (const auto& [id, token] : asked) {
            answers += wire(id, attrs_reply{.attrs = {.size = token}});
            expected.push_back(token);
        }
        ASSERT_TRUE(client.receive(answers));
        tokens seen;
        while (const auto done = client.next()) {
            EXPECT_EQ(done->answer.as<attrs_reply>()->attrs.size, done->token);
            seen.push_back(done->token);
        }
        ASSERT_EQ(seen, expected);
    }
}

TEST(session, extension_that_was_not_announced_is_not_sent) {
    session client;
    make_ready(client, {{"statvfs@openssh.com", "2"}});
    const auto missing = client.submit(fsync_request{.handle = "h"}, 1);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, errc::extension_missing);
    EXPECT_EQ(missing.error().message, "the server does not offer fsync@openssh.com");
    EXPECT_TRUE(client.submit(statvfs_request{.path = "/"}, 1));
    EXPECT_EQ(requests(client).size(), 1U);
}

TEST(session, request_beyond_the_limits_is_not_sent) {
    session client;
    make_ready(client);
    const auto path = client.submit(stat_request{.path = std::string(4097, 'x')}, 1);
    EXPECT_EQ(path.error().code, errc::too_long);
    const auto half = client.submit(setstat_request{.path = "x", .attrs = {.uid = 1}}, 1);
    EXPECT_EQ(half.error().code, errc::incomplete_attributes);
    EXPECT_EQ(client.in_flight(), 0U);
    EXPECT_EQ(client.output_size(), 0U);
}

TEST(session, requests_in_flight_are_bounded) {
    session client{{.in_flight = 3}};
    make_ready(client);
    std::vector<request_id> ids;
    for (std::uint64_t token = 0; token < 3; ++token)
        ids.push_back(*client.submit(stat_request{.path = "x"}, token));
    EXPECT_EQ(client.submit(stat_request{.path = "x"}, 3).error().code, errc::busy);
    ASSERT_TRUE(client.receive(status(ids[1], status_code::failure)));
    EXPECT_TRUE(client.submit(stat_request{.path = "x"}, 3));
    EXPECT_EQ(client.submit(stat_request{.path = "x"}, 4).error().code, errc::busy);
}

TEST(session, octets_waiting_to_be_sent_are_bounded) {
    session client{{.output = 100000}};
    make_ready(client);
    const std::string data(60000, 'd');
    EXPECT_TRUE(client.submit(write_request{.handle = "h", .data = data}, 1));
    EXPECT_TRUE(client.submit(write_request{.handle = "h", .data = data}, 2));
    EXPECT_EQ(client.submit(write_request{.handle = "h", .data = data}, 3).error().code, errc::busy);
    client.consumed(50000);
    EXPECT_TRUE(client.submit(write_request{.handle = "h", .data = data}, 3));
}

TEST(session, submit_copies_what_it_views) {
    session client;
    make_ready(client);
    std::string data = "before";
    ASSERT_TRUE(client.submit(write_request{.handle = "h", .data = data}, 1));
    data = "after!";
    EXPECT_EQ(decode<write_request>(requests(client)[0].body)->data, "before");
}

TEST(session, octets_of_an_answer_may_come_in_any_pieces) {
    for (std::size_t size = 1; size < 50; ++size) {
        session client;
        make_ready(client);
        std::string answers;
        for (std::uint64_t token = 0; token < 5; ++token) {
            const auto id = *client.submit(read_request{.handle = "h", .length = 100}, token);
            answers += wire(id, data_reply{.data = std::string(20 * token, 'x')});
        }
        for (std::size_t at = 0; at < answers.size(); at += size) {
            ASSERT_TRUE(client.receive(std::string_view{answers}.substr(at, size)));
        }
        EXPECT_EQ(completed(client), (tokens{0, 1, 2, 3, 4}));
    }
}

TEST(session, listing_of_4_mib_is_taken) {
    session client;
    make_ready(client);
    const auto id = client.submit(readdir_request{.handle = "d"}, 1);
    const auto listing = names(*id, 55000, std::string(60, 'n'));
    ASSERT_GT(listing.size(), 3'950'000U);
    ASSERT_TRUE(client.receive(listing));
    const auto done = client.next();
    ASSERT_TRUE(done);
    EXPECT_EQ(done->answer.as<name_reply>()->count, 55000U);
}

TEST(session, recycled_answer_lends_its_space_to_the_next) {
    session client;
    make_ready(client);
    const std::string data(100000, 'd');
    const auto read = [&](std::uint64_t token) {
        const auto id = client.submit(read_request{.handle = "h", .length = 100000}, token);
        EXPECT_TRUE(client.receive(wire(*id, data_reply{.data = data})));
        return *client.next();
    };
    ASSERT_TRUE(client.submit(stat_request{.path = "stays in flight"}, 0));
    auto first = read(1);
    const auto* const where = first.answer.body().data();
    client.recycle(std::move(first.answer));
    auto second = read(2);
    EXPECT_EQ(second.answer.body().data(), where);
    EXPECT_EQ(second.answer.as<data_reply>()->data, data);
}

TEST(session, drain_names_what_is_in_flight_in_order) {
    session client;
    make_ready(client);
    std::vector<request_id> ids;
    for (std::uint64_t token = 10; token < 20; ++token)
        ids.push_back(*client.submit(stat_request{.path = "x"}, token));
    ASSERT_TRUE(client.receive(status(ids[3], status_code::failure)));
    EXPECT_EQ(client.drain(), (tokens{10, 11, 12, 14, 15, 16, 17, 18, 19}));
    EXPECT_EQ(client.in_flight(), 0U);
    EXPECT_TRUE(client.drain().empty());
    EXPECT_EQ(completed(client), tokens{13});
}

TEST(session, after_drain_nothing_goes_in_or_out) {
    session client;
    make_ready(client);
    const auto id = client.submit(stat_request{.path = "x"}, 1);
    EXPECT_EQ(client.drain(), tokens{1});
    EXPECT_FALSE(client.ready());
    EXPECT_TRUE(client.output().empty());
    EXPECT_EQ(client.submit(stat_request{.path = "x"}, 2).error().code, errc::closed);
    EXPECT_TRUE(client.receive(status(*id, status_code::ok)));
    EXPECT_FALSE(client.next());
}

TEST(session, ids_stay_apart_over_many_requests) {
    session client;
    make_ready(client);
    const auto slow = *client.submit(stat_request{.path = "slow"}, 4711);
    for (std::uint64_t token = 0; token < 10000; ++token) {
        const auto id = *client.submit(stat_request{.path = "x"}, token);
        ASSERT_NE(id, slow);
        ASSERT_TRUE(client.receive(status(id, status_code::failure)));
        ASSERT_EQ(client.next()->token, token);
        flush(client);
    }
    ASSERT_TRUE(client.receive(status(slow, status_code::failure)));
    EXPECT_EQ(client.next()->token, 4711U);
}

}  // namespace
}  // namespace gangway::sftp
