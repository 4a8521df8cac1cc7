#include "gateway.hpp"

#include <gangway/cli/exit_code.hpp>
#include <gangway/cli/told_code.hpp>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace gangway::cli {
namespace {

base::error refused(unsigned status, std::string_view body) {
    const auto answer = understood(status, body);
    EXPECT_FALSE(answer) << body;
    return answer ? base::error{} : answer.error();
}

TEST(gateway, success_is_its_object_and_nothing_is_an_empty_success) {
    EXPECT_EQ(boost::json::serialize(understood(200, R"({"success":true,"id":"x"})").value()),
              R"({"success":true,"id":"x"})");
    EXPECT_EQ(boost::json::serialize(understood(204, "").value()), R"({"success":true})");
}

TEST(gateway, error_has_the_code_the_phase_and_the_facts_that_were_told) {
    const auto error = refused(409, R"({"success":false,"error":"another key","code":"host_key_mismatch",
        "phase":"hostkey","expectedFingerprint":"SHA256:a","retryAfter":5,"isCloudflare":true,"more":[1]})");
    EXPECT_EQ(error.message, "another key");
    EXPECT_EQ(error.code, told_code("host_key_mismatch"));
    EXPECT_EQ(error.where, base::phase::hostkey);
    EXPECT_EQ(error.fact_named("expectedFingerprint"), "SHA256:a");
    EXPECT_EQ(error.fact_named("retryAfter"), "5");
    EXPECT_EQ(error.fact_named("isCloudflare"), "true");
    EXPECT_EQ(error.facts.size(), 3U);
    EXPECT_EQ(classify(error).exit, exit_code::host_key);
}

TEST(gateway, code_of_a_newer_gateway_is_kept_and_counts_as_a_refusal) {
    const auto error = refused(418, R"({"success":false,"error":"no coffee","code":"teapot","phase":"pot"})");
    EXPECT_EQ(error.fact_named("code"), "teapot");
    EXPECT_EQ(error.where, base::phase::request);
    EXPECT_EQ(classify(error).exit, exit_code::refused);
}

TEST(gateway, hostile_words_in_an_error_are_escaped_and_bounded) {
    EXPECT_EQ(refused(500, R"({"error":"\u001b[2J","code":"internal_error"})").message, "\\x1b[2J");
    EXPECT_LT(refused(500, R"({"error":")" + std::string(100'000, 'a') + R"(","code":"failure"})").message.size(),
              2000U);
    EXPECT_FALSE(refused(500, R"({"code":"internal_error"})").message.empty());
}

TEST(gateway, what_no_gateway_answers_is_a_bad_message_with_advice) {
    for (const auto body :
         {"", "<html>", "[]", "{", "{}", "\"text\"", R"({"success":false})", R"({"success":false,"er",)"}) {
        const auto error = refused(502, body);
        EXPECT_EQ(error.code, told_code("bad_message")) << body;
        EXPECT_TRUE(error.message.contains("502")) << body;
    }
    EXPECT_EQ(refused(200, "<html>").code, told_code("bad_message"));
    EXPECT_TRUE(refused(301, "").message.contains("redirects are not followed"));
}

TEST(gateway, deep_json_is_refused) {
    EXPECT_EQ(refused(200, std::string(100, '[')).code, told_code("bad_message"));
}

TEST(gateway, names_in_a_url_are_percent_encoded) {
    EXPECT_EQ(percent_encoded("a-z_0.9~"), "a-z_0.9~");
    EXPECT_EQ(percent_encoded("a b/c?d&e=f\xFF\r\n"), "a%20b%2Fc%3Fd%26e%3Df%FF%0D%0A");
}

TEST(told_code, every_code_is_itself_and_others_are_failures) {
    for (const auto name : {"failure", "unauthorized", "permission_denied", "timeout", "storage_unavailable"}) {
        EXPECT_EQ(told_class(told_code(name))->name, name);
        EXPECT_EQ(told_code(name).message(), name);
    }
    EXPECT_EQ(told_class(told_code("never heard of"))->name, "failure");
    EXPECT_FALSE(told_class(std::make_error_code(std::errc::io_error)));
}

TEST(told_code, exit_codes_are_those_of_the_direct_commands) {
    const auto exit_of = [](std::string_view name) { return told_class(told_code(name))->exit; };
    EXPECT_EQ(exit_of("unauthorized"), exit_code::login);
    EXPECT_EQ(exit_of("auth_failed"), exit_code::login);
    EXPECT_EQ(exit_of("host_key_mismatch"), exit_code::host_key);
    EXPECT_EQ(exit_of("dns_failed"), exit_code::unreachable);
    EXPECT_EQ(exit_of("bad_request"), exit_code::usage);
    EXPECT_EQ(exit_of("not_found"), exit_code::refused);
}

}  // namespace
}  // namespace gangway::cli
