// Every request against literal octets. Those of openssh::dialogue were written by hand from the draft and accepted by
// a real server; the rest are written out here from the draft.

#include "testing/openssh_dialogue.hpp"
#include "testing/wire_text.hpp"

#include <gangway/sftp/messages.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::sftp {
namespace {

using testing::body_of;
using testing::hexadecimal;
using testing::octets;

/// `request` is written as `wire`, and `wire` is read as something that is written the same again; neither a part of
/// it nor more than it is read at all.
template <class Request>
void expect_wire(const Request& request, request_id id, std::string_view wire) {
    std::string written;
    EXPECT_EQ(encode(written, id, request), std::nullopt);
    EXPECT_EQ(hexadecimal(written), hexadecimal(octets(wire)));

    const auto body = body_of(wire);
    const auto read = decode<Request>(body);
    ASSERT_TRUE(read);
    std::string again;
    EXPECT_EQ(encode(again, id, *read), std::nullopt);
    EXPECT_EQ(again, written);

    for (std::size_t length = 0; length < body.size(); ++length) {
        EXPECT_FALSE(decode<Request>(std::string_view{body}.substr(0, length))) << length;
    }
    EXPECT_FALSE(decode<Request>(body + '\0'));
    EXPECT_FALSE(decode<Request>('\x63' + body.substr(1)));
}
template <class Request>
void expect_openssh(const Request& request, request_id id, std::string_view what) {
    SCOPED_TRACE(what);
    expect_wire(request, id, openssh::called(what).request);
}

const std::string handle("\0\0\0\0", 4);

TEST(requests, init_and_version) {
    std::string written;
    EXPECT_EQ(encode(written, 99, init_request{}), std::nullopt);
    EXPECT_EQ(hexadecimal(written), "000000050100000003");
    const auto body = octets("01 00000003 00000001 61 00000001 62");
    const auto read = decode<init_request>(body);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->version, 3U);
    EXPECT_EQ(read->extensions.begin()->name, "a");
    EXPECT_EQ(read->extensions.begin()->data, "b");
}

TEST(requests, open_read_write_close) {
    expect_openssh(open_request{.path = "hello.txt"}, 1, "OPEN");
    expect_openssh(open_request{.path = "new.txt",
                                .flags = open_flag::write | open_flag::create | open_flag::truncate,
                                .attrs = {.permissions = 0600}},
                   16, "OPEN w");
    expect_openssh(read_request{.handle = handle, .offset = 6, .length = 32768}, 3, "READ eof");
    expect_openssh(write_request{.handle = handle, .offset = 0, .data = "abc"}, 17, "WRITE");
    expect_openssh(close_request{.handle = handle}, 6, "CLOSE");
}

TEST(requests, open_flags_are_those_of_section_6_3) {
    EXPECT_EQ(open_flag::read | open_flag::write << 8 | open_flag::append << 16, 0x040201U);
    EXPECT_EQ(open_flag::create | open_flag::truncate << 8 | open_flag::exclusive << 16, 0x201008U);
}

TEST(requests, offsets_have_64_bits) {
    expect_wire(read_request{.handle = "h", .offset = 0x0123456789abcdef, .length = 255 * 1024}, 0xfedcba98,
                "00000016 05 fedcba98 00000001 68 0123456789abcdef 0003fc00");
    expect_wire(write_request{.handle = "h", .offset = 0xffffffffffffffff, .data = ""}, 1,
                "00000016 06 00000001 00000001 68 ffffffffffffffff 00000000");
    expect_wire(setstat_request{.path = "f", .attrs = {.size = 0x0000000500000000}}, 1,
                "00000016 09 00000001 00000001 66 00000001 0000000500000000");
}

TEST(requests, attributes) {
    expect_openssh(stat_request{.path = "hello.txt"}, 7, "STAT");
    expect_openssh(lstat_request{.path = "link"}, 8, "LSTAT");
    expect_openssh(fstat_request{.handle = handle}, 4, "FSTAT");
    expect_openssh(setstat_request{.path = "new.txt", .attrs = {.permissions = 0640}}, 24, "SETSTAT");
    expect_openssh(setstat_request{.path = "new.txt", .attrs = {.size = 2}}, 25, "SETSTAT size");
    expect_openssh(fsetstat_request{.handle = handle, .attrs = {.atime = 1768478400, .mtime = 1768478401}}, 18,
                   "FSETSTAT");
}

TEST(requests, directories) {
    expect_openssh(opendir_request{.path = "."}, 12, "OPENDIR");
    expect_openssh(readdir_request{.handle = handle}, 13, "READDIR");
    expect_openssh(mkdir_request{.path = "d", .attrs = {.permissions = 0755}}, 27, "MKDIR");
    expect_openssh(rmdir_request{.path = "d"}, 37, "RMDIR");
}

TEST(requests, paths) {
    expect_openssh(remove_request{.path = "d/l"}, 34, "REMOVE");
    expect_openssh(rename_request{.old_path = "new.txt", .new_path = "d/x"}, 28, "RENAME");
    expect_openssh(realpath_request{.path = "."}, 11, "REALPATH");
    expect_openssh(readlink_request{.path = "link"}, 10, "READLINK");
}

// The server that took these octets made d/l point to hello.txt, not the reverse.
TEST(requests, symlink_sends_the_target_first) {
    expect_openssh(symlink_request{.target = "hello.txt", .link_path = "d/l"}, 32, "SYMLINK");
}

