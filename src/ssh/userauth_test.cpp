#include "userauth.hpp"

#include "message_numbers.hpp"
#include "testing/dialogue.hpp"
#include "testing/hex.hpp"
#include "wire.hpp"

#include <gangway/crypto/sign.hpp>
#include <gangway/ssh/errors.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gangway::ssh {
namespace {

using namespace testing_support;

struct recorder final : outbox {
    void send_pieces(std::span<const std::string_view> pieces) override {
        auto& payload = sent.emplace_back();
        for (const auto piece : pieces)
            payload += piece;
    }
    std::size_t room() const noexcept override { return 1 << 20; }
    std::vector<std::string> sent;
};

struct login_room {
    recorder out;
    userauth login{out, limits{}};

    login_room() {
        login.begin();
        (void)take(service_accept());
        out.sent.clear();
    }
    base::result<std::optional<event>> take(std::string_view payload) {
        bool known = true;
        return login.receive(payload, known);
    }
    template <class Event>
    bool yields(std::string_view payload) {
        auto news = take(payload);
        return news && *news && std::holds_alternative<Event>(**news);
    }
    bool refuses(std::string_view payload, errc code = errc::protocol_error) {
        const auto news = take(payload);
        return !news && news.error().code == code;
    }
};

std::string questions(const std::vector<std::pair<std::string, bool>>& prompts, std::string_view name = "name",
                      std::string_view instruction = "instruction") {
    auto payload = one(msg::userauth_info_request);
    base::byte_writer out(payload);
    out.string(name);
    out.string(instruction);
    out.string("");
    out.u32(static_cast<std::uint32_t>(prompts.size()));
    for (const auto& [text, echo] : prompts) {
        out.string(text);
        out.u8(echo ? 1 : 0);
    }
    return payload;
}

std::string pk_ok(std::string_view algorithm, std::string_view blob) {
    auto payload = one(msg::userauth_pk_ok);
    base::byte_writer out(payload);
    out.string(algorithm);
    out.string(blob);
    return payload;
}

std::string banner(std::string_view text) {
    auto payload = one(msg::userauth_banner);
    base::byte_writer out(payload);
    out.string(text);
    out.string("en");
    return payload;
}

std::string head(std::string_view method) {
    std::string payload = from_hex("32000000047573657200") + from_hex("00000e") + "ssh-connection";
    base::byte_writer(payload).string(method);
    return payload;
}

// RFC 4252 sections 5.2, 7 and 8, RFC 4256 section 3, octet by octet.
TEST(userauth, writes_requests_as_the_rfcs_show) {
    login_room none;
    ASSERT_TRUE(none.login.none("user"));
    EXPECT_EQ(to_hex(none.out.sent.at(0)), to_hex(head("none")));
    login_room password;
    ASSERT_TRUE(password.login.password("user", "pw"));
    EXPECT_EQ(to_hex(password.out.sent.at(0)), to_hex(head("password")) + "00000000027077");
    login_room query;
    ASSERT_TRUE(query.login.query_key("user", "ssh-ed25519", "blob"));
    EXPECT_EQ(to_hex(query.out.sent.at(0)), to_hex(head("publickey")) +
                                                "000000000b7373682d656432353531390000000462"
                                                "6c6f62");
    login_room sign;
    ASSERT_TRUE(sign.login.sign_in("user", "ssh-ed25519", "blob", "signature"));
    EXPECT_EQ(to_hex(sign.out.sent.at(0)),
              to_hex(head("publickey")) + "010000000b7373682d6564323535313900000004626c6f62000000097369676e6174757265");
    EXPECT_EQ(
        to_hex(userauth::octets_to_sign("session", "user", "ssh-ed25519", "blob")),
        "0000000773657373696f6e" + to_hex(head("publickey")) + "010000000b7373682d6564323535313900000004626c6f62");
    login_room interactive;
    ASSERT_TRUE(interactive.login.interactive("user"));
    EXPECT_EQ(to_hex(interactive.out.sent.at(0)), to_hex(head("keyboard-interactive")) + "0000000000000000");
}

TEST(userauth, tells_what_the_server_would_take_instead) {
    login_room room;
    ASSERT_TRUE(room.login.none("user"));
    const auto news = room.take(auth_failure("publickey,password", true));
    ASSERT_TRUE(news && *news);
    const auto& refused = std::get<login_refused>(**news);
    EXPECT_EQ(refused.methods, (std::vector<std::string>{"publickey", "password"}));
    EXPECT_TRUE(refused.partial);
    EXPECT_TRUE(room.login.password("user", "pw"));
}

TEST(userauth, makes_one_request_at_a_time_and_none_after_success) {
    login_room room;
    ASSERT_TRUE(room.login.none("user"));
    EXPECT_FALSE(room.login.password("user", "pw"));
    EXPECT_TRUE(room.yields<login_succeeded>(auth_success()));
    EXPECT_TRUE(room.login.succeeded());
    EXPECT_FALSE(room.login.password("user", "pw"));
    EXPECT_EQ(room.out.sent.size(), 1U);
}

TEST(userauth, may_send_the_first_request_before_the_service_is_accepted) {
    recorder out;
    userauth login(out, limits{});
    bool known = true;
    EXPECT_FALSE(login.none("user"));
    login.begin();
    EXPECT_TRUE(login.none("user"));
    EXPECT_EQ(out.sent.size(), 2U);
    EXPECT_TRUE(login.receive(service_accept(), known));
    EXPECT_TRUE(login.receive(auth_success(), known));
    EXPECT_TRUE(login.succeeded());
}

TEST(userauth, takes_no_answer_before_the_service_is_accepted) {
    for (const auto& answer : {auth_success(), auth_failure("x"), questions({})}) {
        recorder out;
        userauth login(out, limits{});
        login.begin();
        (void)login.interactive("user");
        bool known = true;
        EXPECT_FALSE(login.receive(answer, known));
        EXPECT_FALSE(login.succeeded());
    }
}

TEST(userauth, refuses_success_that_nothing_has_earned) {
    login_room unasked;
    EXPECT_TRUE(unasked.refuses(auth_success()));
    login_room queried;
    ASSERT_TRUE(queried.login.query_key("user", "ssh-ed25519", "blob"));
    EXPECT_TRUE(queried.refuses(auth_success()));
    login_room asked;
    ASSERT_TRUE(asked.login.interactive("user"));
    ASSERT_TRUE(asked.yields<prompts_received>(questions({{"Password: ", false}})));
    EXPECT_TRUE(asked.refuses(auth_success()));
    EXPECT_FALSE(asked.login.succeeded());
}

TEST(userauth, refuses_answers_that_nobody_asked_for) {
    for (const auto& answer : {auth_failure("password"), questions({}), pk_ok("a", "b"), service_accept(),
                               one(msg::userauth_request), one(msg::userauth_info_response)}) {
        login_room room;
        EXPECT_TRUE(room.refuses(answer));
    }
}

TEST(userauth, takes_pk_ok_for_the_queried_key_only) {
    for (const auto& [algorithm, blob, good] : {std::tuple{"ssh-ed25519", "blob", true},
                                                {"ssh-rsa", "blob", false},
                                                {"ssh-ed25519", "other", false},
                                                {"", "", false}}) {
        login_room room;
        ASSERT_TRUE(room.login.query_key("user", "ssh-ed25519", "blob"));
        EXPECT_EQ(room.yields<key_acceptable>(pk_ok(algorithm, blob)), good);
    }
}

TEST(userauth, refuses_messages_that_are_cut_off_or_have_more) {
    const auto expect_strict = [](auto ask, const std::string& whole) {
        for (std::size_t size = 1; size <= whole.size() + 1; ++size) {
            if (size == whole.size()) continue;
            login_room room;
            ask(room.login);
            EXPECT_TRUE(room.refuses((whole + "x").substr(0, size))) << size;
        }
    };
    expect_strict([](userauth& login) { (void)login.none("user"); }, auth_failure("a,b"));
    expect_strict([](userauth& login) { (void)login.query_key("user", "a", "b"); }, pk_ok("a", "b"));
    expect_strict([](userauth& login) { (void)login.interactive("user"); }, questions({{"one", true}, {"two", false}}));
    expect_strict([](userauth&) {}, banner("text"));
    login_room room;
    (void)room.login.none("user");
    EXPECT_TRUE(room.refuses(auth_success() + "x"));
}

TEST(userauth, never_gives_a_new_password) {
    login_room room;
    ASSERT_TRUE(room.login.password("user", "pw"));
    const auto news = room.take(one(msg::userauth_passwd_changereq, std::string(8, '\0')));
    ASSERT_TRUE(news && *news);
    EXPECT_TRUE(std::get<login_refused>(**news).password_expired);
    EXPECT_EQ(room.out.sent.size(), 1U);
}

TEST(userauth, stops_after_twenty_requests) {
    login_room room;
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(room.login.password("user", "pw"));
        ASSERT_TRUE(room.yields<login_refused>(auth_failure("password", i % 2 == 0)));
    }
    const auto more = room.login.password("user", "pw");
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, errc::limit_exceeded);
}

