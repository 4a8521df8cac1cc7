#include "testing/wire_text.hpp"

#include <gangway/sftp/attributes.hpp>
#include <gangway/sftp/codec.hpp>
#include <gangway/sftp/messages/attrs.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace gangway::sftp {
namespace {

using testing::octets;

/// ATTRS for request 1 with `fields` after the id.
std::optional<attributes> read(std::string_view fields) {
    const auto body = octets("69 00000001") + octets(fields);
    const auto reply = decode<attrs_reply>(body);
    if (!reply) return std::nullopt;
    return reply->attrs;
}

TEST(attributes, each_flag_brings_its_fields_and_no_others) {
    for (std::uint32_t flags = 0; flags < 16; ++flags) {
        auto fields = fmt::format("{:08x}", flags);
        attributes expected;
        if ((flags & 1) != 0) {
            fields += "0000000100000002";
            expected.size = 0x100000002;
        }
        if ((flags & 2) != 0) {
            fields += "0000000300000004";
            expected.uid = 3;
            expected.gid = 4;
        }
        if ((flags & 4) != 0) {
            fields += "000081a4";
            expected.permissions = 0100644;
        }
        if ((flags & 8) != 0) {
            fields += "0000000500000006";
            expected.atime = 5;
            expected.mtime = 6;
        }
        EXPECT_EQ(read(fields), expected) << flags;

        std::string written;
        EXPECT_EQ(encode(written, 1, attrs_reply{.attrs = expected}), std::nullopt);
        EXPECT_EQ(testing::hexadecimal(written.substr(4)), "6900000001" + fields);
        // A field announced and not sent, or sent and not announced, is malformed.
        EXPECT_EQ(read(fields.substr(0, fields.size() - 2)), std::nullopt) << flags;
        EXPECT_EQ(read(fields + "00"), std::nullopt) << flags;
    }
}

TEST(attributes, extreme_values_are_kept_exactly) {
    const auto extreme = read("0000000f ffffffffffffffff ffffffff fffffffe ffffffff 00000000 ffffffff");
    ASSERT_TRUE(extreme);
    EXPECT_EQ(extreme->size, 18446744073709551615U);
    EXPECT_EQ(extreme->uid, 4294967295U);
    EXPECT_EQ(extreme->gid, 4294967294U);
    EXPECT_EQ(extreme->permissions, 4294967295U);
    EXPECT_EQ(extreme->atime, 0U);
    EXPECT_EQ(extreme->mtime, 4294967295U);
}

TEST(attributes, unknown_flag_bits_are_ignored) {
    EXPECT_EQ(read("7ffffff4 000041ed"), (attributes{.permissions = 040755}));
}

TEST(attributes, unknown_flag_bits_that_bring_fields_are_refused) {
    EXPECT_EQ(read("00000014 000041ed 00000000"), std::nullopt);
}

TEST(attributes, extended_pairs_are_skipped) {
    EXPECT_EQ(read("80000001 0000000000000009 00000002 00000001 61 00000002 6263 00000000 00000000"),
              (attributes{.size = 9}));
    EXPECT_EQ(read("80000000 00000000"), attributes{});
}

TEST(attributes, more_extended_pairs_than_octets_are_refused) {
    EXPECT_EQ(read("80000000 ffffffff"), std::nullopt);
    EXPECT_EQ(read("80000000 ffffffff 00000000 00000000"), std::nullopt);
    EXPECT_EQ(read("80000000 00000001 00000000"), std::nullopt);
    EXPECT_EQ(read("80000000"), std::nullopt);
}

TEST(attributes, half_a_pair_is_not_sent) {
    for (const auto& half :
         {attributes{.uid = 1}, attributes{.gid = 1}, attributes{.atime = 1}, attributes{.mtime = 1}}) {
        std::string out = "before";
        EXPECT_EQ(encode(out, 1, setstat_request{.path = "x", .attrs = half}), errc::incomplete_attributes);
        EXPECT_EQ(out, "before");
    }
}

TEST(attributes, type_comes_from_the_mode) {
    EXPECT_TRUE((attributes{.permissions = 0040755}).is_directory());
    EXPECT_TRUE((attributes{.permissions = 0120777}).is_symlink());
    EXPECT_TRUE((attributes{.permissions = 0100644}).is_regular());
    // A block device shares bits with a directory, a socket with a link and a regular file.
    for (const std::uint32_t other : {0060644U, 0140755U, 0010644U, 0020644U}) {
        const attributes special{.permissions = other};
        EXPECT_TRUE(special.type_known()) << other;
        EXPECT_FALSE(special.is_directory() || special.is_symlink() || special.is_regular()) << other;
    }
}

TEST(attributes, type_is_unknown_without_a_mode_or_its_type_bits) {
    for (const auto& none : {attributes{}, attributes{.permissions = 0644}}) {
        EXPECT_FALSE(none.type_known());
        EXPECT_FALSE(none.is_directory() || none.is_symlink() || none.is_regular());
    }
}

TEST(permission_string, shows_type_and_nine_permissions) {
    EXPECT_EQ(permission_string(0040755), "drwxr-xr-x");
    EXPECT_EQ(permission_string(0120777), "lrwxrwxrwx");
    EXPECT_EQ(permission_string(0100640), "-rw-r-----");
    EXPECT_EQ(permission_string(0100421), "-r---w---x");
    EXPECT_EQ(permission_string(0), "----------");
}

TEST(permission_string, shows_neither_set_id_bits_nor_special_types) {
    EXPECT_EQ(permission_string(0107755), "-rwxr-xr-x");
    EXPECT_EQ(permission_string(0041777), "drwxrwxrwx");
    EXPECT_EQ(permission_string(0140600), "-rw-------");
    EXPECT_EQ(permission_string(0060660), "-rw-rw----");
}

}  // namespace
}  // namespace gangway::sftp
