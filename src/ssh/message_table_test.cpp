#include "testing/dialogue.hpp"

#include <gangway/ssh/errors.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace gangway::ssh {
namespace {

using namespace testing_support;

/// The states a client can be in when a message arrives.
enum class state {
    awaiting_kexinit,
    awaiting_reply,
    awaiting_newkeys,
    keyed,
    login_asked,
    prompted,
    logged_in,
    channel_opening,
    channel_open,
    channel_closing,
    rekeying,
    server_rekeying,
    last = server_rekeying,
};

constexpr state first_after_keys = state::keyed;

std::unique_ptr<dialogue> in(state where, bool strict, const std::string& message) {
    server_script script{.strict = strict};
    if (where == state::awaiting_kexinit) script.before_kexinit = {message};
    if (where == state::awaiting_reply) script.before_reply = {message};
    if (where == state::awaiting_newkeys) script.before_newkeys = {message};
    auto talk = std::make_unique<dialogue>(script);
    if (where < first_after_keys) {
        talk->run();
        (void)talk->machine.accept_host_key();
        return talk;
    }
    if (where < state::logged_in) {
        talk->exchange_keys();
        talk->server.send(service_accept());
        talk->run();
        if (where != state::keyed) (void)talk->machine.login_interactively("user");
        if (where == state::prompted) talk->server.send(one(msg::userauth_info_request, std::string(16, '\0')));
        talk->run();
    } else {
        talk->log_in();
        if (where == state::channel_opening) (void)talk->machine.open_session();
        if (where == state::channel_open || where == state::channel_closing) (void)talk->open_channel();
        if (where == state::channel_closing) talk->machine.close(0);
        talk->run();
        if (where == state::rekeying) talk->machine.rekey();
        if (where == state::server_rekeying) {
            talk->server.rekey(script);
            const auto kexinit = talk->server.take_output();
            std::copy_n(kexinit.begin(), kexinit.size(), talk->machine.receive_space().begin());
            talk->machine.received(kexinit.size());
            (void)talk->machine.next();
        }
    }
    talk->server.send(message);
    return talk;
}

/// Whatever number comes in whatever state: it is taken, answered with UNIMPLEMENTED, or ends the connection with a
/// typed error; nobody is logged in who was not, no channel opens by itself.
TEST(every_message_number, in_every_state_is_survived) {
    for (const bool strict : {true, false})
        for (int at = 0; at <= static_cast<int>(strict ? state::last : state::awaiting_newkeys); ++at)
            for (int number = 0; number < 256; ++number)
                for (const std::size_t size : {0U, 40U}) {
                    const auto message = one(static_cast<std::uint8_t>(number), std::string(size, '\0'));
                    const auto where = static_cast<state>(at);
                    const auto talk = in(where, strict, message);
                    talk->run();
                    if (talk->failure) {
                        EXPECT_EQ(talk->failure->code.category(), category());
                        EXPECT_TRUE(talk->machine.receive_space().empty());
                    }
                    if (where < state::login_asked) EXPECT_FALSE(talk->saw<login_succeeded>()) << at << ' ' << number;
                    if (where == state::prompted) EXPECT_FALSE(talk->saw<login_succeeded>()) << at << ' ' << number;
                    if (where != state::channel_opening)
                        EXPECT_FALSE(talk->saw<channel_opened>()) << at << ' ' << number;
                    if (strict && where < first_after_keys && number != msg::newkeys)
                        EXPECT_TRUE(talk->failure) << at << ' ' << number;
                }
}

}  // namespace
}  // namespace gangway::ssh
