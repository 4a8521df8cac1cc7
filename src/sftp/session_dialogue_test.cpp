// The dialogue with a real server, replayed, and replayed again with a fault at every step.

#include "testing/openssh_dialogue.hpp"
#include "testing/scripted_peer.hpp"
#include "testing/wire_text.hpp"

#include <gangway/sftp/session.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace gangway::sftp {
namespace {

using namespace testing;

using tokens = std::vector<std::uint64_t>;

/// Submits the request of openssh::dialogue with this index. INIT and LIMITS, the first two, the session sends itself.
using submission = std::function<base::result<request_id>(session&, std::uint64_t token)>;

template <class Request>
submission submitting(const Request& request) {
    return [request](session& client, std::uint64_t token) { return client.submit(request, token); };
}

constexpr std::string_view first_handle("\0\0\0\0", 4);
constexpr std::string_view second_handle("\0\0\0\1", 4);

const std::vector<submission>& script() {
    static const std::vector<submission> steps{
        submitting(open_request{.path = "hello.txt"}),
        submitting(read_request{.handle = first_handle, .length = 32768}),
        submitting(read_request{.handle = first_handle, .offset = 6, .length = 32768}),
        submitting(fstat_request{.handle = first_handle}),
        submitting(fstatvfs_request{.handle = first_handle}),
        submitting(close_request{.handle = first_handle}),
        submitting(stat_request{.path = "hello.txt"}),
        submitting(lstat_request{.path = "link"}),
        submitting(stat_request{.path = "gone"}),
        submitting(readlink_request{.path = "link"}),
        submitting(realpath_request{.path = "."}),
        submitting(opendir_request{.path = "."}),
        submitting(readdir_request{.handle = first_handle}),
        submitting(readdir_request{.handle = first_handle}),
        submitting(close_request{.handle = first_handle}),
        submitting(open_request{.path = "new.txt", .flags = 0x1a, .attrs = {.permissions = 0600}}),
        submitting(write_request{.handle = first_handle, .data = "abc"}),
        submitting(fsetstat_request{.handle = first_handle, .attrs = {.atime = 1768478400, .mtime = 1768478401}}),
        submitting(fsync_request{.handle = first_handle}),
        submitting(open_request{.path = "hello.txt"}),
        submitting(copy_data_request{.from_handle = second_handle, .to_handle = first_handle, .to_offset = 3}),
        submitting(close_request{.handle = second_handle}),
        submitting(close_request{.handle = first_handle}),
        submitting(setstat_request{.path = "new.txt", .attrs = {.permissions = 0640}}),
        submitting(setstat_request{.path = "new.txt", .attrs = {.size = 2}}),
        submitting(lsetstat_request{.path = "link", .attrs = {.atime = 1768478400, .mtime = 1768478401}}),
        submitting(mkdir_request{.path = "d", .attrs = {.permissions = 0755}}),
        submitting(rename_request{.old_path = "new.txt", .new_path = "d/x"}),
        submitting(rename_request{.old_path = "hello.txt", .new_path = "d/x"}),
        submitting(hardlink_request{.old_path = "d/x", .new_path = "d/y"}),
        submitting(posix_rename_request{.old_path = "d/y", .new_path = "d/z"}),
        submitting(symlink_request{.target = "hello.txt", .link_path = "d/l"}),
        submitting(readlink_request{.path = "d/l"}),
        submitting(remove_request{.path = "d/l"}),
        submitting(remove_request{.path = "d/x"}),
        submitting(remove_request{.path = "d/z"}),
        submitting(rmdir_request{.path = "d"}),
        submitting(statvfs_request{.path = "."}),
    };
    return steps;
}
/// Where the script begins in openssh::dialogue, and the exchange of its step `index`.
constexpr std::size_t opening = 2;
const openssh::exchange& exchange_of(std::size_t index) {
    return openssh::dialogue[opening + index];
}

/// A session to which the server has answered INIT and LIMITS.
struct opened_session {
    session client{};
    opened_session() {
        client.start();
        EXPECT_EQ(hexadecimal(flush(client)), hexadecimal(octets(openssh::dialogue[0].request)));
        EXPECT_TRUE(client.receive(octets(openssh::dialogue[0].answer)));
        EXPECT_EQ(hexadecimal(flush(client)), hexadecimal(octets(openssh::dialogue[1].request)));
        EXPECT_TRUE(client.receive(octets(openssh::dialogue[1].answer)));
    }
    /// Every request at once, token = index; the answers follow.
    std::string submit_all() {
        std::string answers;
        for (std::size_t i = 0; i < script().size(); ++i) {
            EXPECT_TRUE(script()[i](client, i));
            answers += octets(exchange_of(i).answer);
        }
        return answers;
    }
};

tokens all_tokens() {
    tokens all;
    for (std::size_t i = 0; i < script().size(); ++i)
        all.push_back(i);
    return all;
}

TEST(dialogue, requests_are_those_that_the_server_took) {
    opened_session at;
    EXPECT_EQ(at.client.features().limits.read, 261120U);
    for (std::size_t i = 0; i < script().size(); ++i) {
        SCOPED_TRACE(exchange_of(i).what);
        ASSERT_TRUE(script()[i](at.client, i));
        ASSERT_EQ(hexadecimal(flush(at.client)), hexadecimal(octets(exchange_of(i).request)));
        ASSERT_TRUE(at.client.receive(octets(exchange_of(i).answer)));
        const auto done = at.client.next();
        ASSERT_TRUE(done);
        EXPECT_EQ(done->token, i);
        EXPECT_EQ(hexadecimal(done->answer.body()), hexadecimal(body_of(exchange_of(i).answer)));
    }
    EXPECT_TRUE(at.client.drain().empty());
}

TEST(dialogue, may_be_pipelined_as_a_whole) {
    opened_session at;
    const auto answers = at.submit_all();
    ASSERT_TRUE(at.client.receive(answers));
    EXPECT_EQ(completed(at.client), all_tokens());
}

TEST(dialogue, cut_after_any_octet_accounts_for_every_request_once) {
    const auto whole = opened_session{}.submit_all();
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        opened_session at;
        at.submit_all();
        flush(at.client);
        ASSERT_TRUE(at.client.receive(std::string_view{whole}.substr(0, cut)));
        auto accounted = completed(at.client);
        ASSERT_TRUE(std::ranges::is_sorted(accounted));
        std::ranges::copy(at.client.drain(), std::back_inserter(accounted));
        ASSERT_EQ(accounted, all_tokens()) << cut;
    }
}

