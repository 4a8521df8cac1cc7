#include "login.hpp"

#include <gangway/crypto/errors.hpp>
#include <gangway/net/errors.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <exception>

namespace gangway::cli {
namespace {

using ::testing::ElementsAre;

constexpr auto shown_key = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Answers connections from a script and notes what each one offered, e.g. "key:a password pin expected".
class scripted_dialer final : public dialer {
  public:
    [[nodiscard]] net::async_result<net::sftp_connection> dial(model::credentials who, net::first_contact unknown,
                                                               std::optional<model::fingerprint> expected) override {
        std::string offered;
        if (who.agent) offered += "agent ";
        if (who.key) offered += "key:" + std::string{who.key->text.view()} + " ";
        if (who.password) offered += "password:" + std::string{who.password->view()} + " ";
        offered += unknown == net::first_contact::pin ? "pin" : "refuse";
        if (expected) offered += " expected";
        offers.push_back(std::move(offered));
        if (answers.empty()) co_return base::fail(net::errc::timed_out, base::phase::tcp, "the script is over");
        auto answer = std::move(answers.front());
        answers.pop_front();
        if (answer) co_return std::unexpected(std::move(*answer));
        co_return net::sftp_connection{};
    }

    std::deque<std::optional<base::error>> answers{};  ///< nothing: logged in
    std::vector<std::string> offers{};
};

class scripted_person final : public person {
  public:
    [[nodiscard]] bool present() const noexcept override { return there; }
    [[nodiscard]] net::awaitable<std::optional<base::secret>> ask_hidden(std::string question) override {
        questions.push_back(std::move(question));
        if (typed.empty()) co_return std::nullopt;
        base::secret answer{typed.front()};
        typed.pop_front();
        co_return std::move(answer);
    }
    [[nodiscard]] net::awaitable<bool> confirm(std::string question) override {
        questions.push_back(std::move(question));
        co_return trusts;
    }

