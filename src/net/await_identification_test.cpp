#include "loopback.hpp"
#include "run_coroutine.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/identification.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/read.hpp>
#include <gtest/gtest.h>

#include <sys/resource.h>

namespace gangway::net {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view openssh = "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";

struct await_identification_test : testing::Test {
    /// Starts to wait, and goes as far as it can now.
    void start(std::chrono::milliseconds limit = 1h) {
        constexpr auto wait = [](tcp::socket& socket, std::chrono::milliseconds time,
                                 std::optional<base::result<identification>>& out) -> awaitable<void> {
            out.emplace(co_await await_identification(socket, time));
        };
        asio::co_spawn(
            context, wait(pair.near, limit, outcome),
            asio::bind_cancellation_slot(cancel.slot(), [this](std::exception_ptr thrown) { failure = thrown; }));
        go_on();
    }
    /// What is under way now.
    void go_on() {
        context.restart();
        context.poll();
    }
    void finish() {
        context.restart();
        context.run();
        ASSERT_TRUE(outcome);
    }
    errc refused() {
        EXPECT_FALSE(*outcome);
        EXPECT_EQ(outcome->error().where, base::phase::ssh);
        return static_cast<errc>(outcome->error().code.value());
    }
    /// What the SSH library would read next.
    std::string left_on_socket() {
        pair.far.shutdown(tcp::socket::shutdown_send);
        std::string octets;
        boost::system::error_code end;
        asio::read(pair.near, asio::dynamic_buffer(octets), end);
        return octets;
    }

    asio::io_context context{1};
    loopback_pair pair{context};
    asio::cancellation_signal cancel;
    std::optional<base::result<identification>> outcome;
    std::exception_ptr failure;
};

TEST_F(await_identification_test, line_is_found_and_left_on_the_socket) {
    pair.say(openssh);
    start();
    finish();
    EXPECT_EQ(outcome->value().software, "OpenSSH_9.2p1 Debian-2");
    EXPECT_EQ(left_on_socket(), openssh);
}

TEST_F(await_identification_test, lines_before_are_consumed_and_octets_behind_are_kept) {
    pair.say("Welcome\r\nto us\n" + std::string{openssh} + std::string("\0\0\x04\x8c", 4));
    start();
    finish();
    EXPECT_TRUE(*outcome);
    EXPECT_EQ(left_on_socket(), std::string{openssh} + std::string("\0\0\x04\x8c", 4));
}

TEST_F(await_identification_test, octets_one_by_one_are_put_together) {
    start();
    const auto octets = "first\r\nsecond\n" + std::string{openssh};
    for (const char octet : octets) {
        EXPECT_FALSE(outcome);
        pair.say({&octet, 1});
        go_on();
    }
    finish();
    EXPECT_EQ(outcome->value().line, openssh.substr(0, openssh.size() - 2));
    EXPECT_EQ(left_on_socket(), openssh);
}

TEST_F(await_identification_test, incomplete_line_is_not_looked_at_again_and_again) {
    pair.say("SSH-2.0-slow");
    start();
    context.restart();
    EXPECT_LT(context.run_for(30ms), 10U);  // as often as every millisecond without the mark
    EXPECT_FALSE(outcome);
    pair.say("er\r\n");
    finish();
    EXPECT_EQ(outcome->value().software, "slower");
}

TEST_F(await_identification_test, socket_is_readable_from_one_octet_again_afterwards) {
    pair.say("SSH-2.0-");
    start();
    pair.say("x\r\n");
    finish();
    int mark = 0;
    ::socklen_t size = sizeof mark;
    ASSERT_EQ(::getsockopt(pair.near.native_handle(), SOL_SOCKET, SO_RCVLOWAT, &mark, &size), 0);
    EXPECT_EQ(mark, 1);
}

TEST_F(await_identification_test, server_that_hangs_up_without_a_word_is_lost) {
    pair.far.close();
    start();
    finish();
    EXPECT_EQ(refused(), errc::connection_lost);
}

TEST_F(await_identification_test, server_that_hangs_up_in_its_line_is_lost) {
    pair.say("SSH-2.0-Open");
    start();
    pair.far.close();
    finish();
    EXPECT_EQ(refused(), errc::connection_lost);
}

TEST_F(await_identification_test, server_that_resets_the_connection_is_lost) {
    start();
    pair.far.set_option(asio::socket_base::linger{true, 0});
    pair.far.close();
    finish();
    EXPECT_EQ(refused(), errc::connection_lost);
}

TEST_F(await_identification_test, server_that_says_something_else_and_hangs_up_is_not_ssh) {
    for (const auto* octets : {"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n", "\x15\x03\x01", "no line end"}) {
        loopback_pair other{context};
        other.say(octets);
        other.far.close();
        const auto found = run_coroutine(context, await_identification(other.near, 1h));
        ASSERT_FALSE(found) << octets;
        EXPECT_EQ(found.error().code, errc::not_ssh);
        EXPECT_FALSE(found.error().message.contains("nginx"));
    }
}

TEST_F(await_identification_test, server_beyond_the_limits_is_not_ssh_without_waiting_for_its_end) {
    for (const auto& octets : {std::string(10'000, 'x'), "SSH-2.0-" + std::string(300, 'x'), std::string(130, '\n'),
                               std::string{"SSH-1.5-Old\r\n"}}) {
        loopback_pair other{context};
        other.say(octets);
        EXPECT_EQ(run_coroutine(context, await_identification(other.near, 1h)).error().code, errc::not_ssh);
    }
}

TEST_F(await_identification_test, silent_server_times_out) {
    start(1ms);
    finish();
    EXPECT_EQ(refused(), errc::timed_out);
}

TEST_F(await_identification_test, server_that_dribbles_a_line_times_out) {
    pair.say("SSH-2.0-Ta");
    start(1ms);
    finish();
    EXPECT_EQ(refused(), errc::timed_out);
}

TEST_F(await_identification_test, server_that_greets_and_waits_for_us_is_not_ssh) {
    pair.say("220 ProFTPD Server ready\r\n");
    start(1ms);
    finish();
    EXPECT_EQ(refused(), errc::not_ssh);
    EXPECT_FALSE(outcome->error().message.contains("ProFTPD"));
}

TEST_F(await_identification_test, cancelled_wait_leaves_the_socket_open_and_the_octets_on_it) {
    pair.say("SSH-2.0-a");
    start();
    cancel.emit(asio::cancellation_type::terminal);
    go_on();
    EXPECT_TRUE(failure);
    EXPECT_TRUE(pair.near.is_open());
    EXPECT_EQ(left_on_socket(), "SSH-2.0-a");
}

/// Row A18: the processor time that a hostile server can cost.
TEST_F(await_identification_test, dribbling_to_the_limit_costs_little) {
    const auto spent = [] {
        ::rusage usage{};
        ::getrusage(RUSAGE_THREAD, &usage);
        return std::chrono::seconds{usage.ru_utime.tv_sec} + std::chrono::microseconds{usage.ru_utime.tv_usec};
    };
    pair.far.set_option(tcp::no_delay{true});
    start();
    const auto before = spent();
    for (int i = 0; i < 9000 && !outcome; ++i) {
        pair.say("x");
        go_on();
    }
    finish();
    EXPECT_EQ(refused(), errc::not_ssh);
    EXPECT_LT(spent() - before, 1s);  // some 50 ms, but many times that with a sanitizer
}

}  // namespace
}  // namespace gangway::net
