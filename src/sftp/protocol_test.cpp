#include <gangway/sftp/protocol.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::sftp {
namespace {

TEST(protocol, packet_types_have_the_names_of_the_draft) {
    EXPECT_EQ(to_string(packet_type::init), "INIT");
    EXPECT_EQ(to_string(packet_type::handle), "HANDLE");
    EXPECT_EQ(to_string(packet_type::extended_reply), "EXTENDED_REPLY");
    EXPECT_EQ(to_string(static_cast<packet_type>(77)), "packet 77");
}

TEST(protocol, every_packet_type_of_the_draft_has_a_name) {
    for (const auto [first, last] : {std::pair{1, 20}, {101, 105}, {200, 201}}) {
        for (int number = first; number <= last; ++number) {
            EXPECT_FALSE(to_string(static_cast<packet_type>(number)).starts_with("packet")) << number;
        }
    }
}

TEST(protocol, status_codes_have_names_as_far_as_drafts_gave_them) {
    EXPECT_EQ(to_string(status_code::ok), "OK");
    EXPECT_EQ(to_string(status_code::no_such_file), "NO_SUCH_FILE");
    EXPECT_EQ(to_string(status_code::op_unsupported), "OP_UNSUPPORTED");
    EXPECT_EQ(to_string(status_code::quota_exceeded), "QUOTA_EXCEEDED");
    EXPECT_EQ(to_string(status_code::file_is_a_directory), "FILE_IS_A_DIRECTORY");
}

TEST(protocol, status_codes_without_a_name_keep_their_number) {
    EXPECT_EQ(to_string(static_cast<status_code>(32)), "STATUS_32");
    EXPECT_EQ(to_string(static_cast<status_code>(4294967295U)), "STATUS_4294967295");
}

}  // namespace
}  // namespace gangway::sftp
