#include <gangway/sink/sink.hpp>

#include <gtest/gtest.h>

namespace gangway::sink {
namespace {

TEST(claim, text_is_row_and_fence) {
    EXPECT_EQ(claim_text({"17", 3}), "17-3");
    EXPECT_EQ(claim_text({"ab0f", 0}), "ab0f-0");
    EXPECT_EQ(parse_claim("17-3"), (claim{"17", 3}));
    EXPECT_EQ(parse_claim(std::string(64, 'f') + "-1"), (claim{std::string(64, 'f'), 1}));
    EXPECT_EQ(parse_claim("a-18446744073709551615"), (claim{"a", ~std::uint64_t{0}}));
}

TEST(claim, anything_else_is_none) {
    for (const char* text : {"", "-", "1", "1-", "-1", "1-2-3", "1-02", "+1-2", "1 -2", "A-1", "1-x", "a.b-1", "../a-1",
                             "1-18446744073709551616", "1-2:x"})
        EXPECT_FALSE(parse_claim(text)) << text;
}

TEST(claim, evidence_names_the_claim_and_the_upload) {
    EXPECT_EQ(claim_in("a1-2"), (claim{"a1", 2}));
    EXPECT_EQ(upload_in("a1-2"), "");
    EXPECT_EQ(claim_in("a1-2:x:y-3"), (claim{"a1", 2}));
    EXPECT_EQ(upload_in("a1-2:x:y-3"), "x:y-3");
    EXPECT_FALSE(claim_in(""));
    EXPECT_FALSE(claim_in(":x"));
    EXPECT_FALSE(parse_claim(std::string(65, 'f') + "-1"));
}

TEST(errors, every_code_has_words_and_says_whether_waiting_helps) {
    std::size_t transient = 0;
    for (int value = static_cast<int>(errc::no_space); value <= static_cast<int>(errc::cancelled); ++value) {
        const auto code = make_error_code(static_cast<errc>(value));
        EXPECT_NE(code.message(), "unknown") << value;
        transient += is_transient(code) ? 1 : 0;
    }
    EXPECT_EQ(transient, 9U);
    EXPECT_TRUE(is_transient(errc::no_space));
    EXPECT_FALSE(is_transient(errc::conflict));
    EXPECT_FALSE(is_transient(std::make_error_code(std::errc::io_error)));
}

TEST(errors, reasons_of_the_system_get_a_meaning) {
    EXPECT_EQ(system_failure("write a", ENOSPC).code, errc::no_space);
    EXPECT_EQ(system_failure("write a", EDQUOT).code, errc::no_space);
    EXPECT_EQ(system_failure("write a", EROFS).code, errc::read_only);
    EXPECT_EQ(system_failure("write a", EACCES).code, errc::permission_denied);
    EXPECT_EQ(system_failure("write a", ENOENT).code, errc::destination_missing);
    EXPECT_EQ(system_failure("write a", ELOOP).code, errc::unsafe_destination);
    EXPECT_EQ(system_failure("write a", EXDEV).code, errc::unsafe_destination);
    EXPECT_EQ(system_failure("write a", EFBIG).code, errc::too_large);
    EXPECT_EQ(system_failure("write a", EIO).code, errc::io_failure);
    EXPECT_EQ(system_failure("write a", ENOSPC).message, "cannot write a: No space left on device");
    EXPECT_EQ(system_failure("write a", EIO).where, base::phase::storage);
}

}  // namespace
}  // namespace gangway::sink
