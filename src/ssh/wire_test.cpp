#include "wire.hpp"

#include "testing/hex.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gangway::ssh {
namespace {

using testing_support::from_hex;
using testing_support::to_hex;

std::string mpint(std::string_view magnitude) {
    std::string out;
    base::byte_writer writer(out);
    write_magnitude(writer, from_hex(magnitude));
    return to_hex(out);
}

// The examples of RFC 4251 section 5.
TEST(mpint, is_written_as_the_rfc_shows) {
    EXPECT_EQ(mpint(""), "00000000");
    EXPECT_EQ(mpint("00"), "00000000");
    EXPECT_EQ(mpint("09a378f9b2e332a7"), "0000000809a378f9b2e332a7");
    EXPECT_EQ(mpint("80"), "000000020080");
    EXPECT_EQ(mpint("000080"), "000000020080");
    EXPECT_EQ(to_hex(magnitude_secret(from_hex("80")).view()), "000000020080");
}

TEST(mpint, is_read_without_leading_zeros) {
    for (const auto& [wire, magnitude] : {std::pair{"00000000", ""},
                                          {"0000000809a378f9b2e332a7", "09a378f9b2e332a7"},
                                          {"000000020080", "80"},
                                          {"00000003000080", "80"},
                                          {"0000000100", ""}}) {
        const auto octets = from_hex(wire);
        base::byte_reader in(octets);
        EXPECT_EQ(to_hex(read_magnitude(in)), magnitude);
        EXPECT_TRUE(in.complete()) << wire;
    }
}

TEST(mpint, that_is_negative_or_cut_off_is_refused) {
    for (const auto* wire : {"0000000180", "00000002edcc", "0000000201", "000000"}) {
        const auto octets = from_hex(wire);
        base::byte_reader in(octets);
        (void)read_magnitude(in);
        EXPECT_FALSE(in.ok()) << wire;
    }
}

std::optional<std::vector<std::string>> names(std::string_view list) {
    std::string wire;
    base::byte_writer(wire).string(list);
    base::byte_reader in(wire);
    const auto read = read_names(in);
    if (!in.complete()) return std::nullopt;
    return std::vector<std::string>(read.begin(), read.end());
}

TEST(name_list, is_split_at_commas) {
    using list = std::vector<std::string>;
    EXPECT_EQ(names(""), list{});
    EXPECT_EQ(names("zlib"), list{"zlib"});
    EXPECT_EQ(names("zlib,none"), (list{"zlib", "none"}));
}

TEST(name_list, refuses_names_that_are_none) {
    for (const std::string_view list : {",", "a,", ",a", "a,,b", "a b", "a\tb", "a\x7f", "\xc3\xa4"})
        EXPECT_FALSE(names(list)) << list;
    EXPECT_FALSE(names(std::string_view("a\0b", 3)));
    EXPECT_TRUE(names(std::string(64, 'a')));
    EXPECT_FALSE(names(std::string(65, 'a')));
}

TEST(name_list, refuses_more_names_than_any_server_has) {
    std::string list = "a";
    for (int i = 1; i < 256; ++i)
        list += ",a";
    EXPECT_TRUE(names(list));
    EXPECT_FALSE(names(list + ",a"));
}

TEST(name_list, is_joined_with_commas) {
    EXPECT_EQ(join_names({}), "");
    EXPECT_EQ(join_names({"a"}), "a");
    EXPECT_EQ(join_names({"a", "b"}), "a,b");
}

}  // namespace
}  // namespace gangway::ssh
