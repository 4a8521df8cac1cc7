#include "testing/dialogue.hpp"

#include <gangway/ssh/errors.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gangway::ssh {
namespace {

using namespace testing_support;

TEST(ext_info, decides_which_rsa_signature_is_made) {
    const auto chosen = [](const std::vector<std::string>& messages) {
        dialogue talk({.after_newkeys = messages});
        talk.exchange_keys();
        EXPECT_FALSE(talk.failure);
        return talk.machine.signature_algorithm("ssh-rsa");
    };
    EXPECT_EQ(chosen({}), "rsa-sha2-256");
    EXPECT_EQ(chosen({ext_info("ssh-ed25519,rsa-sha2-512,rsa-sha2-256")}), "rsa-sha2-512");
    EXPECT_EQ(chosen({ext_info("rsa-sha2-256")}), "rsa-sha2-256");
    EXPECT_EQ(chosen({ext_info("ssh-ed25519,ssh-rsa")}), std::nullopt);
    EXPECT_EQ(chosen({ext_info("rsa-sha2-512"), ext_info("rsa-sha2-256")}), "rsa-sha2-256");
    dialogue talk;
    EXPECT_EQ(talk.machine.signature_algorithm("ssh-ed25519"), "ssh-ed25519");
}

TEST(ext_info, that_is_hostile_is_refused) {
    auto endless = one(msg::ext_info, "\xff\xff\xff\xff");
    auto counted = one(msg::ext_info, std::string_view("\0\0\0\x02", 4));
    auto longer = ext_info("x") + "y";
    for (const auto& message : {endless, counted, longer, one(msg::ext_info)}) {
        dialogue talk({.after_newkeys = {message}});
        talk.run();
        (void)talk.machine.accept_host_key();
        EXPECT_NE(outcome_of(talk), std::error_code());
    }
    dialogue thrice({.after_newkeys = {ext_info("x"), ext_info("x"), ext_info("x")}});
    thrice.run();
    (void)thrice.machine.accept_host_key();
    EXPECT_EQ(outcome_of(thrice), errc::protocol_error);
}

TEST(ext_info, after_the_login_changes_nothing) {
    dialogue talk;
    talk.log_in();
    talk.server.send(ext_info("ssh-ed25519"));
    EXPECT_EQ(outcome_of(talk), std::error_code());
    EXPECT_EQ(talk.machine.signature_algorithm("ssh-rsa"), "rsa-sha2-256");
}

}  // namespace
}  // namespace gangway::ssh
