#include <gangway/transfer/webhook_url.hpp>

#include <gtest/gtest.h>

namespace gangway::transfer {
namespace {

TEST(webhook_url, takes_http_and_https_with_ports_paths_and_queries) {
    for (const std::string text :
         {"https://hooks.example.com", "http://hooks.example.com/", "https://hooks.example.com:8443/a/b?c=d&e=%20",
          "http://192.0.2.1:80/x", "https://[2001:db8::1]/x", "https://[2001:db8::1]:8443/x", "https://a.example?x"}) {
        const auto url = webhook_url::parse(text);
        ASSERT_TRUE(url) << text;
        EXPECT_EQ(url->text(), text);
    }
}

TEST(webhook_url, knows_its_host_without_port_and_brackets) {
    EXPECT_EQ(webhook_url::parse("https://Hooks.Example.com:8443/a:b@c")->host().text(), "hooks.example.com");
    EXPECT_EQ(webhook_url::parse("https://[2001:DB8::1]:8443/")->host().text(), "2001:db8::1");
    EXPECT_EQ(webhook_url::parse("https://a.example?x=:1")->host().text(), "a.example");
}

TEST(webhook_url, refuses_what_is_no_such_url_and_names_the_field) {
    for (const std::string text : {"",
                                   "hooks.example.com",
                                   "ftp://a.example/",
                                   "HTTPS://a.example/",
                                   "https://",
                                   "https:///x",
                                   "https://:80/",
                                   "https://a.example:0/",
                                   "https://a.example:65536/",
                                   "https://a.example:/",
                                   "https://a.example:8x/",
                                   "https://user@a.example/",
                                   "https://user:word@a.example/",
                                   "https://a.example@b.example/",
                                   "https://a.example/#part",
                                   "https://2001:db8::1/",
                                   "https://[2001:db8::1/",
                                   "https://2852039166/",
                                   "https://0x7f.1/",
                                   "https://127.1/",
                                   "https://a.example/a b",
                                   "https://a.example/\r\nX: y",
                                   "https://a.example\\@b.example/",
                                   "https://a%2eexample/",
                                   "https://\xC3\xA4.example/",
                                   "file:///etc/passwd"}) {
        const auto url = webhook_url::parse(text);
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error().fact_named("field"), "url") << text;
    }
}

TEST(webhook_url, has_at_most_2048_characters) {
    const std::string longest = "https://a.example/" + std::string(2048 - 18, 'x');
    EXPECT_TRUE(webhook_url::parse(longest));
    EXPECT_FALSE(webhook_url::parse(longest + "x"));
}

}  // namespace
}  // namespace gangway::transfer