    bool there = true;
    bool trusts = true;
    std::deque<std::string> typed{};
    std::vector<std::string> questions{};
};

std::optional<base::error> refused(std::string methods) {
    return base::error{net::errc::auth_failed, base::phase::auth, "refused"}.with("methods", std::move(methods));
}
std::optional<base::error> unknown_host() {
    return base::error{net::errc::host_key_unknown, base::phase::hostkey, "unknown"}.with("presentedFingerprint",
                                                                                          shown_key);
}
constexpr std::nullopt_t logged_in = std::nullopt;

identity key(std::string text) {
    return {.file = "/home/a/.ssh/" + text, .text = base::secret{text}, .encrypted = false, .required = false};
}
identity locked_key(bool required) {
    // Not a key: it stays locked whatever is typed.
    return {.file = "/home/a/.ssh/locked", .text = base::secret{"locked"}, .encrypted = true, .required = required};
}

template <class... Keys>
login_means with_keys(Keys... keys) {
    login_means means{.username = "alice"};
    (means.identities.push_back(std::move(keys)), ...);
    return means;
}

class login_test : public ::testing::Test {
  protected:
    /// Nothing if the login succeeded.
    std::optional<base::error> run(login_means means) {
        asio_context io;
        std::optional<base::error> failure;
        auto work = attempt(std::move(means), failure);
        net::asio::co_spawn(io, std::move(work), [](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
        io.run();
        return failure;
    }

    scripted_dialer dial;
    scripted_person asked;

  private:
    using asio_context = net::asio::io_context;
    net::awaitable<void> attempt(login_means means, std::optional<base::error>& failure) {
        const model::endpoint server{model::host::parse("example.com").value(), 22};
        const auto connection = co_await log_in(dial, asked, server, std::move(means));
        if (!connection) failure = connection.error();
    }
};

TEST_F(login_test, first_key_that_is_accepted_ends_it) {
    dial.answers = {refused("publickey"), logged_in};
    EXPECT_FALSE(run(with_keys(key("a"), key("b"), key("c"))));
    EXPECT_THAT(dial.offers, ElementsAre("key:a refuse", "key:b refuse"));
    EXPECT_TRUE(asked.questions.empty());
}

TEST_F(login_test, agent_comes_before_keys) {
    dial.answers = {refused("publickey"), logged_in};
    auto means = with_keys(key("a"));
    means.agent = true;
    EXPECT_FALSE(run(std::move(means)));
    EXPECT_THAT(dial.offers, ElementsAre("agent refuse", "key:a refuse"));
}

TEST_F(login_test, other_errors_end_it_at_once) {
    dial.answers = {base::error{net::errc::host_key_mismatch, base::phase::hostkey, "other key"}};
    const auto failure = run(with_keys(key("a"), key("b")));
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, net::errc::host_key_mismatch);
    EXPECT_EQ(dial.offers.size(), 1U);
}

TEST_F(login_test, accepted_unknown_key_is_the_only_one_that_is_pinned) {
    dial.answers = {unknown_host(), logged_in};
    EXPECT_FALSE(run(with_keys(key("a"))));
    EXPECT_THAT(dial.offers, ElementsAre("key:a refuse", "key:a pin expected"));
    ASSERT_EQ(asked.questions.size(), 1U);
    EXPECT_TRUE(asked.questions[0].contains(shown_key));
    EXPECT_TRUE(asked.questions[0].contains("example.com:22"));
}

TEST_F(login_test, question_about_the_host_is_asked_once) {
    dial.answers = {unknown_host(), refused("publickey"), refused("publickey")};
    EXPECT_TRUE(run(with_keys(key("a"), key("b"))));
    EXPECT_THAT(dial.offers, ElementsAre("key:a refuse", "key:a pin expected", "key:b pin expected"));
    EXPECT_EQ(asked.questions.size(), 1U);
}

TEST_F(login_test, declined_unknown_key_sends_nothing_more) {
    dial.answers = {unknown_host()};
    asked.trusts = false;
    const auto failure = run(with_keys(key("a"), key("b")));
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, net::errc::host_key_unknown);
    EXPECT_EQ(dial.offers.size(), 1U);
}

TEST_F(login_test, without_a_person_an_unknown_key_is_refused) {
    dial.answers = {unknown_host()};
    asked.there = false;
    EXPECT_EQ(run(with_keys(key("a")))->code, net::errc::host_key_unknown);
    EXPECT_EQ(dial.offers.size(), 1U);
}

TEST_F(login_test, accept_new_pins_without_a_question) {
    dial.answers = {logged_in};
    auto means = with_keys(key("a"));
    means.accept_new = true;
    EXPECT_FALSE(run(std::move(means)));
    EXPECT_THAT(dial.offers, ElementsAre("key:a pin"));
}

TEST_F(login_test, password_is_asked_for_after_the_keys_where_the_server_takes_one) {
    dial.answers = {refused("publickey, password"), logged_in};
    asked.typed = {"secret"};
    EXPECT_FALSE(run(with_keys(key("a"))));
    EXPECT_THAT(dial.offers, ElementsAre("key:a refuse", "password:secret refuse"));
    EXPECT_THAT(asked.questions, ElementsAre("Password of alice on example.com:22: "));
}

TEST_F(login_test, password_is_not_asked_for_where_the_server_takes_none) {
    dial.answers = {refused("publickey")};
    EXPECT_TRUE(run(with_keys(key("a"))));
    EXPECT_TRUE(asked.questions.empty());
}

TEST_F(login_test, without_any_key_a_bare_connection_shows_that_a_password_is_wanted) {
    dial.answers = {refused("keyboard-interactive"), logged_in};
    asked.typed = {"secret"};
    EXPECT_FALSE(run(with_keys()));
    EXPECT_THAT(dial.offers, ElementsAre("refuse", "password:secret refuse"));
}

TEST_F(login_test, password_as_the_second_step_goes_with_the_key_that_was_right) {
    // b is the right key of a server that wants publickey and then a password.
    dial.answers = {refused("publickey"), refused("password"), refused("publickey"), logged_in};
    asked.typed = {"secret"};
    EXPECT_FALSE(run(with_keys(key("a"), key("b"))));
    EXPECT_THAT(dial.offers,
                ElementsAre("key:a refuse", "key:b refuse", "password:secret refuse", "key:b password:secret refuse"));
}

TEST_F(login_test, three_wrong_passwords_are_enough) {
    dial.answers.assign(5, refused("password"));
    asked.typed = {"one", "two", "three", "four"};
    EXPECT_EQ(run(with_keys())->code, net::errc::auth_failed);
    EXPECT_THAT(dial.offers,
                ElementsAre("refuse", "password:one refuse", "password:two refuse", "password:three refuse"));
}

TEST_F(login_test, person_who_types_nothing_ends_it) {
    dial.answers = {refused("password")};
    asked.typed = {""};
    EXPECT_EQ(run(with_keys())->code, net::errc::auth_failed);
    EXPECT_EQ(dial.offers.size(), 1U);
}

TEST_F(login_test, given_password_is_the_second_step_of_keys_and_then_stands_alone) {
    dial.answers = {refused("publickey, password"), logged_in};
    auto means = with_keys(key("a"));
    means.password = base::secret{"given"};
    EXPECT_FALSE(run(std::move(means)));
    EXPECT_THAT(dial.offers, ElementsAre("key:a password:given refuse", "password:given refuse"));
}

TEST_F(login_test, given_password_that_is_wrong_is_tried_once_and_nobody_is_asked) {
    dial.answers.assign(5, refused("password"));
    auto means = with_keys();
    means.password = base::secret{"given"};
    EXPECT_EQ(run(std::move(means))->code, net::errc::auth_failed);
    EXPECT_THAT(dial.offers, ElementsAre("password:given refuse"));
    EXPECT_TRUE(asked.questions.empty());
}

TEST_F(login_test, encrypted_key_without_a_person_fails_only_if_it_was_chosen) {
    asked.there = false;
    EXPECT_EQ(run(with_keys(locked_key(true)))->code, crypto::errc::passphrase_missing);
    EXPECT_TRUE(dial.offers.empty());
    dial.answers = {logged_in};
    EXPECT_FALSE(run(with_keys(locked_key(false), key("b"))));
    EXPECT_THAT(dial.offers, ElementsAre("key:b refuse"));
}

TEST_F(login_test, when_every_key_is_passed_over_the_server_is_still_asked) {
    asked.there = false;
    dial.answers = {refused("publickey")};
    EXPECT_EQ(run(with_keys(locked_key(false)))->code, net::errc::auth_failed);
    EXPECT_THAT(dial.offers, ElementsAre("refuse"));
}

}  // namespace
}  // namespace gangway::cli
