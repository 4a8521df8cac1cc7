#include "diffie_hellman.hpp"
#include "testing/dialogue.hpp"
#include "wire.hpp"

#include <gangway/ssh/errors.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace gangway::ssh {
namespace {

using namespace testing_support;

std::error_code outcome_of(server_script script) {
    dialogue talk(std::move(script));
    talk.run();
    EXPECT_TRUE(talk.failure || talk.saw<host_key_presented>());
    EXPECT_TRUE(talk.server.inbox.empty() || talk.server.inbox.front().front() == msg::disconnect);
    return talk.failure ? talk.failure->code : std::error_code();
}

class every_exchange : public testing::TestWithParam<std::string> {};

TEST_P(every_exchange, ends_in_keys_that_work) {
    dialogue talk({.key_exchange = GetParam()});
    talk.log_in();
    EXPECT_EQ(talk.machine.algorithms().key_exchange, GetParam());
}

TEST_P(every_exchange, in_which_the_signature_is_damaged_is_refused) {
    EXPECT_EQ(outcome_of({.key_exchange = GetParam(), .damage_signature = true}), errc::bad_signature);
}

TEST_P(every_exchange, with_a_message_of_another_method_is_refused) {
    for (const auto number : {30, 31, 32, 33, 34, 35, 49}) {
        const auto code =
            outcome_of({.key_exchange = GetParam(), .before_reply = {one(static_cast<std::uint8_t>(number))}});
        EXPECT_TRUE(code == errc::protocol_error || code == errc::key_exchange_failed) << number << code.message();
    }
}

INSTANTIATE_TEST_SUITE_P(key_exchange, every_exchange, testing::ValuesIn(default_algorithms().key_exchanges),
                         [](const auto& info) {
                             auto name = info.param;
                             std::ranges::replace_if(
                                 name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
                             return name;
                         });

class every_host_key : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(every_host_key, is_shown_before_anything_else_is_sent) {
    dialogue talk({.host_key = GetParam().first, .key = GetParam().second});
    talk.run();
    ASSERT_TRUE(talk.saw<host_key_presented>());
    EXPECT_EQ(talk.happened.front().text, key_type_of(GetParam().first));
    EXPECT_TRUE(talk.server.inbox.empty());
    EXPECT_TRUE(talk.machine.receive_space().empty());
}

INSTANTIATE_TEST_SUITE_P(key_exchange, every_host_key,
                         testing::Values(std::pair("ssh-ed25519", "ed25519"), std::pair("ecdsa-sha2-nistp256", "p256"),
                                         std::pair("ecdsa-sha2-nistp384", "p384"),
                                         std::pair("ecdsa-sha2-nistp521", "p521"), std::pair("rsa-sha2-512", "rsa"),
                                         std::pair("rsa-sha2-256", "rsa")));

TEST(key_exchange, with_a_key_of_another_type_than_agreed_is_refused) {
    EXPECT_EQ(outcome_of({.host_key = "ecdsa-sha2-nistp256", .key = "ed25519", .signing_key = "p256"}),
              errc::key_exchange_failed);
}

TEST(key_exchange, proved_by_another_key_of_the_same_type_is_refused) {
    EXPECT_EQ(outcome_of({.host_key = "rsa-sha2-512", .key = "rsa", .signing_key = "rsa1024.pem"}),
              errc::bad_signature);
}

TEST(key_exchange, with_a_small_rsa_key_is_refused) {
    EXPECT_EQ(outcome_of({.host_key = "rsa-sha2-512", .key = "rsa1024.pem"}), errc::key_exchange_failed);
}

TEST(key_exchange, with_an_unusable_public_value_is_refused) {
    for (const auto& value : {std::string(32, '\0'), "\x01" + std::string(31, '\0'), std::string(31, '\x09'),
                              std::string(33, '\x09'), std::string()})
        EXPECT_EQ(outcome_of({.key_exchange = "curve25519-sha256", .public_value = value}), errc::key_exchange_failed);
    for (const auto& value : {std::string(), "\x04" + std::string(64, '\x01'), std::string(1, '\0')})
        EXPECT_EQ(outcome_of({.key_exchange = "ecdh-sha2-nistp256", .public_value = value}), errc::key_exchange_failed);
    const auto prime = magnitude_of(fixed_group("group14").prime);
    for (const auto& value : {std::string(), std::string("\x01"), prime, prime + prime})
        for (const auto* method : {"diffie-hellman-group14-sha256", "diffie-hellman-group-exchange-sha256"})
            EXPECT_EQ(outcome_of({.key_exchange = method, .public_value = value}), errc::key_exchange_failed);
}

TEST(group_exchange, refuses_groups_that_are_too_small_too_large_or_none) {
    const auto prime = magnitude_of(fixed_group("group14").prime);
    auto even = prime;
    even.back() = static_cast<char>(even.back() & ~1);
    using group = std::pair<std::string, std::string>;
    for (const auto& offered : {group{std::string(127, '\xff'), "\x02"}, group{std::string(128, '\xff'), "\x02"},
                                group{std::string(2048, '\xff'), "\x02"}, group{even, "\x02"}, group{"", "\x02"},
                                group{prime, "\x01"}, group{prime, ""}, group{prime, prime}})
        EXPECT_EQ(outcome_of({.key_exchange = "diffie-hellman-group-exchange-sha256", .group = offered}),
                  errc::key_exchange_failed);
}

std::string prime_beside_group14() {
    auto beside = fixed_group("group14").prime;
    ::BN_add_word(beside.get(), 12);
    return magnitude_of(beside);
}

TEST(group_exchange, refuses_a_modulus_that_is_no_safe_prime) {
    EXPECT_EQ(outcome_of({.key_exchange = "diffie-hellman-group-exchange-sha256",
                          .group = std::pair(prime_beside_group14(), std::string("\x02"))}),
              errc::key_exchange_failed);
}

TEST(group_exchange, finds_out_once_for_each_modulus_whether_it_is_prime) {
    auto how = dialogue::quiet_options();
    auto long_draws = std::make_shared<int>(0);
    how.random = [source = seeded_random(1), long_draws](std::span<unsigned char> out) {
        if (out.size() > 200) ++*long_draws;  // the bases of Miller and Rabin
        source(out);
    };
    const server_script by_group{.key_exchange = "diffie-hellman-group-exchange-sha256"};
    dialogue talk(by_group, how);
    talk.log_in();
    EXPECT_EQ(*long_draws, 4);
    talk.server.rekey(by_group);
    talk.run();
    EXPECT_EQ(talk.server.exchanges(), 2U);
    EXPECT_EQ(*long_draws, 4);
    auto other = by_group;
    other.group = std::pair(magnitude_of(fixed_group("group16").prime), std::string("\x02"));
    talk.server.rekey(other);
    talk.run();
    EXPECT_EQ(talk.server.exchanges(), 3U);
    EXPECT_EQ(*long_draws, 8);
    EXPECT_FALSE(talk.failure);
}

}  // namespace
}  // namespace gangway::ssh
