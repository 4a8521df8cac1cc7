#include <gangway/base/byte_writer.hpp>

#include <gtest/gtest.h>

namespace gangway::base {
namespace {

using namespace std::string_view_literals;

TEST(byte_writer, fields_are_those_of_rfc_4251) {
    std::string octets;
    byte_writer out{octets};
    out.u32(699921578);
    out.u64(0x01020304050607FF);
    out.u8(0x2A);
    out.string("testing");
    EXPECT_EQ(octets, "\x29\xb7\xf4\xaa\x01\x02\x03\x04\x05\x06\x07\xff\x2a\x00\x00\x00\x07testing"sv);
}

TEST(byte_writer, largest_numbers_fill_their_width) {
    std::string octets;
    byte_writer out{octets};
    out.u8(0xFF);
    out.u32(0xFFFFFFFF);
    out.u64(0xFFFFFFFFFFFFFFFF);
    EXPECT_EQ(octets, std::string(13, '\xff'));
}

TEST(byte_writer, empty_string_is_a_length_of_zero) {
    std::string octets;
    byte_writer{octets}.string("");
    EXPECT_EQ(octets, "\0\0\0\0"sv);
}

TEST(byte_writer, raw_octets_carry_no_length_and_follow_what_is_there) {
    std::string octets = "a";
    byte_writer out{octets};
    out.raw("b\0c"sv);
    EXPECT_EQ(octets, "ab\0c"sv);
    EXPECT_EQ(out.position(), 4U);
}

TEST(byte_writer, patch_fills_in_a_length_afterwards) {
    std::string octets = "kept";
    byte_writer out{octets};
    const auto length = out.position();
    out.u32(0);
    out.raw("body");
    out.patch_u32(length, 0x01020304);
    EXPECT_EQ(octets,
              "kept\x01\x02\x03\x04"
              "body"sv);
}

}  // namespace
}  // namespace gangway::base
