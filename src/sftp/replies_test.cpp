// Every reply against literal octets: a real server's, and hostile ones written by hand.

#include "testing/openssh_dialogue.hpp"
#include "testing/wire_text.hpp"

#include <gangway/sftp/messages.hpp>
#include <gangway/sftp/reply.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gangway::sftp {
namespace {

using testing::body_of;
using testing::hexadecimal;
using testing::octets;

std::string answer(std::string_view what) {
    return body_of(openssh::called(what).answer);
}

/// `body` is read, no part of it and nothing longer is, and it is written the same again.
template <class Reply>
Reply expect_strict(const std::string& body) {
    for (std::size_t length = 0; length < body.size(); ++length) {
        EXPECT_FALSE(decode<Reply>(std::string_view{body}.substr(0, length))) << length;
    }
    EXPECT_FALSE(decode<Reply>(body + '\0'));
    const auto value = decode<Reply>(body);
    EXPECT_TRUE(value);
    return value.value_or(Reply{});
}
template <class Reply>
void expect_written(const Reply& value, request_id id, std::string_view what) {
    std::string written;
    EXPECT_EQ(encode(written, id, value), std::nullopt);
    EXPECT_EQ(hexadecimal(written), hexadecimal(octets(openssh::called(what).answer))) << what;
}

TEST(replies, version_lists_extensions_in_order) {
    const auto body = answer("INIT");
    const auto version = decode<version_reply>(body);
    ASSERT_TRUE(version);
    EXPECT_EQ(version->version, 3U);
    std::vector<std::string> names;
    for (const auto& [name, data] : version->extensions)
        names.push_back(std::string{name} + ' ' + std::string{data});
    EXPECT_EQ(names,
              (std::vector<std::string>{"posix-rename@openssh.com 1", "statvfs@openssh.com 2", "fstatvfs@openssh.com 2",
                                        "hardlink@openssh.com 1", "fsync@openssh.com 1", "lsetstat@openssh.com 1",
                                        "limits@openssh.com 1", "expand-path@openssh.com 1", "copy-data 1",
                                        "home-directory 1", "users-groups-by-id@openssh.com 1"}));
    expect_written(*version, 0, "INIT");
}

TEST(replies, version_cut_between_pairs_is_whole_and_elsewhere_is_not) {
    const auto body = answer("INIT");
    std::size_t whole = 0;
    for (std::size_t length = 0; length < body.size(); ++length) {
        if (decode<version_reply>(std::string_view{body}.substr(0, length))) ++whole;
    }
    // After the number, and after each of the eleven pairs but the last, which is the whole message.
    EXPECT_EQ(whole, 11U);
    EXPECT_FALSE(decode<version_reply>(body + '\0'));
}

TEST(replies, version_with_a_name_without_data_is_refused) {
    EXPECT_FALSE(decode<version_reply>(octets("02 00000003 00000001 61")));
    EXPECT_FALSE(decode<version_reply>(octets("02 00000003 00000001 61 00000001 62 00000001 63")));
    EXPECT_FALSE(decode<version_reply>(octets("02 00000003 ffffffff 61 00000001 62")));
}

TEST(replies, status_of_a_real_server) {
    const auto body = answer("STAT missing");
    const auto status = decode<status_reply>(body);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->code, status_code::no_such_file);
    EXPECT_EQ(status->message, "No such file");
    EXPECT_EQ(status->language, "");
    expect_written(*status, 9, "STAT missing");
}

TEST(replies, status_needs_its_code_and_nothing_more) {
    const auto body = octets("65 00000001 00000004 00000002 6e6f 00000002 656e");
    for (std::size_t length = 0; length < body.size(); ++length) {
        const auto status = decode<status_reply>(std::string_view{body}.substr(0, length));
        EXPECT_EQ(status.has_value(), length >= 9) << length;
        if (!status) continue;
        EXPECT_EQ(status->code, status_code::failure);
        EXPECT_EQ(status->message, length >= 15 ? "no" : "") << length;
        EXPECT_EQ(status->language, "");
    }
    EXPECT_EQ(decode<status_reply>(body)->language, "en");
}

TEST(replies, status_with_octets_left_over_is_read) {
    const auto body = octets("65 00000001 00000004 00000002 6e6f 00000002 656e ff");
    const auto status = decode<status_reply>(body);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->message, "no");
}

