#include <gangway/sink/errors.hpp>
#include <gangway/sink/s3_credentials.hpp>

#include <gtest/gtest.h>

#include <map>

namespace gangway::sink {
namespace {

std::optional<s3_credentials> from_environment(const std::map<std::string, std::string>& variables) {
    return credentials_from_environment([&](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    });
}

TEST(s3_credentials, environment_gives_all_three_or_none) {
    const auto found = from_environment(
        {{"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "s3cret"}, {"AWS_SESSION_TOKEN", "token"}});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->access_key_id, "AKID");
    EXPECT_EQ(found->secret_access_key.view(), "s3cret");
    EXPECT_EQ(found->session_token.view(), "token");
    EXPECT_TRUE(from_environment({{"AWS_ACCESS_KEY_ID", "a"}, {"AWS_SECRET_ACCESS_KEY", "b"}})->session_token.empty());
    EXPECT_FALSE(from_environment({{"AWS_ACCESS_KEY_ID", "a"}}));
    EXPECT_FALSE(from_environment({{"AWS_SECRET_ACCESS_KEY", "b"}}));
    EXPECT_FALSE(from_environment({{"AWS_ACCESS_KEY_ID", ""}, {"AWS_SECRET_ACCESS_KEY", "b"}}));
}

/// As in the AWS command line's guide.
constexpr std::string_view file = R"(# comment
[default]
aws_access_key_id=AKIAIOSFODNN7EXAMPLE
aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY

[ user1 ]
aws_access_key_id = ASIAI44QH8DHBEXAMPLE
  aws_secret_access_key = je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY=
; another
aws_session_token = fcZib3JpZ2luX2IQoJb3JpZ2luX2IQoJb3JpZ2luX2IQoJb3JpZ2luX2IQoJb3JpZVERYLONGSTRINGEXAMPLE
region = us-east-1)";

TEST(s3_credentials, profile_of_a_file_is_read) {
    const auto first = credentials_from_file(file, "default").value();
    EXPECT_EQ(first.access_key_id, "AKIAIOSFODNN7EXAMPLE");
    EXPECT_EQ(first.secret_access_key.view(), "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    EXPECT_TRUE(first.session_token.empty());
    const auto second = credentials_from_file(file, "user1").value();
    EXPECT_EQ(second.access_key_id, "ASIAI44QH8DHBEXAMPLE");
    EXPECT_EQ(second.secret_access_key.view(), "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY=");
    EXPECT_TRUE(second.session_token.view().ends_with("EXAMPLE"));
}

TEST(s3_credentials, missing_profile_or_key_is_refused_without_showing_a_value) {
    for (const auto& [text, profile] :
         {std::pair<std::string_view, const char*>{file, "user2"},
          {file, ""},
          {"", "default"},
          {"[default]\naws_access_key_id=CANARY", "default"},
          {"aws_access_key_id=CANARY\naws_secret_access_key=CANARY", "default"},
          {"[default\naws_access_key_id=CANARY\naws_secret_access_key=CANARY", "default"}}) {
        const auto found = credentials_from_file(text, profile);
        ASSERT_FALSE(found) << text;
        EXPECT_EQ(found.error().code, errc::refused);
        EXPECT_FALSE(found.error().message.contains("CANARY"));
    }
}

TEST(s3_credentials, every_truncation_of_a_file_is_read_or_refused) {
    for (std::size_t size = 0; size < file.size(); ++size)
        static_cast<void>(credentials_from_file(file.substr(0, size), "user1"));
}

TEST(s3_credentials, what_would_break_a_request_is_not_usable) {
    const auto usable = [](std::string id, std::string_view secret, std::string_view token = "") {
        return are_usable({std::move(id), base::secret{secret}, base::secret{token}});
    };
    EXPECT_TRUE(usable("AKID", "a b/c+d=", "token"));
    EXPECT_FALSE(usable("", "secret"));
    EXPECT_FALSE(usable("AKID", ""));
    EXPECT_FALSE(usable("AK ID", "secret"));
    EXPECT_FALSE(usable("AKID\r\nX: y", "secret"));
    EXPECT_FALSE(usable(std::string(129, 'a'), "secret"));
    EXPECT_FALSE(usable("AKID", "a\nb"));
    EXPECT_FALSE(usable("AKID", std::string_view{"a\0b", 3}));
    EXPECT_FALSE(usable("AKID", "secret", "token\r\nX: y"));
}

}  // namespace
}  // namespace gangway::sink
