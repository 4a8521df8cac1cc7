#include <gangway/cli/exit_code.hpp>
#include <gangway/crypto/errors.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/sftp/errors.hpp>

#include <gtest/gtest.h>

#include <set>

namespace gangway::cli {
namespace {

failure_class class_of(std::error_code code) {
    return classify(base::error{code, base::phase::sftp, "x"});
}
exit_code exit_of(std::error_code code) {
    return class_of(code).exit;
}

TEST(exit_code, connection_problems_are_3) {
    using enum net::errc;
    for (const auto code : {host_blocked, cloudflare_blocked, dns_failed, connection_refused, unreachable,
                            connection_lost, not_ssh, handshake_failed, subsystem_unavailable, timed_out})
        EXPECT_EQ(exit_of(code), exit_code::unreachable) << make_error_code(code).message();
    EXPECT_EQ(exit_of(sftp::errc::connection_lost), exit_code::unreachable);
}

TEST(exit_code, host_keys_are_4_and_logins_are_5) {
    EXPECT_EQ(exit_of(net::errc::host_key_unknown), exit_code::host_key);
    EXPECT_EQ(exit_of(net::errc::host_key_mismatch), exit_code::host_key);
    EXPECT_EQ(exit_of(net::errc::auth_failed), exit_code::login);
}

TEST(exit_code, what_lies_on_this_side_is_2) {
    EXPECT_EQ(exit_of(model::errc::invalid_value), exit_code::usage);
    EXPECT_EQ(exit_of(crypto::errc::passphrase_wrong), exit_code::usage);
    EXPECT_EQ(exit_of(net::errc::host_key_store_failed), exit_code::usage);
    EXPECT_EQ(exit_of({ENOSPC, std::generic_category()}), exit_code::usage);
    EXPECT_EQ(exit_of({ENOSPC, std::system_category()}), exit_code::usage);
}

TEST(exit_code, refusals_of_the_server_are_1) {
    using enum sftp::errc;
    for (const auto code : {no_such_file, permission_denied, failure, op_unsupported, already_exists, not_empty,
                            not_a_directory, is_a_directory, no_space, other_status, remote_changed, protocol_error})
        EXPECT_EQ(exit_of(code), exit_code::refused) << make_error_code(code).message();
    EXPECT_EQ(exit_of(net::errc::incomplete_write), exit_code::refused);
}

TEST(exit_code, cancelling_is_130) {
    EXPECT_EQ(exit_of(std::make_error_code(std::errc::operation_canceled)), exit_code::interrupted);
    EXPECT_EQ(class_of(std::make_error_code(std::errc::operation_canceled)).name, "interrupted");
}

TEST(exit_code, every_error_has_a_name_of_the_api) {
    const std::set<std::string_view> known{"bad_request",
                                           "bad_private_key",
                                           "host_blocked",
                                           "auth_failed",
                                           "permission_denied",
                                           "no_such_file",
                                           "payload_too_large",
                                           "host_key_mismatch",
                                           "host_key_unknown",
                                           "storage_failed",
                                           "already_exists",
                                           "not_empty",
                                           "is_a_directory",
                                           "conflict",
                                           "op_unsupported",
                                           "dns_failed",
                                           "connection_refused",
                                           "connection_lost",
                                           "not_ssh",
                                           "handshake_failed",
                                           "bad_message",
                                           "failure",
                                           "subsystem_unavailable",
                                           "timeout",
                                           "internal_error"};
    const auto all_named = [&](const std::error_category& category, int last) {
        for (int value = 1; value <= last; ++value) {
            const auto found = class_of({value, category});
            EXPECT_TRUE(known.contains(found.name)) << category.name() << ' ' << value << ' ' << found.name;
            EXPECT_NE(found.exit, exit_code::ok);
        }
    };
    all_named(net::category(), static_cast<int>(net::errc::incomplete_write));
    all_named(sftp::error_category(), static_cast<int>(sftp::errc::closed));
    all_named(crypto::category(), static_cast<int>(crypto::errc::crypto_failure));
    all_named(model::category(), static_cast<int>(model::errc::invalid_value));
}

}  // namespace
}  // namespace gangway::cli
