#include "s3_failure.hpp"

#include "testing/memory_bucket.hpp"

#include <gtest/gtest.h>

namespace gangway::sink {
namespace {

TEST(s3_failure, code_decides_before_status) {
    EXPECT_EQ(read_failure(refusal(400, "RequestTimeout")).error.code, errc::unavailable);
    EXPECT_EQ(read_failure(refusal(400, "BadDigest")).error.code, errc::damaged);
    EXPECT_EQ(read_failure(refusal(404, "NoSuchBucket")).error.code, errc::destination_missing);
    EXPECT_EQ(read_failure(refusal(404, "NoSuchUpload")).error.code, errc::fenced_off);
    EXPECT_EQ(read_failure(refusal(400, "EntityTooLarge")).error.code, errc::too_large);
    EXPECT_EQ(read_failure(refusal(503, "SlowDown")).error.code, errc::unavailable);
    EXPECT_EQ(read_failure(refusal(200, "InternalError")).error.code, errc::bad_answer);
}

TEST(s3_failure, status_decides_where_there_is_no_known_code) {
    const auto meaning = [](int status) { return read_failure({.status = status}).error.code; };
    EXPECT_EQ(meaning(403), errc::permission_denied);
    EXPECT_EQ(meaning(404), errc::destination_missing);
    EXPECT_EQ(meaning(412), errc::conflict);
    EXPECT_EQ(meaning(500), errc::unavailable);
    EXPECT_EQ(meaning(501), errc::refused);
    EXPECT_EQ(meaning(507), errc::no_space);
    EXPECT_EQ(meaning(307), errc::refused);
    EXPECT_EQ(meaning(400), errc::refused);
}

TEST(s3_failure, only_what_may_pass_is_tried_again) {
    for (const int status : {408, 429, 500, 502, 503, 504})
        EXPECT_TRUE(read_failure({.status = status}).again) << status;
    for (const int status : {301, 307, 400, 401, 403, 404, 409, 412, 413, 501, 507})
        EXPECT_FALSE(read_failure({.status = status}).again) << status;
    EXPECT_TRUE(read_failure(refusal(409, "ConditionalRequestConflict")).again);
    EXPECT_TRUE(read_failure(refusal(400, "XAmzContentSHA256Mismatch")).again);
    EXPECT_FALSE(read_failure(refusal(403, "RequestTimeTooSkewed")).again);
}

TEST(s3_failure, message_says_what_the_storage_said_and_what_to_do) {
    EXPECT_EQ(read_failure(refusal(403, "AccessDenied")).error.message,
              "the storage answered 403 AccessDenied — as the test wants");
    EXPECT_TRUE(read_failure(refusal(403, "RequestTimeTooSkewed")).error.message.contains("clocks"));
    EXPECT_TRUE(read_failure(refusal(301, "PermanentRedirect")).error.message.contains("endpoint"));
    const auto hostile =
        read_failure({.status = 400, .body = "<Error><Code>a\x1b[2J</Code><Message>b\nc</Message></Error>"});
    EXPECT_EQ(hostile.error.message, "the storage answered 400 a\\x1b[2J — b\\nc");
}

TEST(s3_failure, body_that_cannot_be_read_leaves_the_status) {
    for (const char* body : {"<html><body>Bad Gateway", "not xml", "<Other/>"}) {
        const auto failure = read_failure({.status = 502, .body = body});
        EXPECT_EQ(failure.code, "");
        EXPECT_EQ(failure.error.code, errc::unavailable);
    }
}

}  // namespace
}  // namespace gangway::sink