TEST(userauth, keeps_the_first_8_kib_of_banners) {
    login_room room;
    EXPECT_EQ(room.take(banner("Welcome.\n")).value(), std::nullopt);
    EXPECT_EQ(room.login.banner(), "Welcome.\n");
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(room.take(banner(std::string(30'000, 'x'))));
    EXPECT_EQ(room.login.banner().size(), 8192U);
}

TEST(keyboard_interactive, answers_as_the_rfc_shows) {
    login_room room;
    ASSERT_TRUE(room.login.interactive("user"));
    const auto payload = questions({{"Password: ", false}, {"Token: ", true}});
    const auto news = room.take(payload);
    ASSERT_TRUE(news && *news);
    const auto& asked = std::get<prompts_received>(**news);
    EXPECT_EQ(asked.name, "name");
    EXPECT_EQ(asked.instruction, "instruction");
    ASSERT_EQ(asked.prompts.size(), 2U);
    EXPECT_EQ(asked.prompts[0].text, "Password: ");
    EXPECT_FALSE(asked.prompts[0].echo);
    EXPECT_TRUE(asked.prompts[1].echo);

    std::vector<base::secret> answers;
    EXPECT_FALSE(room.login.answer(answers)) << "two answers are due";
    answers.emplace_back("secret");
    answers.emplace_back("");
    ASSERT_TRUE(room.login.answer(answers));
    EXPECT_EQ(to_hex(room.out.sent.back()),
              "3d00000002000000067365637265740000"
              "0000");
    EXPECT_FALSE(room.login.answer(answers)) << "and once";
    EXPECT_TRUE(room.yields<login_succeeded>(auth_success()));
}

TEST(keyboard_interactive, with_no_questions_is_answered_all_the_same) {
    login_room room;
    ASSERT_TRUE(room.login.interactive("user"));
    ASSERT_TRUE(room.yields<prompts_received>(questions({})));
    ASSERT_TRUE(room.login.answer({}));
    EXPECT_EQ(to_hex(room.out.sent.back()), "3d00000000");
}

TEST(keyboard_interactive, is_bounded_in_rounds_questions_and_text) {
    login_room rounds;
    ASSERT_TRUE(rounds.login.interactive("user"));
    for (int i = 0; i < 8; ++i) {
        ASSERT_TRUE(rounds.yields<prompts_received>(questions({})));
        ASSERT_TRUE(rounds.login.answer({}));
    }
    EXPECT_TRUE(rounds.refuses(questions({}), errc::limit_exceeded));

    const auto refused = [](const std::string& payload) {
        login_room room;
        (void)room.login.interactive("user");
        return room.refuses(payload, errc::limit_exceeded);
    };
    const std::string longest(1024, 'x');
    EXPECT_FALSE(refused(questions({{longest, true}}, longest, longest)));
    EXPECT_TRUE(refused(questions({{longest + "x", true}})));
    EXPECT_TRUE(refused(questions({}, longest + "x")));
    EXPECT_TRUE(refused(questions({}, "", longest + "x")));
    EXPECT_FALSE(refused(questions(std::vector(16, std::pair(std::string("q"), true)))));
    EXPECT_TRUE(refused(questions(std::vector(17, std::pair(std::string("q"), true)))));
    auto endless = questions({});
    endless.replace(endless.size() - 4, 4, "\xff\xff\xff\xff");
    EXPECT_TRUE(refused(endless));
}

TEST(userauth, refuses_credentials_that_are_too_long_for_it) {
    login_room room;
    EXPECT_FALSE(room.login.password(std::string(1025, 'u'), "pw"));
    EXPECT_FALSE(room.login.password("user", std::string(1025, 'p')));
    EXPECT_TRUE(room.out.sent.empty());
    EXPECT_TRUE(room.login.password(std::string(1024, 'u'), std::string(1024, 'p')));
}

TEST(public_key_login, signs_the_session_of_this_connection) {
    dialogue talk;
    talk.exchange_keys();
    talk.server.send(service_accept());
    talk.run();
    const auto& key = test_key("ed25519");
    const auto octets = talk.machine.octets_to_sign("user", "ssh-ed25519", key.public_blob());
    base::byte_reader in(octets);
    EXPECT_EQ(in.string(), talk.server.session_id());
    const auto signature = crypto::sign(key, "ssh-ed25519", octets).value();
    ASSERT_TRUE(talk.machine.login_with_key("user", "ssh-ed25519", key.public_blob(), signature));
    talk.server.send(auth_success());
    talk.run();
    EXPECT_TRUE(talk.saw<login_succeeded>());
    ASSERT_EQ(talk.received(msg::userauth_request).size(), 1U);
    EXPECT_TRUE(talk.received(msg::userauth_request)[0].ends_with(signature));
}

}  // namespace
}  // namespace gangway::ssh
