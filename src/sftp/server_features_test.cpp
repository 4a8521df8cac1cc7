#include "testing/openssh_dialogue.hpp"
#include "testing/wire_text.hpp"

#include <gangway/sftp/messages.hpp>
#include <gangway/sftp/server_features.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

namespace gangway::sftp {
namespace {

using announced = std::initializer_list<std::pair<std::string_view, std::string_view>>;

std::optional<server_features> features(announced pairs) {
    std::string octets;
    for (const auto& [name, data] : pairs)
        append_item(octets, extension_pair{name, data});
    return server_features::from({.extensions = sequence<extension_pair>{octets}});
}

TEST(server_features, of_openssh_has_all_but_check_file) {
    const auto body = testing::body_of(openssh::called("INIT").answer);
    const auto openssh = server_features::from(*decode<version_reply>(body));
    ASSERT_TRUE(openssh);
    EXPECT_EQ(openssh->version, 3U);
    EXPECT_TRUE(openssh->posix_rename && openssh->statvfs && openssh->fstatvfs && openssh->hardlink && openssh->fsync &&
                openssh->lsetstat && openssh->limits_request && openssh->copy_data && openssh->users_groups_by_id);
    EXPECT_FALSE(openssh->check_file_name || openssh->check_file_handle);
    EXPECT_EQ(openssh->extensions.size(), 11U);
    EXPECT_EQ(openssh->extensions[7], (extension{"expand-path@openssh.com", "1"}));
}

TEST(server_features, without_announcements_has_none) {
    const auto none = features({});
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->posix_rename || none->statvfs || none->fstatvfs || none->hardlink || none->fsync ||
                 none->lsetstat || none->limits_request || none->copy_data || none->users_groups_by_id ||
                 none->check_file_name || none->check_file_handle);
    EXPECT_EQ(none->limits, server_limits{});
}

TEST(server_features, each_announcement_turns_on_its_own) {
    EXPECT_TRUE(features({{"posix-rename@openssh.com", "1"}})->posix_rename);
    EXPECT_TRUE(features({{"statvfs@openssh.com", "2"}})->statvfs);
    EXPECT_FALSE(features({{"statvfs@openssh.com", "2"}})->fstatvfs);
    EXPECT_TRUE(features({{"fstatvfs@openssh.com", "2"}})->fstatvfs);
    EXPECT_TRUE(features({{"hardlink@openssh.com", "1"}})->hardlink);
    EXPECT_TRUE(features({{"fsync@openssh.com", "1"}})->fsync);
    EXPECT_TRUE(features({{"lsetstat@openssh.com", "1"}})->lsetstat);
    EXPECT_TRUE(features({{"limits@openssh.com", "1"}})->limits_request);
    EXPECT_TRUE(features({{"copy-data", "1"}})->copy_data);
    EXPECT_TRUE(features({{"users-groups-by-id@openssh.com", "1"}})->users_groups_by_id);
}

TEST(server_features, another_revision_is_another_extension) {
    EXPECT_FALSE(features({{"posix-rename@openssh.com", "2"}})->posix_rename);
    EXPECT_FALSE(features({{"statvfs@openssh.com", "1"}})->statvfs);
    EXPECT_FALSE(features({{"fsync@openssh.com", ""}})->fsync);
    EXPECT_FALSE(features({{"FSYNC@openssh.com", "1"}})->fsync);
}

TEST(server_features, one_of_several_revisions_is_enough) {
    const auto both = features({{"limits@openssh.com", "1"}, {"limits@openssh.com", "2"}});
    EXPECT_TRUE(both->limits_request);
    EXPECT_EQ(both->extensions.size(), 2U);
}

TEST(server_features, check_file_is_announced_under_three_names) {
    EXPECT_TRUE(features({{"check-file", "md5,sha1"}})->check_file_name);
    EXPECT_TRUE(features({{"check-file", ""}})->check_file_handle);
    EXPECT_TRUE(features({{"check-file-name", ""}})->check_file_name);
    EXPECT_FALSE(features({{"check-file-name", ""}})->check_file_handle);
    EXPECT_TRUE(features({{"check-file-handle", "1"}})->check_file_handle);
    EXPECT_FALSE(features({{"check-file-handle", "1"}})->check_file_name);
}

TEST(server_features, announcements_are_bounded_in_number) {
    std::string octets;
    for (std::size_t i = 0; i < max_extensions; ++i)
        append_item(octets, extension_pair{"x", "1"});
    EXPECT_TRUE(server_features::from({.extensions = sequence<extension_pair>{octets}}));
    append_item(octets, extension_pair{"x", "1"});
    EXPECT_FALSE(server_features::from({.extensions = sequence<extension_pair>{octets}}));
}

TEST(server_features, announcements_are_bounded_in_octets) {
    const std::string fitting(max_extension_octets - 8, 'x');
    EXPECT_TRUE(features({{fitting, ""}}));
    EXPECT_FALSE(features({{fitting, "1"}}));
    EXPECT_FALSE(features({{std::string(200000, 'x'), ""}}));
}

server_limits limits(std::uint64_t packet, std::uint64_t read, std::uint64_t write, std::uint64_t handles = 0) {
    return server_limits::from(limits_reply{packet, read, write, handles});
}

TEST(server_limits, of_openssh_are_taken_as_they_are) {
    const auto openssh = limits(262144, 261120, 261120, 19995);
    EXPECT_EQ(openssh.read, 261120U);
    EXPECT_EQ(openssh.write, 261120U);
    EXPECT_EQ(openssh.open_handles, 19995U);
    EXPECT_TRUE(openssh.told);
}

TEST(server_limits, zero_means_what_all_servers_take) {
    const auto zero = limits(0, 0, 0, 0);
    EXPECT_EQ(zero.read, 32768U);
    EXPECT_EQ(zero.write, 32768U);
    EXPECT_EQ(zero.open_handles, std::nullopt);
    EXPECT_TRUE(zero.told);
}

TEST(server_limits, absurd_ones_are_clamped) {
    const auto small = limits(1, 1, 1, 1);
    EXPECT_EQ(small.read, 1024U);
    EXPECT_EQ(small.write, 1024U);
    const auto large = limits(~0ULL, ~0ULL, ~0ULL, ~0ULL);
    EXPECT_EQ(large.read, 261120U);
    EXPECT_EQ(large.write, 261120U);
    EXPECT_EQ(large.open_handles, ~0ULL);
}

TEST(server_limits, transfers_fit_the_servers_messages) {
    EXPECT_EQ(limits(34000, 261120, 261120).read, 34000U - 1024U);
    EXPECT_EQ(limits(34000, 261120, 8192).write, 8192U);
    EXPECT_EQ(limits(0, 65536, 131072).read, 65536U);
    EXPECT_EQ(limits(0, 65536, 131072).write, 131072U);
    // Small messages bound a READ without a limit of its own as well.
    EXPECT_EQ(limits(9216, 0, 0).read, 8192U);
}

}  // namespace
}  // namespace gangway::sftp
