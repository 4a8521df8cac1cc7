#include "message_numbers.hpp"
#include "testing/dialogue.hpp"

#include <gangway/base/byte_writer.hpp>
#include <gangway/ssh/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::ssh {
namespace {

using namespace testing_support;

/// Asked for the service and nothing else.
struct at_the_login : ::testing::Test {
    at_the_login() {
        talk.exchange_keys();
        talk.server.send(service_accept());
        talk.run();
    }
    void offer_password() { EXPECT_TRUE(talk.machine.login_with_password("user", base::secret("password"))); }
    void confirm(channel_id id) {
        auto confirmation = channel_message(msg::channel_open_confirmation, id);
        base::byte_writer out(confirmation);
        out.u32(70);
        out.u32(100'000);
        out.u32(32'768);
        talk.server.send(confirmation);
    }
    dialogue talk;
};

using channel_ahead = at_the_login;

TEST_F(channel_ahead, is_open_when_the_login_is_done) {
    offer_password();
    const auto id = talk.machine.open_session();
    ASSERT_TRUE(id);
    talk.run();
    ASSERT_EQ(talk.server.inbox.size(), 3U) << "the service, the proof and the channel";
    EXPECT_EQ(talk.server.inbox.back().front(), static_cast<char>(msg::channel_open));
    talk.server.send(auth_success());
    confirm(*id);
    talk.run();
    EXPECT_TRUE(talk.saw<channel_opened>());
    EXPECT_TRUE(talk.machine.request_subsystem(*id, "sftp"));
}

TEST_F(channel_ahead, is_not_asked_for_without_a_proof) {
    EXPECT_FALSE(talk.machine.open_session());
    ASSERT_TRUE(talk.machine.login_without_proof("user"));
    EXPECT_FALSE(talk.machine.open_session());
}

TEST_F(channel_ahead, is_only_one) {
    offer_password();
    EXPECT_TRUE(talk.machine.open_session());
    EXPECT_FALSE(talk.machine.open_session());
}

TEST_F(channel_ahead, is_forgotten_when_the_proof_does_not_do) {
    offer_password();
    const auto lost = talk.machine.open_session();
    ASSERT_TRUE(lost);
    talk.server.send(auth_failure("password"));
    auto unimplemented = one(msg::unimplemented);
    base::byte_writer(unimplemented).u32(6);
    talk.server.send(unimplemented);
    talk.run();
    EXPECT_TRUE(talk.saw<login_refused>());
    talk.machine.close(*lost);
    offer_password();
    const auto again = talk.machine.open_session();
    ASSERT_TRUE(again);
    EXPECT_NE(*again, *lost);
    talk.server.send(auth_success());
    confirm(*again);
    talk.run();
    EXPECT_TRUE(talk.saw<channel_opened>());
}

TEST_F(channel_ahead, answered_before_the_login_is_done_ends_the_connection) {
    offer_password();
    const auto id = talk.machine.open_session();
    confirm(*id);
    EXPECT_EQ(outcome_of(talk), errc::protocol_error);
}

TEST_F(channel_ahead, answered_after_it_was_forgotten_ends_the_connection) {
    offer_password();
    const auto lost = talk.machine.open_session();
    talk.server.send(auth_failure("password"));
    talk.run();
    offer_password();
    talk.server.send(auth_success());
    confirm(*lost);
    EXPECT_EQ(outcome_of(talk), errc::protocol_error);
}

}  // namespace
}  // namespace gangway::ssh
