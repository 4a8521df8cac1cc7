#include "der.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gangway::crypto {
namespace {

using namespace std::string_literals;

/// Whether `octets` is one readable element with this tag.
bool readable(std::string_view octets, der_tag tag) {
    der_reader reader(octets);
    reader.take(tag);
    return reader.complete();
}

TEST(der_reader, takes_elements_in_order) {
    const auto octets = "\x04\x02hi\x05\x00\x06\x01\x2A\x30\x03\x02\x01\x07"s;
    der_reader reader(octets);
    EXPECT_EQ(reader.take(der_tag::octet_string), "hi");
    EXPECT_TRUE(reader.next_is(der_tag::null));
    reader.skip_optional(der_tag::null);
    reader.skip_optional(der_tag::null);
    EXPECT_EQ(reader.take(der_tag::object_identifier), "\x2A");
    auto inner = reader.enter(der_tag::sequence);
    EXPECT_EQ(inner.number(), 7U);
    EXPECT_TRUE(inner.complete());
    EXPECT_TRUE(reader.complete());
}

TEST(der_reader, takes_long_lengths) {
    EXPECT_TRUE(readable("\x04\x81\x80" + std::string(128, 'x'), der_tag::octet_string));
    EXPECT_TRUE(readable("\x04\x82\x01\x00"s + std::string(256, 'x'), der_tag::octet_string));
}

TEST(der_reader, refuses_every_truncation_and_notes_what_follows) {
    const std::string octets = "\x04\x81\x80" + std::string(128, 'x');
    for (std::size_t size = 0; size < octets.size(); ++size)
        EXPECT_FALSE(readable(octets.substr(0, size), der_tag::octet_string)) << size;
    EXPECT_FALSE(readable(octets + "x", der_tag::octet_string));
}

TEST(der_reader, refuses_another_tag) {
    EXPECT_FALSE(readable("\x04\x00"s, der_tag::sequence));
}

TEST(der_reader, refuses_lengths_that_are_not_der) {
    EXPECT_FALSE(readable("\x04\x80hi\x00\x00"s, der_tag::octet_string)) << "indefinite";
    EXPECT_FALSE(readable("\x04\x81\x02hi"s, der_tag::octet_string)) << "long form of a short length";
    EXPECT_FALSE(readable("\x04\x82\x00\x80"s + std::string(128, 'x'), der_tag::octet_string)) << "leading zero";
    EXPECT_FALSE(readable("\x04\x85\x01\x00\x00\x00\x00"s, der_tag::octet_string)) << "more than 32 bits";
    EXPECT_FALSE(readable("\x04\x84\xFF\xFF\xFF\xFF"s, der_tag::octet_string)) << "more than there is";
    EXPECT_FALSE(readable("\x04\xFF"s, der_tag::octet_string));
}

TEST(der_reader, reads_magnitudes_without_their_leading_zero) {
    EXPECT_EQ(der_reader("\x02\x01\x00"s).magnitude(), "");
    EXPECT_EQ(der_reader("\x02\x01\x7F").magnitude(), "\x7F");
    EXPECT_EQ(der_reader("\x02\x02\x00\x80"s).magnitude(), "\x80");
    EXPECT_EQ(der_reader("\x02\x08\x12\x34\x56\x78\x9A\xBC\xDE\xF0").number(), 0x123456789ABCDEF0U);
}

TEST(der_reader, refuses_integers_that_are_negative_padded_or_too_long) {
    const auto fails = [](std::string_view octets) {
        der_reader reader(octets);
        EXPECT_EQ(reader.number(), 0U);
        return !reader.ok();
    };
    EXPECT_TRUE(fails("\x02\x00"s)) << "no octets";
    EXPECT_TRUE(fails("\x02\x01\x80")) << "negative";
    EXPECT_TRUE(fails("\x02\x02\x00\x7F"s)) << "padded";
    EXPECT_TRUE(fails("\x02\x09\x01\x02\x03\x04\x05\x06\x07\x08\x09")) << "more than 64 bits";
    EXPECT_FALSE(fails("\x02\x01\x00"s));
}

TEST(der_reader, stays_failed_and_so_does_what_is_entered) {
    der_reader reader("\x04\x01x\x02\x01\x05");
    auto inner = reader.enter(der_tag::sequence);
    EXPECT_EQ(inner.number(), 0U);
    EXPECT_FALSE(inner.ok());
    EXPECT_EQ(reader.take(der_tag::octet_string), "");
    EXPECT_FALSE(reader.complete());
}

}  // namespace
}  // namespace gangway::crypto
