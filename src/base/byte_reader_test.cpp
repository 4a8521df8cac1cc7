#include <gangway/base/byte_reader.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::base {
namespace {

using namespace std::string_view_literals;

/// One field of each type, as RFC 4251 section 5 lays them out; its example of a string is "testing".
constexpr auto fields = "\x29\xb7\xf4\xaa\x01\x02\x03\x04\x05\x06\x07\xff\x2a\x00\x00\x00\x07testing"sv;

TEST(byte_reader, numbers_are_big_endian) {
    byte_reader in{fields};
    EXPECT_EQ(in.u32(), 699921578U);
    EXPECT_EQ(in.u64(), 0x01020304050607FFU);
    EXPECT_EQ(in.u8(), 0x2A);
    EXPECT_EQ(in.string(), "testing");
    EXPECT_TRUE(in.complete());
}

TEST(byte_reader, high_octets_are_not_sign_extended) {
    byte_reader in{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv};
    EXPECT_EQ(in.u8(), 0xFF);
    EXPECT_EQ(in.u32(), 0xFFFFFFFFU);
    EXPECT_EQ(in.u64(), 0xFFFFFFFFFFFFFFFFU);
}

TEST(byte_reader, every_truncation_is_a_failure) {
    for (std::size_t length = 0; length < fields.size(); ++length) {
        byte_reader in{fields.substr(0, length)};
        in.u32();
        in.u64();
        in.u8();
        in.string();
        EXPECT_FALSE(in.ok()) << length;
        EXPECT_FALSE(in.complete()) << length;
    }
}

TEST(byte_reader, one_octet_too_many_is_ok_but_not_complete) {
    byte_reader in{"\x2a\x2b"sv};
    EXPECT_EQ(in.u8(), 0x2A);
    EXPECT_TRUE(in.ok());
    EXPECT_FALSE(in.complete());
    EXPECT_EQ(in.remaining(), 1U);
}

TEST(byte_reader, first_failure_sticks_and_everything_after_it_is_zero) {
    byte_reader in{"\x01\x02\x03\x04"sv};
    EXPECT_EQ(in.u64(), 0U);
    EXPECT_EQ(in.u8(), 0U);
    EXPECT_EQ(in.u32(), 0U);
    EXPECT_EQ(in.string(), "");
    EXPECT_EQ(in.take(1), "");
    EXPECT_EQ(in.rest(), "");
    EXPECT_EQ(in.remaining(), 0U);
    EXPECT_FALSE(in.ok());
}

TEST(byte_reader, string_longer_than_the_rest_is_a_failure_whatever_its_length_says) {
    for (const auto octets : {"\xff\xff\xff\xff"sv, "\x7f\xff\xff\xffx"sv, "\x00\x00\x00\x02x"sv}) {
        byte_reader in{octets};
        EXPECT_EQ(in.string(), "");
        EXPECT_FALSE(in.ok());
    }
}

TEST(byte_reader, string_keeps_nul_octets_and_points_into_the_input) {
    constexpr auto octets = "\x00\x00\x00\x03\x00z\x00"sv;
    byte_reader in{octets};
    const auto field = in.string();
    EXPECT_EQ(field, "\0z\0"sv);
    EXPECT_EQ(field.data(), octets.data() + 4);
    EXPECT_TRUE(in.complete());
}

TEST(byte_reader, take_and_rest_split_the_input) {
    byte_reader in{"headtail"sv};
    EXPECT_EQ(in.take(4), "head");
    EXPECT_EQ(in.rest(), "tail");
    EXPECT_EQ(in.rest(), "");
    EXPECT_EQ(in.take(0), "");
    EXPECT_TRUE(in.complete());
}

TEST(byte_reader, fail_marks_input_that_breaks_a_rule_of_the_caller) {
    byte_reader in{"abc"sv};
    in.fail();
    EXPECT_FALSE(in.ok());
    EXPECT_EQ(in.remaining(), 0U);
    EXPECT_FALSE(in.complete());
}

static_assert([] {
    byte_reader in{"\x00\x00\x00\x01x"sv};
    return in.string() == "x" && in.complete();
}());

}  // namespace
}  // namespace gangway::base
