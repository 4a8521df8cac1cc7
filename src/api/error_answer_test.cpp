#include <gangway/api/answer.hpp>
#include <gangway/api/errors.hpp>
#include <gangway/crypto/errors.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/remote/errors.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/store/errors.hpp>
#include <gangway/vault/errors.hpp>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <system_error>

namespace gangway::api {
namespace {

/// The design's error table, and the few codes that HTTP itself needs.
const std::map<std::string_view, unsigned> table{
    {"bad_request", 400},
    {"bad_private_key", 400},
    {"unauthorized", 401},
    {"host_blocked", 403},
    {"auth_failed", 403},
    {"permission_denied", 403},
    {"forbidden_origin", 403},
    {"no_such_file", 404},
    {"not_found", 404},
    {"method_not_allowed", 405},
    {"request_timeout", 408},
    {"host_key_mismatch", 409},
    {"already_exists", 409},
    {"not_empty", 409},
    {"is_a_directory", 409},
    {"conflict", 409},
    {"gone", 410},
    {"precondition_failed", 412},
    {"payload_too_large", 413},
    {"uri_too_long", 414},
    {"unsupported_media_type", 415},
    {"range_not_satisfiable", 416},
    {"expectation_failed", 417},
    {"locked", 423},
    {"too_many_requests", 429},
    {"headers_too_large", 431},
    {"checksum_mismatch", 460},
    {"client_gone", 499},
    {"internal_error", 500},
    {"storage_failed", 500},
    {"storage_unavailable", 503},
    {"overloaded", 503},
    {"op_unsupported", 501},
    {"dns_failed", 502},
    {"connection_refused", 502},
    {"connection_lost", 502},
    {"not_ssh", 502},
    {"handshake_failed", 502},
    {"subsystem_unavailable", 502},
    {"bad_message", 502},
    {"failure", 502},
    {"timeout", 504},
};

void expect(const std::error_code& code, unsigned status, std::string_view name) {
    const auto found = classify(code);
    EXPECT_EQ(found.status, status) << code.category().name() << ' ' << code.value();
    EXPECT_EQ(found.code, name) << code.category().name() << ' ' << code.value();
}

TEST(error_table, every_code_of_every_room_is_in_the_table) {
    const std::error_category* const rooms[] = {&api::category(),   &model::category(),      &crypto::category(),
                                                &net::category(),   &sftp::error_category(), &remote::category(),
                                                &store::category(), &vault::category()};
    for (const auto* const room : rooms) {
        for (int value = 1; value < 40; ++value) {
            const auto found = classify({value, *room});
            ASSERT_TRUE(table.contains(found.code)) << found.code;
            EXPECT_EQ(table.at(found.code), found.status) << found.code;
        }
    }
}

TEST(error_table, only_bugs_and_lost_resources_are_internal_errors) {
    expect(errc::internal_error, 500, "internal_error");
    expect(crypto::errc::crypto_failure, 500, "internal_error");
    expect(sftp::errc::busy, 500, "internal_error");
    expect(std::make_error_code(std::errc::io_error), 500, "internal_error");
    expect({0, net::category()}, 500, "internal_error");
    expect({39, sftp::error_category()}, 500, "internal_error");
}

TEST(error_table, requests) {
    expect(model::errc::invalid_value, 400, "bad_request");
    expect(crypto::errc::passphrase_wrong, 400, "bad_private_key");
    expect(crypto::errc::kdf_too_costly, 400, "bad_private_key");
    expect(sftp::errc::too_long, 400, "bad_request");
    expect(remote::errc::too_many_refusals, 429, "too_many_requests");
    expect(remote::errc::too_many_connections, 429, "too_many_requests");
}

TEST(error_table, what_the_machine_has_too_little_of_is_no_fault) {
    for (const auto code : {std::errc::too_many_files_open, std::errc::too_many_files_open_in_system,
                            std::errc::not_enough_memory, std::errc::no_buffer_space}) {
        expect(std::make_error_code(code), 503, "overloaded");
        expect({static_cast<int>(code), std::system_category()}, 503, "overloaded");
    }
}

TEST(error_table, what_is_kept) {
    expect(store::errc::busy, 503, "storage_unavailable");
    expect(store::errc::full, 503, "storage_unavailable");
    expect(store::errc::damaged, 500, "storage_failed");
    expect(store::errc::invalid_text, 400, "bad_request");
    expect(vault::errc::bad_secret, 500, "storage_failed");
    expect(remote::errc::no_such_connection, 404, "not_found");
    expect(remote::errc::connection_paused, 409, "conflict");
    expect(remote::errc::outside_root, 403, "permission_denied");
}

TEST(error_table, connections) {
    expect(net::errc::host_blocked, 403, "host_blocked");
    expect(net::errc::cloudflare_blocked, 403, "host_blocked");
    expect(net::errc::auth_failed, 403, "auth_failed");
    expect(net::errc::host_key_mismatch, 409, "host_key_mismatch");
    expect(net::errc::dns_failed, 502, "dns_failed");
    expect(net::errc::unreachable, 502, "connection_refused");
    expect(net::errc::timed_out, 504, "timeout");
    expect(net::errc::listing_too_large, 413, "payload_too_large");
}

TEST(error_table, server_statuses) {
    expect(sftp::errc::no_such_file, 404, "no_such_file");
    expect(sftp::errc::permission_denied, 403, "permission_denied");
    expect(sftp::errc::failure, 502, "failure");
    expect(sftp::errc::other_status, 502, "failure");
    expect(sftp::errc::bad_message, 502, "bad_message");
    expect(sftp::errc::protocol_error, 502, "bad_message");
    expect(sftp::errc::op_unsupported, 501, "op_unsupported");
    expect(sftp::errc::extension_missing, 501, "op_unsupported");
    expect(sftp::errc::already_exists, 409, "already_exists");
    expect(sftp::errc::not_empty, 409, "not_empty");
    expect(sftp::errc::is_a_directory, 409, "is_a_directory");
    expect(sftp::errc::not_a_directory, 409, "conflict");
}

TEST(error_answer, has_success_error_code_and_phase_in_this_order) {
    const auto result = error_answer({sftp::errc::no_such_file, base::phase::sftp, "STAT failed: \"x\""});
    EXPECT_EQ(result.status, 404U);
    EXPECT_EQ(result.code, "no_such_file");
    EXPECT_EQ(result.body, R"({"success":false,"error":"STAT failed: \"x\"","code":"no_such_file","phase":"sftp"})");
    EXPECT_TRUE(result.headers.empty());
}

TEST(error_answer, facts_become_fields) {
    const auto result = error_answer(base::error{net::errc::host_key_mismatch, base::phase::hostkey, "differs"}
                                         .with("expectedFingerprint", "SHA256:a")
                                         .with("presentedFingerprint", "SHA256:b"));
    EXPECT_EQ(result.body, R"({"success":false,"error":"differs","code":"host_key_mismatch","phase":"hostkey",)"
                           R"("expectedFingerprint":"SHA256:a","presentedFingerprint":"SHA256:b"})");
}

TEST(error_answer, cloudflare_is_a_boolean) {
    const auto result =
        error_answer(base::error{net::errc::cloudflare_blocked, base::phase::egress, "m"}.with("isCloudflare", "true"));
    EXPECT_EQ(boost::json::parse(result.body).at("isCloudflare"), true);
}

TEST(error_answer, retry_after_is_a_number_and_a_header) {
    const auto result =
        error_answer(base::error{remote::errc::too_many_refusals, base::phase::auth, "m"}.with("retryAfter", "30"));
    EXPECT_EQ(boost::json::parse(result.body).at("retryAfter"), 30);
    EXPECT_EQ(result.headers, (std::vector<answer_header>{{"Retry-After", "30"}}));
}

TEST(error_answer, allowed_methods_are_a_header) {
    const auto result = error_answer(refusal(errc::method_not_allowed, "m").with("allow", "GET, POST"));
    EXPECT_EQ(result.headers, (std::vector<answer_header>{{"Allow", "GET, POST"}}));
}

TEST(error_answer, unauthorized_says_how_to_authenticate) {
    const auto result = error_answer(refusal(errc::unauthorized, "m"));
    EXPECT_EQ(result.headers, (std::vector<answer_header>{{"WWW-Authenticate", "Bearer"}}));
}

TEST(error_answer, text_that_is_not_utf8_still_makes_json) {
    const auto result = error_answer(refusal(errc::bad_request, "\xFF").with("f", "\xFE"));
    EXPECT_EQ(boost::json::parse(result.body).at("error"), "\uFFFD");
    EXPECT_EQ(boost::json::parse(result.body).at("f"), "\uFFFD");
}

}  // namespace
}  // namespace gangway::api
