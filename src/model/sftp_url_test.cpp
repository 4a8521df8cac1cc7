#include <gangway/model/errors.hpp>
#include <gangway/model/sftp_url.hpp>

#include <gtest/gtest.h>

#include <utility>

namespace gangway::model {
namespace {

std::string error_of(std::string_view text) {
    const auto parsed = sftp_url::parse(text);
    if (parsed) return "accepted";
    EXPECT_EQ(parsed.error().code, errc::invalid_value);
    EXPECT_EQ(parsed.error().fact_named("field"), "url");
    return parsed.error().message;
}

TEST(sftp_url, all_parts_are_read) {
    const auto url = sftp_url::parse("sftp://partner@sftp.example.com:2222/in/orders.csv").value();
    EXPECT_EQ(url.username, "partner");
    EXPECT_EQ(url.endpoint.text(), "sftp.example.com:2222");
    EXPECT_EQ(url.path, "/in/orders.csv");
}

TEST(sftp_url, only_the_host_is_needed) {
    for (const auto text : {"sftp://example.com", "SFTP://Example.COM"}) {
        const auto url = sftp_url::parse(text).value();
        EXPECT_FALSE(url.username);
        EXPECT_EQ(url.endpoint.text(), "example.com:22");
        EXPECT_EQ(url.path, ".");
    }
}

TEST(sftp_url, paths_are_absolute_but_those_that_start_at_home) {
    for (const auto& [text, path] :
         {std::pair{"sftp://h/", "/"}, std::pair{"sftp://h/a", "/a"}, std::pair{"sftp://h//a", "//a"},
          std::pair{"sftp://h/~", "."}, std::pair{"sftp://h/~/", "."}, std::pair{"sftp://h/~//", "."},
          std::pair{"sftp://h/~/a/b", "a/b"}, std::pair{"sftp://h/~//etc", "etc"},
          std::pair{"sftp://h/~/%2Fetc", "etc"}, std::pair{"sftp://h/~user/a", "/~user/a"},
          std::pair{"sftp://h/a?b#c;d@e:f", "/a?b#c;d@e:f"}})
        EXPECT_EQ(sftp_url::parse(text).value().path, path) << text;
}

TEST(sftp_url, percent_codes_become_octets) {
    const auto url = sftp_url::parse("sftp://a%40b%3a@h/caf%e9%20%25").value();
    EXPECT_EQ(url.username, "a@b:");
    EXPECT_EQ(url.path, "/caf\xe9 %");
    EXPECT_EQ(sftp_url::parse("sftp://me@example.org@h/").value().username, "me@example.org");
}

TEST(sftp_url, broken_percent_codes_and_nul_are_refused) {
    for (const auto text : {"sftp://h/%", "sftp://h/%4", "sftp://h/%zz", "sftp://h/%4g", "sftp://%@h/"})
        EXPECT_TRUE(error_of(text).contains("%25")) << text;
    EXPECT_TRUE(error_of("sftp://h/a%00b").contains("NUL"));
    EXPECT_TRUE(error_of("sftp://a%00b@h/").contains("NUL"));
}

TEST(sftp_url, ipv6_needs_brackets) {
    EXPECT_EQ(sftp_url::parse("sftp://[2001:DB8::1]:2222/").value().endpoint.text(), "[2001:db8::1]:2222");
    EXPECT_EQ(sftp_url::parse("sftp://u@[::1]").value().endpoint.text(), "[::1]:22");
    for (const auto text : {"sftp://fe80::1:22/", "sftp://::1/", "sftp://1:2:3/", "sftp://h::22/"})
        EXPECT_TRUE(error_of(text).contains("brackets")) << text;
}

TEST(sftp_url, password_is_refused_and_not_repeated) {
    const auto message = error_of("sftp://user:hunter2@h/");
    EXPECT_TRUE(message.contains("password"));
    EXPECT_FALSE(message.contains("hunter2"));
    EXPECT_TRUE(error_of("sftp://:hunter2@h/").contains("password"));
}

TEST(sftp_url, connection_parameters_are_refused_instead_of_ignored) {
    EXPECT_TRUE(error_of("sftp://user;fingerprint=ssh-ed25519-c1-b1@h/").contains("';'"));
    EXPECT_EQ(sftp_url::parse("sftp://a%3Bb@h/").value().username, "a;b");
}

TEST(sftp_url, anything_else_is_refused) {
    for (const auto text : {"",
                            "sftp",
                            "sftp:",
                            "sftp:/h",
                            "sftp://",
                            "sftp:///path",
                            "http://h/",
                            "ssh://h/",
                            " sftp://h/",
                            "h:/path",
                            "user@h",
                            "sftp://@h/",
                            "sftp://u@/",
                            "sftp://h:/",
                            "sftp://h:0/",
                            "sftp://h:65536/",
                            "sftp://h:22x/",
                            "sftp://-oProxyCommand=id/",
                            "sftp://h%41/",
                            "sftp://2852039166/",
                            "sftp://[::1/",
                            "sftp://[fe80::1%25lo]/",
                            "sftp://h?x"})
        EXPECT_NE(error_of(text), "accepted") << text;
}

}  // namespace
}  // namespace gangway::model