TEST(replies, status_with_a_message_longer_than_itself_has_none) {
    const auto body = octets("65 00000001 00000004 ffffffff 6e6f");
    const auto status = decode<status_reply>(body);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->message, "");
}

TEST(replies, status_keeps_any_code) {
    const auto body = octets("65 00000001 ffffffff");
    EXPECT_EQ(decode<status_reply>(body)->code, static_cast<status_code>(4294967295U));
}

TEST(replies, handle) {
    const auto body = answer("OPEN r");
    const auto reply = expect_strict<handle_reply>(body);
    EXPECT_EQ(reply.handle, std::string_view("\0\0\0\1", 4));
    expect_written(reply, 20, "OPEN r");
}

TEST(replies, handle_has_1_to_256_octets_of_any_kind) {
    const auto of_length = [](std::size_t length) {
        return octets("66 00000001") + octets(fmt::format("{:08x}", length)) + std::string(length, '\0');
    };
    EXPECT_FALSE(decode<handle_reply>(of_length(0)));
    EXPECT_TRUE(decode<handle_reply>(of_length(1)));
    EXPECT_TRUE(decode<handle_reply>(of_length(256)));
    EXPECT_FALSE(decode<handle_reply>(of_length(257)));
    EXPECT_FALSE(decode<handle_reply>(of_length(65536)));
}

TEST(replies, data) {
    const auto body = answer("READ");
    const auto reply = expect_strict<data_reply>(body);
    EXPECT_EQ(reply.data, "hello\n");
    expect_written(reply, 2, "READ");
    const auto empty = octets("67 00000001 00000000");
    EXPECT_EQ(expect_strict<data_reply>(empty).data, "");
}

TEST(replies, attrs) {
    const auto body = answer("FSTAT");
    const auto reply = expect_strict<attrs_reply>(body);
    EXPECT_EQ(reply.attrs.size, 6U);
    EXPECT_EQ(reply.attrs.uid, 4242U);
    EXPECT_EQ(reply.attrs.gid, 4243U);
    EXPECT_EQ(reply.attrs.permissions, 0100644U);
    EXPECT_EQ(reply.attrs.mtime, 1768478400U);
    EXPECT_TRUE(reply.attrs.is_regular());
    expect_written(reply, 4, "FSTAT");
}

TEST(replies, names_of_a_directory) {
    const auto body = answer("READDIR");
    const auto reply = expect_strict<name_reply>(body);
    EXPECT_EQ(reply.count, 5U);
    std::vector<std::string> seen;
    for (const auto& entry : reply.entries) {
        seen.push_back(permission_string(*entry.attrs.permissions) + ' ' + std::string{entry.name});
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"drwxr-xr-x .", "lrwxrwxrwx link", "-rw-r--r-- hello.txt",
                                              "drwxr-xr-x sub", "drwxr-xr-x .."}));
    expect_written(reply, 13, "READDIR");
}

TEST(replies, names_are_octets) {
    const auto body = octets("68 00000001 00000002 00000004 ff000a2f 00000001 78 00000000 00000000 00000000 00000000");
    const auto reply = expect_strict<name_reply>(body);
    auto entry = reply.entries.begin();
    EXPECT_EQ(entry->name, std::string_view("\xff\0\n/", 4));
    ++entry;
    EXPECT_EQ(entry->name, "");
    EXPECT_EQ(entry->attrs, attributes{});
    ++entry;
    EXPECT_TRUE(entry == reply.entries.end());
}

TEST(replies, name_entries_are_written_without_a_longname) {
    std::string entries;
    append_item(entries, name_entry{.name = "a", .attrs = {.permissions = 0100600}});
    std::string written;
    EXPECT_EQ(encode(written, 1, name_reply{.count = 1, .entries = sequence<name_entry>{entries}}), std::nullopt);
    EXPECT_EQ(hexadecimal(written), "0000001a6800000001000000010000000161000000000000000400008180");
}

TEST(replies, names_may_be_none) {
    const auto body = octets("68 00000001 00000000");
    const auto reply = expect_strict<name_reply>(body);
    EXPECT_TRUE(reply.entries.empty());
}

