#include "loopback.hpp"
#include "run_coroutine.hpp"
#include "ssh_channel.hpp"
#include "ssh_login.hpp"
#include "testing/ssh_peer.hpp"

#include <gangway/crypto/errors.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/ssh_link.hpp>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <ssh/testing/failing_libcrypto.hpp>
#include <string>

namespace gangway::net {
namespace {

using namespace std::chrono_literals;
using gangway::net::testing::ssh_peer;
namespace msg = ssh::msg;
namespace ssh_wire = ssh::testing_support;

/// Lets everything else run until `done`; false if that never comes.
awaitable<bool> until(std::function<bool()> done, int turns = 1'000'000) {
    for (int turn = 0; turn < turns && !done(); ++turn)
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    co_return done();
}

struct recorder final : channel_listener {
    void received(std::string_view octets) override {
        heard += octets;
        on_received();
    }
    void writable() override { ++times_writable; }
    void closed(const base::error& why) override {
        EXPECT_FALSE(end) << "told twice";
        end = why;
        on_closed();
    }
    std::string heard;
    int times_writable = 0;
    std::optional<base::error> end;
    std::function<void()> on_received = [] {}, on_closed = [] {};
};

model::credentials by_password(std::string_view password) {
    return {.username = "ada", .password = base::secret(password)};
}

/// A link that goes all the way, to an SFTP channel that is listened to. Members go from the last to the first.
struct whole_way {
    std::unique_ptr<ssh_link> link;
    recorder listener;
    std::unique_ptr<byte_channel> channel;
};

/// As far as it gets; `way` has what was reached.
async_result<void> go(tcp::socket socket, timers limits, std::string password, whole_way& way) {
    auto link = co_await ssh_link::open(std::move(socket), {}, limits);
    if (!link) co_return std::unexpected(link.error());
    way.link = std::move(*link);
    const auto who = by_password(password);
    const auto logged_in = co_await way.link->login(who, nullptr);
    if (!logged_in) co_return std::unexpected(logged_in.error());
    auto channel = co_await way.link->open_sftp();
    if (!channel) co_return std::unexpected(channel.error());
    way.channel = std::move(*channel);
    way.channel->listen(way.listener);
    co_return base::result<void>{};
}

struct ssh_link_test : ::testing::Test {
    asio::io_context context{1};
    loopback_pair pair{context};
    ssh_peer peer{std::move(pair.far)};
    timers limits{};

    /// Goes the whole way, then does `more`, then lets the link go. What went wrong, if something did.
    std::optional<base::error> run(std::function<awaitable<void>(whole_way&)> more, std::string password = "right") {
        return run_coroutine(context, everything(std::move(pair.near), limits, std::move(password), std::move(more)));
    }
    std::optional<base::error> run() {
        return run([](whole_way&) -> awaitable<void> { co_return; });
    }

