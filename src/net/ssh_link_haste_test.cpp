// What goes out before it is asked for.
#include "loopback.hpp"
#include "run_coroutine.hpp"
#include "testing/ssh_peer.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/ssh_link.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/read.hpp>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

namespace gangway::net {
namespace {

using gangway::net::testing::ssh_peer;
namespace msg = ssh::msg;
namespace ssh_wire = ssh::testing_support;

/// The first octets that come, and then hangs up.
awaitable<std::string> first_words(tcp::socket& far) {
    std::string heard(11, '\0');
    heard.resize(co_await asio::async_read(far, asio::buffer(heard), asio::use_awaitable));
    far.close();
    co_return heard;
}

awaitable<base::error> failure_to_open(tcp::socket near) {
    const auto link = co_await ssh_link::open(std::move(near), {}, {});
    co_return link ? base::error{} : link.error();
}

awaitable<std::string> said_to_a_silent_server(tcp::socket near, tcp::socket& far) {
    using namespace asio::experimental::awaitable_operators;
    auto [heard, failed] = co_await (first_words(far) && failure_to_open(std::move(near)));
    EXPECT_EQ(failed.code, errc::connection_lost) << failed.message;
    co_return heard;
}

TEST(ssh_link_greeting, says_who_we_are_before_the_server_does) {
    asio::io_context context{1};
    loopback_pair pair{context};
    EXPECT_EQ(run_coroutine(context, said_to_a_silent_server(std::move(pair.near), pair.far)), "SSH-2.0-Gan");
}

/// Logs in with a key, to a server that names itself like this.
struct key_login {
    explicit key_login(std::string software)
        : peer(std::move(pair.far), {.identification = "SSH-2.0-" + std::move(software)}) {}

    base::result<void> run(std::optional<std::string> password = {}) {
        constexpr auto work = [](tcp::socket socket, std::optional<std::string> second) -> async_result<void> {
            const auto link = co_await ssh_link::open(std::move(socket), {}, {});
            if (!link) co_return std::unexpected(link.error());
            model::credentials who{.username = "ada"};
            if (second) who.password = base::secret(*second);
            const auto done = co_await (*link)->login(who, &ssh_wire::test_key("ed25519"));
            if (!done) co_return std::unexpected(done.error());
            const auto channel = co_await (*link)->open_sftp();
            if (!channel) co_return std::unexpected(channel.error());
            co_return base::result<void>{};
        };
        return run_coroutine(context, work(std::move(pair.near), std::move(password)));
    }

    asio::io_context context{1};
    loopback_pair pair{context};
    ssh_peer peer;
};

TEST(ssh_link_key_login, asks_openssh_for_the_channel_together_with_the_proof) {
    key_login login{"OpenSSH_9.2p1"};
    int asked = -1;
    login.peer.answers[msg::channel_open] = [&, willing = login.peer.answers[msg::channel_open]](auto payload) {
        asked = login.peer.heard[msg::userauth_request];
        login.peer.send(ssh_wire::auth_success());
        willing(payload);
    };
    login.peer.answers.erase(msg::userauth_request);
    const auto done = login.run();
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(login.peer.heard[msg::channel_open], 1);
}

TEST(ssh_link_key_login, asks_others_for_the_channel_only_when_logged_in) {
    key_login login{"Other_1.0"};
    login.peer.answers[msg::userauth_request] = [&](auto) {
        EXPECT_EQ(login.peer.heard[msg::channel_open], 0);
        login.peer.send(ssh_wire::auth_success());
    };
    EXPECT_TRUE(login.run());
    EXPECT_EQ(login.peer.heard[msg::channel_open], 1);
}

TEST(ssh_link_key_login, asks_again_for_the_channel_when_the_key_was_only_the_first_step) {
    key_login login{"OpenSSH_9.2p1"};
    login.peer.answers[msg::userauth_request] = [&, steps = 0](auto) mutable {
        login.peer.send(steps++ == 0 ? ssh_wire::auth_failure("password", true) : ssh_wire::auth_success());
    };
    login.peer.answers[msg::channel_open] = [&, willing = login.peer.answers[msg::channel_open]](auto payload) {
        if (login.peer.heard[msg::userauth_request] == 2) return willing(payload);
        auto unimplemented = ssh_wire::one(msg::unimplemented);
        base::byte_writer(unimplemented).u32(6);
        login.peer.send(unimplemented);
    };
    const auto done = login.run("right");
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_EQ(login.peer.heard[msg::channel_open], 2);
}

}  // namespace
}  // namespace gangway::net
