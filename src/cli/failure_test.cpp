#include <gangway/cli/failure.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/sftp/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::cli {
namespace {

TEST(failure, message_comes_first_and_alone_where_nothing_else_helps) {
    EXPECT_EQ(failure_text({sftp::errc::no_such_file, base::phase::sftp, "STAT failed: NO_SUCH_FILE — No such file"}),
              "gangway: STAT failed: NO_SUCH_FILE — No such file\n");
}

TEST(failure, unknown_host_key_shows_its_fingerprint_and_the_way_on) {
    const auto text = failure_text(base::error{net::errc::host_key_unknown, base::phase::hostkey, "unknown"}.with(
        "presentedFingerprint", "SHA256:abc"));
    EXPECT_TRUE(text.contains("SHA256:abc"));
    EXPECT_TRUE(text.contains("--accept-new"));
}

TEST(failure, fingerprint_that_the_message_shows_is_not_repeated) {
    const auto text = failure_text(
        base::error{net::errc::host_key_mismatch, base::phase::hostkey, "expected SHA256:x, got SHA256:abc"}.with(
            "presentedFingerprint", "SHA256:abc"));
    EXPECT_EQ(text.find("SHA256:abc"), text.rfind("SHA256:abc"));
    EXPECT_TRUE(text.contains("known_hosts"));
}

TEST(failure, fingerprint_of_a_lying_gateway_does_not_move_the_cursor) {
    const auto text = failure_text(base::error{net::errc::host_key_mismatch, base::phase::hostkey, "another key"}.with(
        "presentedFingerprint", "\x1b[2J"));
    EXPECT_TRUE(text.contains("\\x1b[2J"));
    EXPECT_FALSE(text.contains('\x1b'));
}

TEST(failure, report_writes_text_or_json_and_returns_the_exit_code) {
    const base::error refused{net::errc::auth_failed, base::phase::auth, "refused"};
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(report(refused, false), 5);
    EXPECT_TRUE(::testing::internal::GetCapturedStderr().starts_with("gangway: refused\n"));
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(report(refused, true), 5);
    EXPECT_EQ(::testing::internal::GetCapturedStderr(),
              "{\"success\":false,\"error\":\"refused\",\"code\":\"auth_failed\",\"phase\":\"auth\"}\n");
}

}  // namespace
}  // namespace gangway::cli