TEST(replies, name_count_must_be_that_of_the_entries) {
    const std::string entry = "00000001 61 00000000 00000000";
    const auto with_count = [&](std::string_view count, int entries) {
        std::string text = "68 00000001 " + std::string{count};
        for (int i = 0; i < entries; ++i)
            text += entry;
        return decode<name_reply>(octets(text)).has_value();
    };
    EXPECT_TRUE(with_count("00000002", 2));
    EXPECT_FALSE(with_count("00000001", 2));
    EXPECT_FALSE(with_count("00000003", 2));
    EXPECT_FALSE(with_count("00000000", 1));
    EXPECT_FALSE(with_count("ffffffff", 0));
    EXPECT_FALSE(with_count("ffffffff", 1));
    EXPECT_FALSE(with_count("ffffffff", 10));
    // Thirteen octets each: twelve entries' octets would do for thirteen of the least size.
    EXPECT_FALSE(with_count("0000000d", 12));
}

TEST(replies, path_is_the_one_name) {
    const auto body = answer("REALPATH");
    EXPECT_EQ(expect_strict<path_reply>(body).path, "/srv/demo");
    const auto link = answer("READLINK");
    EXPECT_EQ(expect_strict<path_reply>(link).path, "hello.txt");
}

TEST(replies, path_is_neither_missing_nor_empty_nor_one_of_two) {
    EXPECT_FALSE(decode<path_reply>(octets("68 00000001 00000000")));
    EXPECT_FALSE(decode<path_reply>(octets("68 00000001 00000001 00000000 00000000 00000000")));
    const std::string entry = "00000001 61 00000000 00000000";
    EXPECT_TRUE(decode<path_reply>(octets("68 00000001 00000001" + entry)));
    EXPECT_FALSE(decode<path_reply>(octets("68 00000001 00000002" + entry + entry)));
    EXPECT_FALSE(decode<path_reply>(octets("68 00000001 00000001" + entry + entry)));
}

TEST(replies, limits) {
    const auto body = answer("LIMITS");
    const auto reply = expect_strict<limits_reply>(body);
    EXPECT_EQ(reply.max_packet_length, 262144U);
    EXPECT_EQ(reply.max_read_length, 261120U);
    EXPECT_EQ(reply.max_write_length, 261120U);
    EXPECT_EQ(reply.max_open_handles, 19995U);
    expect_written(reply, 0, "LIMITS");
}

TEST(replies, statvfs) {
    const auto body = octets(
        "c9 00000001 0000000000000001 0000000000000002 0000000000000003 0000000000000004 0000000000000005"
        "0000000000000006 0000000000000007 0000000000000008 0000000000000009 000000000000000a 000000000000000b");
    const auto made_up = expect_strict<statvfs_reply>(body);
    EXPECT_EQ(made_up.block_size, 1U);
    EXPECT_EQ(made_up.fragment_size, 2U);
    EXPECT_EQ(made_up.blocks, 3U);
    EXPECT_EQ(made_up.blocks_free, 4U);
    EXPECT_EQ(made_up.blocks_available, 5U);
    EXPECT_EQ(made_up.files, 6U);
    EXPECT_EQ(made_up.files_free, 7U);
    EXPECT_EQ(made_up.files_available, 8U);
    EXPECT_EQ(made_up.file_system_id, 9U);
    EXPECT_EQ(made_up.flags, 10U);
    EXPECT_EQ(made_up.max_name, 11U);

    const auto real = answer("STATVFS");
    const auto reply = expect_strict<statvfs_reply>(real);
    EXPECT_EQ(reply.block_size, 4096U);
    EXPECT_EQ(reply.max_name, 255U);
    expect_written(reply, 38, "STATVFS");
}

TEST(replies, users_groups) {
    const auto body = answer("USERS");
    const auto reply = expect_strict<users_groups_reply>(body);
    auto user = reply.users.begin();
    EXPECT_EQ(user->name, "root");
    ++user;
    EXPECT_EQ(user->name, "");
    ++user;
    EXPECT_TRUE(user == reply.users.end());
    EXPECT_EQ(reply.groups.begin()->name, "root");
    expect_written(reply, 40, "USERS");
}

TEST(replies, users_groups_with_a_cut_name_inside_is_refused) {
    EXPECT_TRUE(decode<users_groups_reply>(octets("c9 00000001 00000005 00000001 61 00000000")));
    EXPECT_FALSE(decode<users_groups_reply>(octets("c9 00000001 00000005 00000002 61 00000000")));
    EXPECT_FALSE(decode<users_groups_reply>(octets("c9 00000001 00000003 000000 00000000")));
}

