#include <gangway/base/error.hpp>

#include <gtest/gtest.h>

namespace gangway::base {
namespace {

TEST(phase, is_spelled_as_the_api_documents_it) {
    EXPECT_EQ(to_string(phase::request), "request");
    EXPECT_EQ(to_string(phase::egress), "egress");
    EXPECT_EQ(to_string(phase::dns), "dns");
    EXPECT_EQ(to_string(phase::tcp), "tcp");
    EXPECT_EQ(to_string(phase::ssh), "ssh");
    EXPECT_EQ(to_string(phase::hostkey), "hostkey");
    EXPECT_EQ(to_string(phase::auth), "auth");
    EXPECT_EQ(to_string(phase::subsystem), "subsystem");
    EXPECT_EQ(to_string(phase::sftp), "sftp");
    EXPECT_EQ(to_string(phase::storage), "storage");
}

TEST(error, facts_are_found_by_name) {
    const auto problem = error{std::make_error_code(std::errc::timed_out), phase::tcp, "too slow"}
                             .with("field", "port")
                             .with("limit", "10s");
    EXPECT_EQ(problem.fact_named("field"), "port");
    EXPECT_EQ(problem.fact_named("limit"), "10s");
    EXPECT_EQ(problem.fact_named("other"), "");
    EXPECT_EQ(problem.message, "too slow");
}

TEST(error, fail_makes_the_error_of_any_result) {
    const result<int> outcome = fail(std::make_error_code(std::errc::timed_out), phase::dns, "slow");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, std::errc::timed_out);
    EXPECT_EQ(outcome.error().where, phase::dns);
    EXPECT_TRUE(outcome.error().facts.empty());
}

}  // namespace
}  // namespace gangway::base