TEST(requests, extensions) {
    expect_openssh(limits_request{}, 0, "LIMITS");
    expect_openssh(posix_rename_request{.old_path = "d/y", .new_path = "d/z"}, 31, "POSIX_RENAME");
    expect_openssh(hardlink_request{.old_path = "d/x", .new_path = "d/y"}, 30, "HARDLINK");
    expect_openssh(fsync_request{.handle = handle}, 19, "FSYNC");
    expect_openssh(lsetstat_request{.path = "link", .attrs = {.atime = 1768478400, .mtime = 1768478401}}, 26,
                   "LSETSTAT");
    const std::string other("\0\0\0\1", 4);
    expect_openssh(copy_data_request{.from_handle = other, .length = 0, .to_handle = handle, .to_offset = 3}, 21,
                   "COPY_DATA");
    expect_openssh(statvfs_request{.path = "."}, 38, "STATVFS");
    expect_openssh(fstatvfs_request{.handle = handle}, 5, "FSTATVFS");
}

TEST(requests, users_groups_by_id_packs_numbers) {
    std::string users;
    append_item(users, account_id{0});
    append_item(users, account_id{4242});
    std::string groups;
    append_item(groups, account_id{0});
    expect_openssh(users_groups_request{.users = sequence<account_id>{users}, .groups = sequence<account_id>{groups}},
                   40, "USERS");
}

// No server at hand answers these: the octets are draft 13's, section 9.1.2.
TEST(requests, check_file) {
    expect_wire(
        check_file_name_request{.path = "f", .algorithms = "sha256,md5", .offset = 1, .length = 2, .block_size = 256},
        9,
        "0000003f c8 00000009 0000000f 636865636b2d66696c652d6e616d65 00000001 66"
        "0000000a 7368613235362c6d6435 0000000000000001 0000000000000002 00000100");
    expect_wire(check_file_handle_request{.handle = "h", .algorithms = "sha1"}, 9,
                "0000003b c8 00000009 00000011 636865636b2d66696c652d68616e646c65 00000001 68"
                "00000004 73686131 0000000000000000 0000000000000000 00000000");
}

TEST(requests, another_extension_is_not_read_as_this_one) {
    EXPECT_FALSE(decode<statvfs_request>(body_of(openssh::called("FSTATVFS").request)));
    EXPECT_FALSE(decode<limits_request>(body_of(openssh::called("UNKNOWN").request)));
}

template <class Request>
std::optional<errc> refusal(const Request& request) {
    std::string out = "kept";
    const auto refused = encode(out, 1, request);
    EXPECT_EQ(out == "kept", refused.has_value());
    return refused;
}

TEST(requests, path_of_4096_octets_is_sent_and_one_more_is_not) {
    const std::string longest(4096, 'p');
    const std::string longer(4097, 'p');
    EXPECT_EQ(refusal(stat_request{.path = longest}), std::nullopt);
    EXPECT_EQ(refusal(stat_request{.path = longer}), errc::too_long);
    EXPECT_EQ(refusal(rename_request{.old_path = longest, .new_path = longest}), std::nullopt);
    EXPECT_EQ(refusal(rename_request{.old_path = longest, .new_path = longer}), errc::too_long);
    EXPECT_EQ(refusal(stat_request{.path = ""}), std::nullopt);
}

TEST(requests, handle_has_1_to_256_octets) {
    EXPECT_EQ(refusal(close_request{.handle = ""}), errc::too_long);
    EXPECT_EQ(refusal(close_request{.handle = "h"}), std::nullopt);
    EXPECT_EQ(refusal(close_request{.handle = std::string(256, 'h')}), std::nullopt);
    EXPECT_EQ(refusal(close_request{.handle = std::string(257, 'h')}), errc::too_long);
}

TEST(requests, transfer_has_at_most_255_kib) {
    const std::string most(max_transfer, 'd');
    EXPECT_EQ(refusal(write_request{.handle = "h", .data = most}), std::nullopt);
    EXPECT_EQ(refusal(write_request{.handle = "h", .data = most + 'd'}), errc::too_long);
    EXPECT_EQ(refusal(read_request{.handle = "h", .length = max_transfer}), std::nullopt);
    EXPECT_EQ(refusal(read_request{.handle = "h", .length = max_transfer + 1}), errc::too_long);
}

TEST(requests, message_has_at_most_256_kib) {
    // Type, id, name, and two lengths take 47 octets of the 262144.
    const auto request = [](const std::string& ids) {
        return users_groups_request{.users = sequence<account_id>{ids}};
    };
    EXPECT_EQ(refusal(request(std::string(262144 - 47, 'u'))), std::nullopt);
    EXPECT_EQ(refusal(request(std::string(262144 - 46, 'u'))), errc::too_long);
}

TEST(requests, several_are_appended_one_after_the_other) {
    std::string out;
    EXPECT_EQ(encode(out, 7, stat_request{.path = "hello.txt"}), std::nullopt);
    EXPECT_EQ(encode(out, 8, stat_request{.path = std::string(5000, 'x')}), errc::too_long);
    EXPECT_EQ(encode(out, 8, lstat_request{.path = "link"}), std::nullopt);
    EXPECT_EQ(out, octets(openssh::called("STAT").request) + octets(openssh::called("LSTAT").request));
}

}  // namespace
}  // namespace gangway::sftp