TEST(replies, check_file_with_and_without_its_own_name) {
    const auto plain = octets("c9 00000001 00000003 6d6435 0102");
    const auto named = octets("c9 00000001 0000000a 636865636b2d66696c65 00000003 6d6435 0102");
    for (const auto& body : {plain, named}) {
        const auto reply = decode<check_file_reply>(body);
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->algorithm, "md5");
        EXPECT_EQ(reply->hashes, "\1\2");
    }
    std::string written;
    EXPECT_EQ(encode(written, 1, check_file_reply{.algorithm = "md5", .hashes = "\1\2"}), std::nullopt);
    EXPECT_EQ(written.substr(4), plain);
}

TEST(replies, check_file_without_an_algorithm_is_refused) {
    EXPECT_FALSE(decode<check_file_reply>(octets("c9 00000001")));
    EXPECT_FALSE(decode<check_file_reply>(octets("c9 00000001 00000000")));
    EXPECT_FALSE(decode<check_file_reply>(octets("c9 00000001 00000004 6d6435")));
    EXPECT_FALSE(decode<check_file_reply>(octets("c9 00000001 0000000a 636865636b2d66696c65")));
}

TEST(sequence, octets_that_were_never_checked_end_before_the_malformed_item) {
    const auto names = octets("00000001 61 00000001 62 00000009 63");
    std::string seen;
    for (const auto& [name] : sequence<account_name>{names})
        seen += name;
    EXPECT_EQ(seen, "ab");
}

frame frame_of(const std::string& body) {
    return {body.begin(), body.end()};
}

TEST(reply, as_reads_the_wanted_message) {
    const reply attrs{frame_of(answer("STAT")), "STAT"};
    EXPECT_EQ(attrs.type(), packet_type::attrs);
    EXPECT_EQ(attrs.as<attrs_reply>()->attrs.size, 6U);
}

TEST(reply, views_stay_valid_when_it_moves) {
    reply first{frame_of(answer("READ")), "READ"};
    const auto data = first.as<data_reply>()->data;
    const reply second{std::move(first)};
    EXPECT_EQ(data, "hello\n");
    EXPECT_EQ(data.data(), second.as<data_reply>()->data.data());
}

TEST(reply, status_instead_is_the_error_it_names) {
    const reply missing{frame_of(answer("STAT missing")), "STAT"};
    const auto attrs = missing.as<attrs_reply>();
    ASSERT_FALSE(attrs);
    EXPECT_EQ(attrs.error().code, errc::no_such_file);
    EXPECT_EQ(attrs.error().message, "STAT failed: NO_SUCH_FILE — No such file");
}

TEST(reply, ok_instead_of_an_answer_is_a_protocol_error) {
    const reply ok{frame_of(answer("CLOSE")), "OPEN"};
    EXPECT_EQ(ok.as<handle_reply>().error().code, errc::protocol_error);
    EXPECT_EQ(ok.as<handle_reply>().error().message,
              "the server broke the SFTP protocol: OPEN was answered with OK and nothing else");
}

TEST(reply, another_message_or_a_malformed_one_is_a_protocol_error) {
    const reply handle{frame_of(answer("OPEN")), "STAT"};
    EXPECT_EQ(handle.as<attrs_reply>().error().message,
              "the server broke the SFTP protocol: STAT was answered with an unfit HANDLE");
    EXPECT_EQ((reply{frame_of(octets("65 00000001")), "STAT"}).type(), packet_type::status);
    const reply cut{frame_of(octets("65 00000001")), "STAT"};
    EXPECT_EQ(cut.as<attrs_reply>().error().code, errc::protocol_error);
    const reply nothing{frame{}, "STAT"};
    EXPECT_EQ(nothing.as<attrs_reply>().error().code, errc::protocol_error);
}

TEST(reply, succeeded_tells_ok_from_refusal_and_nonsense) {
    EXPECT_TRUE((reply{frame_of(answer("CLOSE")), "CLOSE"}).succeeded());
    const reply refused{frame_of(answer("RENAME exists")), "RENAME"};
    EXPECT_EQ(refused.succeeded().error().message, "RENAME failed: FAILURE — Failure");
    const reply handle{frame_of(answer("OPEN")), "RENAME"};
    EXPECT_EQ(handle.succeeded().error().code, errc::protocol_error);
}

TEST(reply, status_itself_can_be_read_whatever_it_says) {
    const reply refused{frame_of(answer("RENAME exists")), "RENAME"};
    EXPECT_EQ(refused.as<status_reply>()->code, status_code::failure);
}

}  // namespace
}  // namespace gangway::sftp
