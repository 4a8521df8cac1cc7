#include "testing/dialogue.hpp"

#include <gangway/base/byte_writer.hpp>
#include <gangway/ssh/errors.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace gangway::ssh {
namespace {

using namespace testing_support;

std::string ignore_message(std::size_t size = 4) {
    auto payload = one(msg::ignore);
    base::byte_writer(payload).string(std::string(size, 'i'));
    return payload;
}

std::string debug_message() {
    auto payload = one(msg::debug, std::string(1, '\0'));
    base::byte_writer out(payload);
    out.string("text");
    out.string("");
    return payload;
}

std::string unimplemented_message() {
    return one(msg::unimplemented, std::string(4, '\0'));
}

TEST(transport, speaks_first_and_offers_strict_key_exchange) {
    const client machine(dialogue::quiet_options());
    EXPECT_TRUE(machine.output().starts_with("SSH-2.0-Gangway\r\n"));
    EXPECT_NE(machine.output().find("kex-strict-c-v00@openssh.com"), std::string_view::npos);
}

TEST(transport, tells_what_the_server_says_it_is) {
    dialogue talk({.identification = "SSH-1.99-Other software"});
    talk.run();
    EXPECT_EQ(talk.machine.server_identification(), "SSH-1.99-Other software");
    EXPECT_TRUE(talk.saw<host_key_presented>());
}

TEST(transport, sends_nothing_about_users_before_the_host_key_is_accepted) {
    dialogue talk;
    talk.run();
    ASSERT_TRUE(talk.saw<host_key_presented>());
    EXPECT_FALSE(talk.machine.login_without_proof("user"));
    EXPECT_FALSE(talk.machine.login_with_password("user", base::secret("password")));
    EXPECT_FALSE(talk.machine.query_key("user", "ssh-ed25519", "blob"));
    EXPECT_FALSE(talk.machine.login_interactively("user"));
    EXPECT_FALSE(talk.machine.open_session());
    EXPECT_FALSE(talk.machine.keepalive());
    EXPECT_TRUE(talk.machine.output().empty());
    EXPECT_TRUE(talk.machine.accept_host_key());
    EXPECT_FALSE(talk.machine.accept_host_key());
    talk.run();
    ASSERT_EQ(talk.server.inbox.size(), 1U);
    EXPECT_EQ(talk.server.inbox.front(), one(msg::service_request, std::string_view("\0\0\0\x0cssh-userauth", 16)));
}

TEST(transport, works_with_every_cipher_and_mac) {
    for (const auto& cipher : default_algorithms().ciphers)
        for (const auto& mac : default_algorithms().macs) {
            dialogue talk({.cipher = cipher, .mac = mac});
            talk.log_in();
            EXPECT_EQ(talk.machine.algorithms().cipher_in, cipher);
        }
}

TEST(transport, takes_octets_one_by_one) {
    dialogue talk;
    talk.chunk = 1;
    talk.log_in();
    const auto channel = talk.open_channel();
    talk.server.send(data_message(channel, "hello"));
    talk.run();
    EXPECT_EQ(talk.data(), "hello");
}

TEST(transport, with_strict_exchange_takes_nothing_else_in_it) {
    for (const auto& extra : {ignore_message(), debug_message(), unimplemented_message(), ext_info("x"), one(192)}) {
        dialogue before({.before_kexinit = {extra}});
        EXPECT_EQ(outcome_of(before), errc::protocol_error);
        dialogue during({.before_reply = {extra}});
        EXPECT_EQ(outcome_of(during), errc::protocol_error);
        dialogue after({.before_newkeys = {extra}});
        after.run();
        (void)after.machine.accept_host_key();
        EXPECT_EQ(outcome_of(after), errc::protocol_error);
    }
}

TEST(transport, without_strict_exchange_ignores_what_may_be_ignored) {
    for (const auto& extra : {ignore_message(), debug_message(), unimplemented_message()}) {
        dialogue talk({.strict = false,
                       .before_kexinit = {extra},
                       .before_reply = {extra},
                       .before_newkeys = {extra},
                       .after_newkeys = {extra}});
        EXPECT_NO_THROW(talk.log_in());
    }
}

TEST(transport, in_the_first_exchange_takes_no_messages_of_other_layers) {
    for (const bool strict : {true, false})
        for (const auto& extra : {service_accept(), auth_success(), auth_failure("password"), one(80), ext_info("x")}) {
            dialogue talk({.strict = strict, .before_reply = {extra}});
            EXPECT_EQ(outcome_of(talk), errc::protocol_error);
        }
}

// Prefix truncation (CVE-2023-48795): one injected before NEWKEYS, one deleted after.
TEST(transport, notices_a_deleted_packet) {
    for (const bool strict : {true, false}) {
        dialogue talk({.strict = strict, .after_newkeys = {ignore_message(3), ignore_message(3)}});
        talk.run();
        (void)talk.machine.accept_host_key();
        // The client has not read beyond its decision; what follows NEWKEYS is encrypted: 4 + 16 + 16 octets each.
        bool first = true;
        talk.on_the_way = [&](std::string& octets) {
            if (std::exchange(first, false)) return;
            octets.erase(0, std::min<std::size_t>(octets.size(), 36));
        };
        talk.server.send(service_accept());
        talk.run();
        talk.server.send(service_accept());
        talk.run();
        ASSERT_TRUE(talk.failure);
        EXPECT_EQ(talk.failure->code, errc::bad_packet);
    }
}

TEST(transport, skips_a_wrong_guess_and_takes_no_right_one) {
    dialogue wrong({.first_key_exchanges = "other-exchange", .guess = true});
    EXPECT_NO_THROW(wrong.log_in());
    dialogue right({.guess = true});
    EXPECT_EQ(outcome_of(right), errc::protocol_error);
}

TEST(transport, refuses_exchange_messages_that_nobody_asked_for) {
    dialogue talk;
    talk.log_in();
    talk.server.send(one(msg::newkeys));
    EXPECT_EQ(outcome_of(talk), errc::protocol_error);
    dialogue other;
    other.log_in();
    other.server.send(one(msg::kex_reply));
    EXPECT_EQ(outcome_of(other), errc::protocol_error);
}

TEST(transport, refuses_a_second_kexinit) {
    dialogue talk;
    talk.log_in();
    talk.server.rekey({});
    talk.server.rekey({});
    EXPECT_EQ(outcome_of(talk), errc::protocol_error);
}

TEST(transport, refuses_data_while_the_server_exchanges_keys) {
    dialogue talk;
    talk.log_in();
    const auto channel = talk.open_channel();
    talk.server.rekey({});
    talk.server.send(data_message(channel, "x"));
    EXPECT_EQ(outcome_of(talk), errc::protocol_error);
}

TEST(rekey, by_either_side_changes_algorithms_and_keeps_data_in_order) {
    const std::vector<server_script> scripts = {
        {.key_exchange = "ecdh-sha2-nistp521", .cipher = "aes256-ctr", .mac = "hmac-sha2-512-etm@openssh.com"},
        {.key_exchange = "diffie-hellman-group16-sha512", .cipher = "chacha20-poly1305@openssh.com"},
        {.key_exchange = "ecdh-sha2-nistp384", .cipher = "aes192-ctr", .mac = "hmac-sha2-256"},
        {.key_exchange = "curve25519-sha256", .cipher = "aes128-gcm@openssh.com"},
    };
    for (const bool strict : {true, false}) {
        dialogue talk({.strict = strict});
        talk.log_in();
        const auto channel = talk.open_channel();
        const auto id = talk.server.session_id();
        std::string sent;
        for (auto script : scripts) {
            script.strict = strict;
            talk.server.rekey(script);
            talk.run();
            ASSERT_FALSE(talk.failure) << talk.failure->message;
            EXPECT_EQ(talk.machine.algorithms().cipher_in, script.cipher);
            talk.server.send(data_message(channel, script.cipher));
            sent += script.cipher;
            talk.machine.rekey();
            talk.run();
            ASSERT_FALSE(talk.failure) << talk.failure->message;
        }
        EXPECT_EQ(talk.server.exchanges(), 1 + 2 * scripts.size());
        EXPECT_EQ(talk.data(), sent);
    }
}

TEST(rekey, with_another_host_key_is_refused) {
    dialogue talk;
    talk.log_in();
    talk.server.rekey({.host_key = "ecdsa-sha2-nistp256", .key = "p256"});
    EXPECT_EQ(outcome_of(talk), errc::no_common_algorithm);
    dialogue same_type({.host_key = "ecdsa-sha2-nistp256", .key = "p256"});
    same_type.log_in();
    same_type.server.rekey({.host_key = "ecdsa-sha2-nistp256", .key = "new-p256"});
    EXPECT_EQ(outcome_of(same_type), errc::host_key_changed);
}

TEST(rekey, holds_back_what_is_written_meanwhile) {
    dialogue talk;
    talk.log_in();
    const auto channel = talk.open_channel();
    talk.server.send(data_message(channel, std::string(32'768, 'x')));
    talk.machine.rekey();
    EXPECT_EQ(talk.machine.write(channel, "later"), 0U);
    EXPECT_TRUE(talk.machine.request_subsystem(channel, "sftp"));
    talk.run();
    EXPECT_TRUE(talk.saw<channel_writable>());
    EXPECT_EQ(talk.server.exchanges(), 2U);
    EXPECT_EQ(talk.received(msg::channel_request).size(), 1U);
    EXPECT_EQ(talk.machine.write(channel, "later"), 5U);
    talk.run();
    EXPECT_EQ(talk.received(msg::channel_data).size(), 1U);
}

TEST(rekey, that_makes_us_keep_too_many_answers_is_given_up) {
    dialogue talk;
    talk.log_in();
    talk.machine.rekey();
    auto request = one(msg::global_request);
    base::byte_writer out(request);
    out.string("keepalive@openssh.com");
    out.u8(1);
    const std::string held(talk.machine.output());
    talk.machine.consumed(held.size());  // the server does not see our KEXINIT
    for (int i = 0; i < 70'000; ++i)
        talk.server.send(request);
    EXPECT_EQ(outcome_of(talk), errc::limit_exceeded);
}

TEST(rekey, comes_by_itself_after_as_many_octets_or_packets_as_allowed) {
    auto how = dialogue::quiet_options();
    how.bounds.rekey_octets = 100'000;
    dialogue talk({}, how);
    talk.log_in();
    const auto channel = talk.open_channel();
    for (int i = 0; i < 40; ++i) {
        talk.server.send(data_message(channel, std::string(10'000, 'x')));
        talk.run();
    }
    EXPECT_GE(talk.server.exchanges(), 4U);
    EXPECT_TRUE(talk.data() == std::string(400'000, 'x'));
    how.bounds.rekey_octets = 1 << 30;
    how.bounds.rekey_packets = 10;
    dialogue often({}, how);
    often.log_in();
    const auto other = often.open_channel();
    for (int i = 0; i < 100; ++i) {
        often.server.send(data_message(other, "x"));
        often.run();
    }
    EXPECT_GE(often.server.exchanges(), 9U);
    EXPECT_EQ(often.data(), std::string(100, 'x'));
}

TEST(rekey, by_the_server_before_the_login_is_bounded) {
    dialogue talk;
    talk.exchange_keys();
    for (int i = 0; i < 2; ++i) {
        talk.server.rekey({});
        ASSERT_EQ(outcome_of(talk), std::error_code());
    }
    talk.server.rekey({});
    EXPECT_EQ(outcome_of(talk), errc::limit_exceeded);
}

TEST(flood, before_the_login_ends_at_256_kib) {
    dialogue talk;
    talk.exchange_keys();
    std::size_t sent = 0;
    while (!talk.failure && sent < 10'000'000) {
        talk.server.send(ignore_message(30'000));
        sent += 30'000;
        talk.run();
    }
    ASSERT_TRUE(talk.failure);
    EXPECT_EQ(talk.failure->code, errc::limit_exceeded);
    EXPECT_LE(sent, 300'000U);
}

TEST(flood, of_questions_stops_the_input_until_the_answers_have_left) {
    dialogue talk;
    talk.log_in();
    auto request = one(msg::global_request);
    base::byte_writer out(request);
    out.string("keepalive@openssh.com");
    out.u8(1);
    for (int i = 0; i < 40'000; ++i)
        talk.server.send(request);
    const auto flood = talk.server.take_output();
    std::size_t taken = 0;
    while (taken < flood.size()) {
        const auto space = talk.machine.receive_space();
        if (space.empty()) break;
        const auto count = std::min(space.size(), flood.size() - taken);
        std::copy_n(flood.begin() + static_cast<std::ptrdiff_t>(taken), count, space.begin());
        talk.machine.received(count);
        taken += count;
        ASSERT_TRUE(talk.machine.next());
    }
    EXPECT_LT(taken, flood.size());
    EXPECT_LE(talk.machine.output().size(), std::size_t{400} << 10);
    talk.machine.consumed(talk.machine.output().size());
    ASSERT_TRUE(talk.machine.next());
    EXPECT_FALSE(talk.machine.receive_space().empty());
}

TEST(disconnect, of_the_server_carries_its_escaped_words) {
    for (const int stage : {0, 1, 2, 3}) {
        server_script script;
        const auto message = disconnect_message("\x1b[2J\xff\n" + std::string(20'000, 'x'));
        if (stage == 0) script.before_kexinit = {message};
        if (stage == 1) script.before_reply = {message};
        dialogue talk(script);
        if (stage >= 2) {
            talk.exchange_keys();
            if (stage == 3) {
                talk.server.send(service_accept());
                (void)talk.machine.login_without_proof("user");
                talk.server.send(auth_success());
            }
            talk.server.send(message);
        }
        ASSERT_EQ(outcome_of(talk), errc::disconnected) << stage;
        EXPECT_LE(talk.failure->message.size(), 400U);
        EXPECT_EQ(talk.failure->message.find('\x1b'), std::string::npos);
        EXPECT_NE(talk.failure->message.find("xxx"), std::string::npos);
        EXPECT_TRUE(talk.machine.output().empty()) << "a goodbye is not answered";
    }
}

TEST(disconnect, that_is_malformed_is_an_error_too) {
    dialogue talk;
    talk.log_in();
    talk.server.send(one(msg::disconnect, "\0"));
    EXPECT_EQ(outcome_of(talk), errc::protocol_error);
}

TEST(disconnect, of_ours_ends_everything) {
    dialogue talk;
    talk.log_in();
    const auto channel = talk.open_channel();
    talk.machine.disconnect();
    EXPECT_EQ(talk.machine.write(channel, "x"), 0U);
    EXPECT_TRUE(talk.machine.receive_space().empty());
    talk.run();
    ASSERT_EQ(talk.received(msg::disconnect).size(), 1U);
}

TEST(failure, is_told_to_the_server_without_details_and_stays) {
    dialogue talk;
    talk.log_in();
    talk.server.send(one(msg::newkeys));
    ASSERT_EQ(outcome_of(talk), errc::protocol_error);
    talk.run();
    ASSERT_EQ(talk.received(msg::disconnect).size(), 1U);
    EXPECT_EQ(talk.machine.next().error().code, errc::protocol_error);
    EXPECT_TRUE(talk.machine.receive_space().empty());
}

TEST(unknown_numbers, are_answered_with_unimplemented) {
    dialogue talk;
    talk.log_in();
    talk.server.send(one(200));
    talk.server.send(one(9));
    talk.server.send(one(127));
    ASSERT_EQ(outcome_of(talk), std::error_code());
    const auto answers = talk.received(msg::unimplemented);
    ASSERT_EQ(answers.size(), 3U);
    // Numbers count from zero after NEWKEYS: SERVICE_ACCEPT, USERAUTH_SUCCESS, then these.
    EXPECT_EQ(answers[0], one(msg::unimplemented, std::string_view("\0\0\0\x02", 4)));
    EXPECT_EQ(answers[2], one(msg::unimplemented, std::string_view("\0\0\0\x04", 4)));
}

TEST(memory, of_an_idle_connection_is_given_back) {
    dialogue talk;
    talk.log_in();
    const auto channel = talk.open_channel();
    for (int i = 0; i < 30; ++i) {
        talk.server.send(data_message(channel, std::string(32'768, 'x')));
        talk.run();
    }
    EXPECT_GT(talk.machine.receive_space().size(), std::size_t{64} << 10);
    talk.machine.trim();
    EXPECT_EQ(talk.machine.receive_space().size(), std::size_t{8} << 10);
}

}  // namespace
}  // namespace gangway::ssh