TEST(dialogue, failure_of_any_step_leaves_the_others_alone) {
    for (std::size_t failing = 0; failing < script().size(); ++failing) {
        SCOPED_TRACE(exchange_of(failing).what);
        opened_session at;
        at.submit_all();
        const auto sent = requests(at.client);
        for (std::size_t i = 0; i < script().size(); ++i) {
            ASSERT_TRUE(at.client.receive(i == failing ? status(sent[i].id, status_code::failure, "no")
                                                       : octets(exchange_of(i).answer)));
        }
        EXPECT_TRUE(at.client.ready());
        std::size_t seen = 0;
        while (const auto done = at.client.next()) {
            EXPECT_EQ(done->token, seen);
            if (seen == failing) {
                const auto error = done->answer.succeeded().error();
                EXPECT_EQ(error.code, errc::failure);
                EXPECT_TRUE(error.message.ends_with(" failed: FAILURE — no")) << error.message;
            }
            ++seen;
        }
        EXPECT_EQ(seen, script().size());
    }
}

TEST(dialogue, any_step_may_be_abandoned_before_and_after_it_is_written) {
    for (std::size_t given_up = 0; given_up < script().size(); ++given_up) {
        for (const bool written : {false, true}) {
            opened_session at;
            at.submit_all();
            const auto id = static_cast<request_id>(given_up + 1);
            if (written) flush(at.client);
            at.client.abandon(id);
            flush(at.client);
            for (std::size_t i = 0; i < script().size(); ++i) {
                if (i == given_up && !written) continue;
                ASSERT_TRUE(at.client.receive(octets(exchange_of(i).answer)));
            }
            auto expected = all_tokens();
            expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(given_up));
            EXPECT_EQ(completed(at.client), expected);
            // Only an opened handle has a consequence.
            const auto opened = written && exchange_of(given_up).what.starts_with("OPEN");
            EXPECT_EQ(requests(at.client).size(), opened ? 1U : 0U) << exchange_of(given_up).what;
        }
    }
}

// What a flipped bit does depends on where it is; that every request is answered or drained, once, does not.
TEST(dialogue, any_damaged_octet_accounts_for_every_request_at_most_once) {
    const auto whole = opened_session{}.submit_all();
    std::mt19937 random{5};
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
        opened_session damaged_session;
        auto& client = damaged_session.client;
        damaged_session.submit_all();
        flush(client);
        static_cast<void>(client.receive(damaged));
        auto accounted = completed(client);
        std::ranges::copy(client.drain(), std::back_inserter(accounted));
        std::ranges::sort(accounted);
        ASSERT_EQ(accounted, all_tokens()) << at;
    }
}

TEST(dialogue, pieces_of_random_size_make_no_difference) {
    const auto whole = opened_session{}.submit_all();
    std::mt19937 random{9};
    for (int round = 0; round < 200; ++round) {
        opened_session at;
        at.submit_all();
        for (std::size_t from = 0; from < whole.size();) {
            const auto piece = std::string_view{whole}.substr(from, 1 + random() % 100);
            ASSERT_TRUE(at.client.receive(piece));
            from += piece.size();
        }
        ASSERT_EQ(completed(at.client), all_tokens());
    }
}

}  // namespace
}  // namespace gangway::sftp