  private:
    static awaitable<std::optional<base::error>> everything(tcp::socket socket, timers limits, std::string password,
                                                            std::function<awaitable<void>(whole_way&)> more) {
        whole_way way;
        const auto gone = co_await go(std::move(socket), limits, std::move(password), way);
        if (!gone) co_return gone.error();
        co_await more(way);
        co_return way.listener.end;
    }
};

TEST_F(ssh_link_test, tells_the_key_and_the_algorithms_and_says_nothing_of_users_before_the_login) {
    constexpr auto open = [](tcp::socket socket, timers limits, ssh_peer& peer) -> awaitable<bool> {
        const auto link = co_await ssh_link::open(std::move(socket), {}, limits);
        if (!link) co_return false;
        EXPECT_EQ((*link)->server_key().type, "ssh-ed25519");
        EXPECT_EQ((*link)->server_key().blob, ssh_wire::test_key("ed25519").public_blob());
        EXPECT_EQ((*link)->algorithms().key_exchange, "curve25519-sha256");
        EXPECT_EQ((*link)->algorithms().cipher_in, "aes128-gcm@openssh.com");
        EXPECT_FALSE(co_await until([&] { return peer.heard[msg::service_request] > 0; }, 1000));
        co_return true;
    };
    EXPECT_TRUE(run_coroutine(context, open(std::move(pair.near), limits, peer)));
}

TEST_F(ssh_link_test, carries_octets_both_ways) {
    const auto failed = run([this](whole_way& way) -> awaitable<void> {
        EXPECT_EQ(way.channel->write("question"), 8U);
        EXPECT_TRUE(co_await until([&] { return peer.data == "question"; }));
        peer.send(ssh_wire::data_message(0, "answer"));
        EXPECT_TRUE(co_await until([&] { return way.listener.heard == "answer"; }));
    });
    EXPECT_FALSE(failed) << failed->message;
}

TEST_F(ssh_link_test, hands_out_what_came_before_anybody_listened) {
    peer.answers[msg::channel_open] = [this, willing = peer.answers[msg::channel_open]](auto payload) {
        willing(payload);
        peer.send(ssh_wire::data_message(0, "early "));
    };
    const auto failed = run([this](whole_way& way) -> awaitable<void> {
        peer.send(ssh_wire::data_message(0, "late"));
        EXPECT_TRUE(co_await until([&] { return way.listener.heard == "early late"; }));
    });
    EXPECT_FALSE(failed) << failed->message;
}

TEST_F(ssh_link_test, takes_what_the_window_allows_and_tells_when_there_is_more) {
    const auto failed = run([this](whole_way& way) -> awaitable<void> {
        const std::string large(3U << 20, 'x');
        const auto taken = way.channel->write(large);
        EXPECT_LT(taken, large.size());
        EXPECT_TRUE(co_await until([&] { return peer.data.size() == taken; }));
        auto more = ssh_wire::channel_message(msg::channel_window_adjust, 0);
        base::byte_writer(more).u32(1U << 20);
        peer.send(more);
        EXPECT_TRUE(co_await until([&] { return way.listener.times_writable > 0; }));
        EXPECT_GT(way.channel->write(large), 0U);
    });
    EXPECT_FALSE(failed) << failed->message;
}

TEST_F(ssh_link_test, with_a_wrong_password_is_refused_and_tells_the_methods) {
    const auto failed = run([](whole_way&) -> awaitable<void> { co_return; }, "wrong");
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->code, errc::auth_failed);
    EXPECT_EQ(failed->where, base::phase::auth);
    EXPECT_EQ(failed->fact_named("methods"), "publickey, password");
}

TEST_F(ssh_link_test, whose_channel_is_refused_tells_the_escaped_reason) {
    peer.answers[msg::channel_open] = [this](auto) {
        auto refusal = ssh_wire::channel_message(msg::channel_open_failure, 0);
        base::byte_writer out(refusal);
        out.u32(1);
        out.string("no \x1b[2Jthanks");
        out.string("");
        peer.send(refusal);
    };
    const auto failed = run();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->code, errc::subsystem_unavailable);
    EXPECT_NE(failed->message.find("thanks"), std::string::npos);
    EXPECT_EQ(failed->message.find('\x1b'), std::string::npos);
}

TEST_F(ssh_link_test, without_the_subsystem_says_so) {
    peer.answers[msg::channel_request] = [this](auto) {
        peer.send(ssh_wire::channel_message(msg::channel_failure, 0));
    };
    const auto failed = run([](whole_way& way) -> awaitable<void> {
        EXPECT_TRUE(co_await until([&] { return way.listener.end.has_value(); }));
    });
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->code, errc::subsystem_unavailable);
    EXPECT_EQ(failed->where, base::phase::subsystem);
}

TEST_F(ssh_link_test, may_be_written_to_before_the_server_grants_the_subsystem) {
    peer.answers.erase(msg::channel_request);
    const auto failed = run([this](whole_way& way) -> awaitable<void> {
        EXPECT_EQ(way.channel->write("question"), 8U);
        EXPECT_TRUE(co_await until([&] { return peer.data == "question"; }));
        EXPECT_EQ(peer.heard[msg::channel_request], 1);
    });
    EXPECT_FALSE(failed) << failed->message;
}

TEST_F(ssh_link_test, asks_at_once_for_channels_that_are_needed_soon) {
    const auto failed = run([this](whole_way& way) -> awaitable<void> {
        way.link->ask_for_channels(2);
        EXPECT_TRUE(co_await until([&] { return peer.heard[msg::channel_open] == 3; }));
        EXPECT_TRUE(co_await until([&] { return peer.heard[msg::channel_request] == 3; })) << "for their subsystems";
        const auto second = co_await way.link->open_sftp();
        const auto third = co_await way.link->open_sftp();
        EXPECT_TRUE(second && third);
        EXPECT_EQ(peer.heard[msg::channel_open], 3);
        EXPECT_EQ(peer.heard[msg::channel_request], 3);
        EXPECT_TRUE(co_await way.link->open_sftp());
        EXPECT_EQ(peer.heard[msg::channel_open], 4);
    });
    EXPECT_FALSE(failed) << failed->message;
}

TEST_F(ssh_link_test, whose_server_ends_the_channel_passes_on_its_complaints) {
    const auto failed = run([this](whole_way& way) -> awaitable<void> {
        auto complaint = ssh_wire::channel_message(msg::channel_extended_data, 0);
        base::byte_writer out(complaint);
        out.u32(1);
        out.string("disk on fire");
        peer.send(complaint);
        peer.send(ssh_wire::channel_message(msg::channel_close, 0));
        EXPECT_TRUE(co_await until([&] { return way.listener.end.has_value(); }));
    });
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->code, errc::channel_closed);
    EXPECT_NE(failed->message.find("disk on fire"), std::string::npos);
}

