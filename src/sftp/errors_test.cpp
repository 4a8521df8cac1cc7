#include <gangway/sftp/errors.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gangway::sftp {
namespace {

std::string text(std::uint32_t code, std::string_view message) {
    return status_error("OPENDIR", {.code = static_cast<status_code>(code), .message = message}).message;
}

TEST(status_error, reads_label_name_and_server_text) {
    EXPECT_EQ(text(2, "No such file"), "OPENDIR failed: NO_SUCH_FILE — No such file");
    EXPECT_EQ(text(4, "Failure"), "OPENDIR failed: FAILURE — Failure");
}

TEST(status_error, without_server_text_ends_after_the_name) {
    EXPECT_EQ(text(3, ""), "OPENDIR failed: PERMISSION_DENIED");
}

TEST(status_error, unknown_code_shows_its_number) {
    EXPECT_EQ(text(4711, "?"), "OPENDIR failed: STATUS_4711 — ?");
}

TEST(status_error, server_text_is_escaped) {
    EXPECT_EQ(text(4, "a\nb\x1b[2J\xff"), "OPENDIR failed: FAILURE — a\\nb\\x1b[2J\\xff");
}

TEST(status_error, server_text_is_cut_at_256_characters) {
    const auto shown = text(4, std::string(300, 'x'));
    EXPECT_EQ(shown, "OPENDIR failed: FAILURE — " + std::string(256, 'x') + "…");
    EXPECT_EQ(text(4, std::string(256, 'x')), "OPENDIR failed: FAILURE — " + std::string(256, 'x'));
}

TEST(status_error, happens_in_the_sftp_phase_and_carries_the_meaning) {
    const auto error = status_error("STAT", {.code = status_code::no_such_file});
    EXPECT_EQ(error.where, base::phase::sftp);
    EXPECT_EQ(error.code, errc::no_such_file);
}

TEST(meaning_of, codes_of_version_3_have_one_each) {
    const std::set expected{errc::end_of_file, errc::no_such_file,  errc::permission_denied, errc::failure,
                            errc::bad_message, errc::no_connection, errc::connection_lost,   errc::op_unsupported};
    std::set<errc> meanings;
    for (std::uint32_t code = 1; code <= 8; ++code)
        meanings.insert(meaning_of(static_cast<status_code>(code)));
    EXPECT_EQ(meanings, expected);
}

TEST(meaning_of, codes_of_later_versions_count_where_they_say_something) {
    const auto meaning = [](std::uint32_t code) { return meaning_of(static_cast<status_code>(code)); };
    EXPECT_EQ(meaning(9), errc::invalid_handle);
    EXPECT_EQ(meaning(10), errc::no_such_file);
    EXPECT_EQ(meaning(11), errc::already_exists);
    EXPECT_EQ(meaning(12), errc::permission_denied);
    EXPECT_EQ(meaning(13), errc::other_status);
    EXPECT_EQ(meaning(14), errc::no_space);
    EXPECT_EQ(meaning(15), errc::no_space);
    EXPECT_EQ(meaning(18), errc::not_empty);
    EXPECT_EQ(meaning(19), errc::not_a_directory);
    EXPECT_EQ(meaning(22), errc::permission_denied);
    EXPECT_EQ(meaning(24), errc::is_a_directory);
    EXPECT_EQ(meaning(25), errc::other_status);
    EXPECT_EQ(meaning(4294967295U), errc::other_status);
}

TEST(error_category, every_code_says_something_of_its_own) {
    std::set<std::string> messages;
    for (int code = 1; code <= static_cast<int>(errc::closed); ++code) {
        messages.insert(std::error_code{code, error_category()}.message());
    }
    EXPECT_EQ(messages.size(), static_cast<std::size_t>(errc::closed));
    EXPECT_FALSE(messages.contains("unknown"));
    EXPECT_STREQ(error_category().name(), "gangway.sftp");
}

TEST(protocol_error, says_what_the_server_did) {
    const auto error = protocol_error("it sent nonsense");
    EXPECT_EQ(error.code, errc::protocol_error);
    EXPECT_EQ(error.message, "the server broke the SFTP protocol: it sent nonsense");
}

}  // namespace
}  // namespace gangway::sftp
