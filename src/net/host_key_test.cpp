#include <gangway/base/base64.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/host_key.hpp>

#include <gtest/gtest.h>

namespace gangway::net {
namespace {

/// Made and fingerprinted by ssh-keygen.
constexpr std::string_view blob = "AAAAC3NzaC1lZDI1NTE5AAAAIALjzyL09qbmjjhskDrnUmVzBQMJjgWdOPY0QJqTIFW5";
constexpr std::string_view printed = "SHA256:yLYq211l8+mUzToqj3hULjDQbzf+b4bfwa8FCdOWyAI";

TEST(host_key, fingerprint_is_the_one_that_ssh_keygen_prints) {
    const host_key key{"ssh-ed25519", base::from_base64(blob).value()};
    EXPECT_EQ(key.fingerprint().text(), printed);
}

TEST(host_key_mismatch, names_both_fingerprints_and_says_that_nothing_was_sent) {
    const auto expected = model::fingerprint::parse(printed).value();
    const model::fingerprint presented{model::fingerprint::digest{}};
    const auto error = host_key_mismatch({model::host::parse("sftp.example.com").value(), 2222}, expected, presented);
    EXPECT_EQ(error.code, errc::host_key_mismatch);
    EXPECT_EQ(error.where, base::phase::hostkey);
    EXPECT_EQ(error.fact_named("expectedFingerprint"), printed);
    EXPECT_EQ(error.fact_named("presentedFingerprint"), presented.text());
    EXPECT_TRUE(error.message.contains("sftp.example.com:2222"));
    EXPECT_TRUE(error.message.contains(printed));
    EXPECT_TRUE(error.message.contains(presented.text()));
    EXPECT_TRUE(error.message.contains("No credential was sent"));
    EXPECT_TRUE(error.message.contains("known_hosts"));
}

}  // namespace
}  // namespace gangway::net