TEST_F(ssh_link_test, that_lets_one_channel_go_keeps_the_other) {
    const auto failed = run([this](whole_way& way) -> awaitable<void> {
        recorder second;
        auto other = co_await way.link->open_sftp();
        EXPECT_TRUE(other);
        (*other)->listen(second);
        way.channel.reset();
        EXPECT_TRUE(co_await until([&] { return peer.heard[msg::channel_close] == 1; }));
        peer.send(ssh_wire::data_message(1, "still here"));
        EXPECT_TRUE(co_await until([&] { return second.heard == "still here"; }));
        EXPECT_FALSE(second.end);
    });
    EXPECT_FALSE(failed);
}

TEST_F(ssh_link_test, may_be_destroyed_by_a_listener_that_hears_something) {
    const auto failed = run([this](whole_way& way) -> awaitable<void> {
        way.listener.on_received = [&way] {
            way.channel.reset();
            way.link.reset();
        };
        peer.send(ssh_wire::data_message(0, "one"));
        peer.send(ssh_wire::data_message(0, "two"));
        EXPECT_TRUE(co_await until([&] { return way.link == nullptr; }));
        EXPECT_EQ(way.listener.heard, "one");
    });
    EXPECT_FALSE(failed);
}

TEST_F(ssh_link_test, may_be_destroyed_by_a_listener_that_hears_of_the_end) {
    const auto failed = run([this](whole_way& way) -> awaitable<void> {
        way.listener.on_closed = [&way] {
            way.channel.reset();
            way.link.reset();
        };
        peer.close();
        EXPECT_TRUE(co_await until([&] { return way.link == nullptr; }));
    });
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->code, errc::connection_lost);
    EXPECT_EQ(failed->where, base::phase::sftp);
}

TEST_F(ssh_link_test, with_a_forged_signature_gets_no_credentials) {
    loopback_pair other{context};
    ssh_peer forger{std::move(other.far), {.damage_signature = true}};
    pair.near = std::move(other.near);
    const auto failed = run();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->code, errc::handshake_failed);
    EXPECT_EQ(forger.heard[msg::service_request] + forger.heard[msg::userauth_request], 0);
}

/// One run with a server that ends after so many octets; nothing if it was never reached.
std::optional<base::error> cut_after(std::size_t octets, std::size_t& sent) {
    asio::io_context context{1};
    loopback_pair pair{context};
    ssh_peer peer{std::move(pair.far), {}, octets};
    constexpr auto everything = [](tcp::socket socket, ssh_peer& server) -> awaitable<std::optional<base::error>> {
        whole_way way;
        const auto gone = co_await go(std::move(socket), {}, "right", way);
        if (!gone) co_return gone.error();
        // The answer to the subsystem comes first.
        EXPECT_TRUE(co_await until([&] { return way.listener.end || server.heard[msg::channel_request] > 0; }));
        server.send(ssh_wire::data_message(0, "hello"));
        EXPECT_TRUE(co_await until([&] { return way.listener.end || way.listener.heard == "hello"; }));
        co_return way.listener.end;
    };
    auto outcome = run_coroutine(context, everything(std::move(pair.near), peer));
    sent = peer.sent();
    return outcome;
}

TEST(ssh_link_faults, cut_after_any_octet_is_a_lost_connection_in_its_phase) {
    std::size_t whole = 0;
    EXPECT_FALSE(cut_after(ssh_peer::unlimited, whole));
    ASSERT_GT(whole, 600U);
    auto phase = base::phase::ssh;
    // The last octet of all is received before the end is.
    for (std::size_t octets = 0; octets < whole; ++octets) {
        std::size_t sent = 0;
        const auto failed = cut_after(octets, sent);
        ASSERT_TRUE(failed) << octets;
        EXPECT_EQ(failed->code, errc::connection_lost) << octets << ": " << failed->message;
        EXPECT_GE(failed->where, phase) << octets;
        phase = failed->where;
    }
    EXPECT_EQ(phase, base::phase::sftp);
}

TEST(ssh_link_faults, silence_in_any_stage_runs_into_its_timer) {
    struct stage {
        std::uint8_t unanswered;
        base::phase where;
    };
    for (const auto& [unanswered, where] : {stage{0, base::phase::ssh},
                                            {msg::service_request, base::phase::auth},
                                            {msg::userauth_request, base::phase::auth},
                                            {msg::channel_open, base::phase::subsystem}}) {
        asio::io_context context{1};
        loopback_pair pair{context};
        ssh_peer peer{std::move(pair.far), {}, unanswered == 0 ? 0 : ssh_peer::unlimited, false};
        peer.answers.erase(unanswered);
        // The client's first login request comes with the service request.
        if (unanswered == msg::service_request) peer.answers.erase(msg::userauth_request);
        // Zero for the stage that is tried: whether another one would be in time is not asked.
        timers limits;
        if (where == base::phase::ssh) limits.identification = 1ms;
        if (where == base::phase::auth) limits.authentication = 1ms;
        if (where == base::phase::subsystem) limits.operation = 1ms;
        constexpr auto everything = [](tcp::socket socket, timers within) -> awaitable<base::error> {
            whole_way way;
            const auto gone = co_await go(std::move(socket), within, "right", way);
            co_return gone ? base::error{} : gone.error();
        };
        const auto failed = run_coroutine(context, everything(std::move(pair.near), limits));
        EXPECT_EQ(failed.code, errc::timed_out) << int{unanswered} << ": " << failed.message;
        EXPECT_EQ(failed.where, where) << int{unanswered};
    }
}

TEST(ssh_link_faults, libcrypto_failing_at_any_call_is_an_error_of_ours_and_ends_the_link) {
    constexpr auto everything = [](tcp::socket socket, ssh_peer& server, const ssh_wire::failing_libcrypto& one,
                                   std::uint64_t& calls) -> awaitable<std::optional<base::error>> {
        whole_way way;
        const auto gone = co_await go(std::move(socket), {}, "right", way);
        if (!gone) co_return gone.error();
        (void)way.channel->write("question");
        server.send(ssh_wire::data_message(0, "hello"));
        EXPECT_TRUE(co_await until(
            [&] { return way.listener.end || (way.listener.heard == "hello" && server.data == "question"); }));
        calls = one.calls();
        co_return way.listener.end;
    };
    std::uint64_t calls = 100;  // in a run that does not fail, without the goodbye
    for (std::uint64_t fatal = 0; fatal <= calls; ++fatal) {
        asio::io_context context{1};
        loopback_pair pair{context};
        ssh_peer peer{std::move(pair.far)};
        const ssh_wire::failing_libcrypto one(fatal);
        std::uint64_t until_the_end = 0;
        const auto failed = run_coroutine(context, everything(std::move(pair.near), peer, one, until_the_end));
        if (fatal == 0) {
            ASSERT_FALSE(failed) << failed->message;
            ASSERT_GT(std::exchange(calls, until_the_end), 99U);
            continue;
        }
        // Where the failure makes a check fail, the check has the word.
        ASSERT_TRUE(failed) << one.failed() << " at call " << fatal;
        EXPECT_TRUE(failed->code == crypto::errc::crypto_failure || failed->code == errc::handshake_failed)
            << one.failed() << ": " << failed->message;
    }
}

struct ssh_core_test : ssh_link_test {
    /// Logged in, with a channel that is listened to; `server` answers every question once more.
    static awaitable<void> talk(tcp::socket socket, ssh_peer& server, asio::steady_timer::duration key_time) {
        const auto core = std::make_shared<ssh_core>(std::move(socket), ssh::options{}, key_time);
        EXPECT_TRUE(co_await core->next_event(base::phase::ssh));
        EXPECT_TRUE(core->machine().accept_host_key());
        const auto who = by_password("right");
        std::deque<std::unique_ptr<ssh_channel>> none;
        EXPECT_TRUE(co_await ssh_login(*core, who, nullptr, none));
        core->start();
        {
            recorder listener;
            ssh_channel channel(core);
            EXPECT_TRUE(co_await channel.open_sftp());
            channel.listen(listener);
            std::string expected;
            for (int i = 0; i < 5; ++i) {
                // While keys are exchanged nothing is taken.
                std::string_view left = "question";
                EXPECT_TRUE(co_await until([&] {
                    left.remove_prefix(channel.write(left));
                    return left.empty();
                }));
                server.send(ssh_wire::data_message(0, "answer"));
                expected += "answer";
                EXPECT_TRUE(co_await until([&] { return listener.heard == expected; }));
            }
            EXPECT_TRUE(co_await until([&] { return server.data.size() == 5 * std::string_view("question").size(); }));
            EXPECT_FALSE(listener.end);
        }
        core->stop();
    }
    static awaitable<int> talk_to_the_end(tcp::socket socket, ssh_peer& server, asio::steady_timer::duration key_time) {
        co_await talk(std::move(socket), server, key_time);
        co_return 0;
    }
};

TEST_F(ssh_core_test, changes_keys_that_are_too_old_and_loses_nothing) {
    run_coroutine(context, talk_to_the_end(std::move(pair.near), peer, 0s));
    EXPECT_GE(peer.server().exchanges(), 3U);
}

TEST_F(ssh_core_test, keeps_keys_that_are_young) {
    run_coroutine(context, talk_to_the_end(std::move(pair.near), peer, 1h));
    EXPECT_EQ(peer.server().exchanges(), 1U);
}

}  // namespace
}  // namespace gangway::net
